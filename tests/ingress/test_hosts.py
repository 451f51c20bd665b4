"""A request for a host that is not the app's is refused, however it is written."""

from __future__ import annotations

import pytest
from flask import Flask, Response

from flask_baseline import Baseline

from ..lines import access_lines_of
from .asking import app_of, ask

TRUSTED = ("shop.example", ".api.example", "exact.example:8443", ".ported.example:8443", "[2001:db8::1]")

GOOD = {
    "itself": "shop.example",
    "any-port": "shop.example:8080",
    "upper-case": "SHOP.Example",
    "trailing-dot": "shop.example.",
    "trailing-dot-and-port": "shop.example.:443",
    "listed-port": "exact.example:8443",
    "listed-port-with-zeros": "exact.example:08443",
    "the-name-that-it-is-below": "api.example",
    "below": "eu.api.example",
    "far-below": "a.b.c.api.example:80",
    "below-with-listed-port": "eu.ported.example:8443",
    "ipv6": "[2001:db8::1]",
    "ipv6-upper-case-and-port": "[2001:DB8::1]:8000",
}

BAD = {
    "foreign": "evil.example",
    "suffix": "shop.example.evil.example",
    "prefix": "evilshop.example",
    "prefix-of-below": "evilapi.example",
    "dot-as-any": "shopxexample",
    "subdomain": "www.shop.example",
    "other-port": "exact.example:8444",
    "no-port": "exact.example",
    "below-other-port": "eu.ported.example",
    "userinfo": "shop.example@evil.example",
    "userinfo-with-port": "shop.example:80@evil.example",
    "two-values": "shop.example, evil.example",
    "the-same-twice": "shop.example,shop.example",
    "two-ports": "shop.example:80:80",
    "port-is-no-number": "shop.example:https",
    "long-port": "shop.example:123456",
    "negative-port": "shop.example:-1",
    "port-in-other-digits": "shop.example:\xb2",
    "path": "shop.example/evil",
    "query": "shop.example?evil",
    "fragment": "shop.example#evil",
    "backslash": "shop.example\\evil.example",
    "scheme": "http://shop.example",
    "space": "shop.example evil.example",
    "leading-space": " shop.example",
    "line-end": "shop.example\n",
    "header": "shop.example\r\nX-Evil: 1",
    "null": "shop.example\x00",
    "percent": "shop%2eexample",
    "international": "sh\xc3\xb6p.example",
    "full-width-dot": "shop\xef\xbc\x8eexample",
    "ipv6-open": "[2001:db8::1",
    "ipv6-zone": "[2001:db8::1%25eth0]",
    "ipv6-and-more": "[2001:db8::1]evil.example",
    "ipv6-other-spelling": "[2001:0db8::1]",
    "ipv6-without-brackets": "2001:db8::1",
    "empty": "",
    "port-alone": ":80",
    "dot-alone": ".",
    "two-dots-at-the-end": "shop.example..",
    "very-long": f"{'a' * 5_000}.api.example",
    "absent": None,
}


@pytest.fixture(scope="module")
def app() -> Flask:
    return app_of(trusted_hosts=TRUSTED)


@pytest.mark.parametrize("host", GOOD.values(), ids=GOOD)
def test_a_host_of_the_app(app: Flask, host: str) -> None:
    """A host of the list is served, in each way in which it may be written."""
    # Twice, since the answer may be remembered.
    for _ in range(2):
        answer = ask(app, HTTP_HOST=host)
        assert (answer.status, answer.json["host"]) == (200, host)


@pytest.mark.parametrize("host", BAD.values(), ids=BAD)
def test_another_host(app: Flask, host: str | None) -> None:
    """Any other host gets 400, and nothing of it comes back."""
    for _ in range(2):
        answer = ask(app, HTTP_HOST=host)
        assert answer.status == 400
        assert answer.json["detail"] == "The request is for a host that this service does not have."
        assert "evil" not in f"{answer.headers}{answer.body!r}"


MALFORMED = {
    name: BAD[name]
    for name in ("userinfo", "two-values", "path", "space", "header", "null", "international", "empty")
}


@pytest.mark.parametrize("host", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_host(host: str) -> None:
    """Without a list any host is served, and what is none is refused."""
    assert ask(app_of(), HTTP_HOST=host).status == 400


@pytest.mark.parametrize(
    "host", ["localhost:5000", "10.1.2.3", "[::1]:80", "shop_web_1:8000", "xn--shp-sna.example"]
)
def test_any_host(host: str) -> None:
    """Without a list any host is served: the names of containers, addresses and international names too."""
    for app in (app_of(), app_of(trusted_hosts=[])):
        assert ask(app, HTTP_HOST=host).json["host"] == host


def test_no_host_at_all() -> None:
    """A client of HTTP/1.0 need not name a host where none is listed."""
    answer = ask(app_of(), HTTP_HOST=None, SERVER_PROTOCOL="HTTP/1.0")
    assert answer.status == 200


def test_many_hosts() -> None:
    """A client that makes hosts up does not change which of them are served."""
    app = app_of(trusted_hosts=[".api.example"])
    for number in range(1_500):
        assert ask(app, HTTP_HOST=f"h{number}.api.example").status == 200
        assert ask(app, HTTP_HOST=f"h{number}.evil.example").status == 400


def test_a_refused_request_is_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    """What is refused has an id, a problem body that names it, security headers and an access event."""
    answer = ask(app_of(trusted_hosts=["shop.example"]), HTTP_HOST="evil.example", HTTP_X_REQUEST_ID="abc")
    assert answer.json == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "The request is for a host that this service does not have.",
        "request_id": "abc",
    }
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.headers["X-Request-ID"] == "abc"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (line,) = access_lines_of(capsys)
    assert (line["request_id"], line["http.response.status_code"]) == ("abc", 400)
    assert "http.route" not in line


def test_head_has_no_body() -> None:
    """A refused HEAD has the headers of the problem and no body."""
    answer = ask(app_of(trusted_hosts=["shop.example"]), method="HEAD", HTTP_HOST="evil.example")
    assert (answer.status, answer.body) == (400, b"")
    assert int(answer.headers["Content-Length"]) > 0


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_know_no_host(path: str) -> None:
    """A probe by address is answered, since whoever probes does not know the names."""
    app = app_of(trusted_hosts=["shop.example"], https=True)
    assert ask(app, path, HTTP_HOST="10.1.2.3:8000").status == 200


def test_two_apps() -> None:
    """Each of two apps of a process has its own hosts."""
    one, other = app_of(trusted_hosts=["one.example"]), app_of(trusted_hosts=["other.example"])
    for _ in range(2):
        assert [ask(app, HTTP_HOST="one.example").status for app in (one, other)] == [200, 400]
        assert [ask(app, HTTP_HOST="other.example").status for app in (one, other)] == [400, 200]


def test_the_view_is_not_called() -> None:
    """Neither a hook nor a view of the app sees a request that is refused."""
    app = Flask("shop")
    app.config["BASELINE_INGRESS_TRUSTED_HOSTS"] = "shop.example, www.shop.example"
    seen: list[str] = []
    app.before_request(lambda: seen.append("hook"))
    app.add_url_rule("/", view_func=lambda: Response("hello"))
    Baseline(app)
    assert [ask(app, HTTP_HOST=host).status for host in ("evil.example", "www.shop.example")] == [400, 200]
    assert seen == ["hook"]
