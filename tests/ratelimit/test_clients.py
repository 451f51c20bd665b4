"""Who is counted: the address of a client."""

from __future__ import annotations

import pytest

from .conftest import make_app, statuses


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:DB8:0:0:1234::", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("192.0.2.1:1234", "192.0.2.1:4321", True),
        ("192.0.2.1:1234", "192.0.2.2:1234", False),
        ("[2001:db8::1]:1234", "[2001:db8::2]:4321", True),
        ("", "", True),
        ("a:b:c", "a:b:d", False),
        ("unknown", "192.0.2.1", False),
        ("\x00:\x00:", "\x00:\x00:", True),
    ],
)
def test_who_is_one_client(one: str, other: str, are_one: bool) -> None:
    """One client is an address of IPv4 or a network of 64 bits of IPv6, without port, zone or spelling."""
    app = make_app(default="1/hour")

    assert statuses(app, count=1, environ_base={"REMOTE_ADDR": one}) == [200]
    assert statuses(app, count=1, environ_base={"REMOTE_ADDR": other}) == [429 if are_one else 200]


def test_without_an_address() -> None:
    """A server that tells no address, as on a Unix socket, has one client."""
    app = make_app(default="1/hour")

    def at_a_socket(environ: dict[str, object], start_response: object) -> object:
        environ.pop("REMOTE_ADDR", None)
        return served(environ, start_response)

    served = app.wsgi_app
    app.wsgi_app = at_a_socket  # type: ignore[method-assign, assignment]

    assert statuses(app) == [200, 429, 429]


@pytest.mark.parametrize(("hops", "allowed"), [(0, 1), (1, 3)], ids=["no proxy", "one proxy"])
def test_behind_a_proxy(monkeypatch: pytest.MonkeyPatch, hops: int, allowed: int) -> None:
    """The client of a proxy is counted where a proxy is declared; elsewhere no header is believed."""
    monkeypatch.setenv("BASELINE_INGRESS_PROXY_HOPS", str(hops))
    app = make_app("ingress", default="1/hour")

    answers = [
        statuses(app, count=1, headers={"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(3)
    ]

    assert answers.count([200]) == allowed


def test_what_a_client_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client cannot be another one by writing addresses in front of what its proxy adds."""
    monkeypatch.setenv("BASELINE_INGRESS_PROXY_HOPS", "1")
    app = make_app("ingress", default="1/hour")
    forged = [f"198.51.100.{number}, 192.0.2.1" for number in range(3)]

    answers = [statuses(app, count=1, headers={"X-Forwarded-For": addresses}) for addresses in forged]

    assert answers == [[200], [429], [429]]
