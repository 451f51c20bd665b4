"""Tokens in cookies: what browsers keep, and what other sites cannot do with them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_jwt_extended import jwt_required

from flask_baseline import endpoint
from flask_baseline.auth import require_auth, require_scopes

from .conftest import bearer, both, cookie_of, csrf, expect_denied, log_in, make_app, put_cookie, sessions_of

COOKIES = {"BASELINE_JWT_TRANSPORT": "cookie"}

UNSAFE = ["POST", "PROPFIND"]
"""Methods that can change something; any but a few safe ones can."""


@pytest.fixture(scope="module")
def shop() -> Flask:
    """Return an app that the rows share, since none of them ends a session."""
    return make_app(**COOKIES, BASELINE_JWT_COOKIE_ORIGINS=["https://app.example"])


@pytest.fixture
def client(shop: Flask) -> FlaskClient:
    """Return a client that is logged in."""
    return log_in(shop)[0]


def test_a_login_sets_cookies() -> None:
    """A login sets cookies as safe as browsers have them, and its answer has no token."""
    app = make_app(**COOKIES, BASELINE_JWT_COOKIE_SECURE=True)
    answer = app.test_client().post("/login", base_url="https://localhost")

    cookies = {text.split("=")[0]: text.partition("; ")[2] for text in answer.headers.getlist("Set-Cookie")}
    assert cookies == {
        "__Host-access": cookies["__Host-access"],
        "__Host-refresh": cookies["__Host-refresh"],
        "__Host-csrf": cookies["__Host-csrf"],
        "__Host-refresh-csrf": cookies["__Host-refresh-csrf"],
    }
    for name, attributes in cookies.items():
        found = {part.split("=")[0]: part.partition("=")[2] for part in attributes.split("; ")}
        assert found.pop("Expires")
        assert found == {
            "Secure": "",
            "Path": "/",
            "Max-Age": "604800",
            "SameSite": "Strict" if name == "__Host-refresh" else "Lax",
            **({} if "csrf" in name else {"HttpOnly": ""}),
        }
    assert answer.get_json() == {"expires_in": 900, "scope": "read"}


@both
def test_a_page_reads(client: FlaskClient, path: str) -> None:
    """A request that changes nothing needs the cookie alone."""
    assert client.get(path).get_json()["subject"] == "u1"


@both
@pytest.mark.parametrize("method", UNSAFE)
def test_a_page_writes(client: FlaskClient, path: str, method: str) -> None:
    """A request that may change something needs the value of its cookie for CSRF as well."""
    answer = client.open(path, method=method, headers=csrf(client))

    assert answer.get_json()["subject"] == "u1"


FOREIGN: list[tuple[str, dict[str, str]]] = [
    ("no value", {}),
    ("an empty value", {"X-CSRF-TOKEN": ""}),
    ("a wrong value", {"X-CSRF-TOKEN": "x" * 24}),
    ("a value not of ASCII", {"X-CSRF-TOKEN": "\xe9\xff"}),
    ("another header", {"X-XSRF-TOKEN": "good"}),
    ("another site, with the value", {"X-CSRF-TOKEN": "good", "Sec-Fetch-Site": "cross-site"}),
    ("another host of the site", {"X-CSRF-TOKEN": "good", "Sec-Fetch-Site": "same-site"}),
    ("a site of no such kind", {"X-CSRF-TOKEN": "good", "Sec-Fetch-Site": "same-origin, none"}),
    ("another origin", {"X-CSRF-TOKEN": "good", "Origin": "https://evil.example"}),
    ("an origin that hides", {"X-CSRF-TOKEN": "good", "Origin": "null"}),
    ("the host with another scheme", {"X-CSRF-TOKEN": "good", "Origin": "https://localhost"}),
    ("a host that begins alike", {"X-CSRF-TOKEN": "good", "Origin": "http://localhost.evil.example"}),
    ("another port", {"X-CSRF-TOKEN": "good", "Origin": "http://localhost:81"}),
    (
        "an origin of ours on another site",
        {"X-CSRF-TOKEN": "good", "Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ),
]


@both
@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize("headers", [row[1] for row in FOREIGN], ids=[row[0] for row in FOREIGN])
def test_another_site_writes(client: FlaskClient, path: str, method: str, headers: dict[str, str]) -> None:
    """What another site can send with the cookies of a visitor is refused."""
    good = csrf(client)["X-CSRF-TOKEN"]
    sent = {name: good if value == "good" else value for name, value in headers.items()}

    expect_denied(client.open(path, method=method, headers=sent), "csrf_failed")


@both
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec-Fetch-Site": "same-origin"}, id="same origin"),
        pytest.param({"Sec-Fetch-Site": "none"}, id="the user"),
        pytest.param({"Origin": "http://localhost"}, id="an older browser"),
        pytest.param({"Origin": "https://app.example"}, id="a listed origin"),
        pytest.param(
            {"Origin": "https://app.example", "Sec-Fetch-Site": "same-site"}, id="a listed one of the site"
        ),
    ],
)
def test_our_pages_write(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    """Pages of the app, and of the origins that are listed, may write."""
    assert client.post(path, headers={**csrf(client), **headers}).status_code == 200


@both
def test_the_value_of_another_session(shop: Flask, client: FlaskClient, path: str) -> None:
    """The value belongs to the session: that of another login is wrong, as one that a subdomain has set."""
    other = csrf(log_in(shop, "evil")[0])

    put_cookie(client, "csrf", other["X-CSRF-TOKEN"])

    expect_denied(client.post(path, headers=other), "csrf_failed")


@both
def test_a_token_of_the_header_in_a_cookie(shop: Flask, path: str) -> None:
    """A bad token in a cookie is refused as one in the header."""
    client = shop.test_client()
    put_cookie(client, "access", "a.b.c")

    expect_denied(client.get(path), "invalid_token")


@both
def test_the_header_is_not_looked_at(shop: Flask, client: FlaskClient, path: str) -> None:
    """Where tokens are in cookies, one in the header is none."""
    access = cookie_of(client, "access")

    expect_denied(shop.test_client().get(path, headers=bearer(access or "")), "missing_credentials")


@both
def test_a_cookie_is_not_looked_at(path: str) -> None:
    """Where tokens are in the header, one in a cookie is none."""
    app = make_app()
    _, tokens = log_in(app)
    client = app.test_client()
    put_cookie(client, "access", tokens["access_token"])

    expect_denied(client.get(path), "missing_credentials")


@both
def test_a_refresh_token_in_the_cookie_of_access(shop: Flask, client: FlaskClient, path: str) -> None:
    """Cookies that have changed places are refused."""
    refresh = cookie_of(client, "refresh")
    other = shop.test_client()
    put_cookie(other, "access", refresh)

    expect_denied(other.get(path), "invalid_token")


def test_both_transports() -> None:
    """With both, the header decides where there is one, and needs no value against CSRF."""
    app = make_app(BASELINE_JWT_TRANSPORT="both")
    _, tokens = log_in(app)
    client = app.test_client()
    put_cookie(client, "access", "a.b.c")

    for path in ("/ours", "/theirs"):
        assert client.post(path, headers=bearer(tokens["access_token"])).status_code == 200
        expect_denied(client.post(path, headers={"Authorization": "Basic eA=="}), "invalid_token")


def test_a_refresh(client: FlaskClient) -> None:
    """A refresh by cookie needs the value, sets the next cookies, and its answer has no token."""
    before = cookie_of(client, "access")
    expect_denied(client.post("/refresh"), "csrf_failed")

    answer = client.post("/refresh", headers=csrf(client, "refresh-csrf"))

    assert answer.get_json() == {"expires_in": 900, "scope": "read"}
    assert cookie_of(client, "access") != before
    assert client.post("/ours", headers=csrf(client)).status_code == 200


def test_a_refresh_in_two_tabs(shop: Flask) -> None:
    """A tab that comes second gets cookies too, and none are cleared."""
    client = log_in(shop)[0]
    refresh = cookie_of(client, "refresh")
    client.post("/refresh", headers=csrf(client))
    put_cookie(client, "refresh", refresh)

    answer = client.post("/refresh", headers=csrf(client))

    assert answer.status_code == 200
    assert all("Max-Age=0" not in text for text in answer.headers.getlist("Set-Cookie"))


def test_a_session_that_has_ended() -> None:
    """With a refresh token of the past the cookies go, so that it does not come again."""
    app = make_app(**COOKIES)
    client, _ = log_in(app)
    sessions_of(app).store.end_subject("u1", 10**10)

    expect_denied(client.post("/refresh", headers=csrf(client)), "session_ended")

    assert [cookie_of(client, name) for name in ("access", "refresh", "csrf", "refresh-csrf")] == [None] * 4


def test_a_form() -> None:
    """Where forms are looked at, the value may be a field of one."""
    app = make_app(**COOKIES, JWT_CSRF_CHECK_FORM=True)
    client, _ = log_in(app)

    assert client.post("/ours", data={"csrf_token": csrf(client)["X-CSRF-TOKEN"]}).status_code == 200
    expect_denied(client.post("/ours", data={"csrf_token": "x"}), "csrf_failed")


def test_too_many_claims_for_a_cookie() -> None:
    """A token that no browser keeps is an error of the view, and not a login that is lost."""
    app = make_app(**COOKIES)
    client = app.test_client()

    @app.post("/big")
    def big() -> Any:
        from flask_baseline.auth.tokens import issue_tokens

        with pytest.raises(ValueError, match="4000 are taken"):
            issue_tokens("u1", claims={"big": "x" * 4_000})
        return "told"

    assert client.post("/big").text == "told"


def test_a_view_that_fails_after_a_login() -> None:
    """An answer that is an error sets no cookies."""
    app = make_app(**COOKIES)

    @app.post("/fails")
    def fails() -> Any:
        from flask_baseline.auth.tokens import issue_tokens

        issue_tokens("u1")
        return "no", 409

    assert "Set-Cookie" not in app.test_client().post("/fails").headers


def test_their_cookies() -> None:
    """The functions of Flask-JWT-Extended set and clear the same cookies."""
    from flask import jsonify
    from flask_jwt_extended import (
        create_access_token,
        create_refresh_token,
        set_access_cookies,
        set_refresh_cookies,
        unset_jwt_cookies,
    )

    app = make_app(**COOKIES)

    @app.post("/their-login")
    def their_login() -> Any:
        response = jsonify()
        set_access_cookies(response, create_access_token("u1"))
        set_refresh_cookies(response, create_refresh_token("u1"))
        return response

    @app.post("/their-logout")
    def their_logout() -> Any:
        response = jsonify()
        unset_jwt_cookies(response)
        return response

    client = app.test_client()
    client.post("/their-login")
    assert client.post("/ours", headers=csrf(client)).status_code == 200
    assert client.post("/refreshes", headers=csrf(client, "refresh-csrf")).get_json() == {"identity": "u1"}
    assert client.post("/refresh", headers=csrf(client, "refresh-csrf")).status_code == 200
    client.post("/their-logout")
    expect_denied(client.get("/ours"), "missing_credentials")


@pytest.mark.parametrize(
    "lost", [pytest.param([], id="both cookies"), pytest.param(["refresh"], id="from another site")]
)
def test_a_login_ends_the_session_before(lost: list[str]) -> None:
    """A second login in one browser ends its first session, and no other one of the same person."""
    app = make_app(**COOKIES)
    elsewhere, _ = log_in(app)
    client, _ = log_in(app)
    stolen = cookie_of(client, "access")
    for name in lost:
        put_cookie(client, name, None)

    client.post("/login", data={"who": "u2"})

    assert client.get("/ours").get_json() == {"subject": "u2"}
    assert elsewhere.get("/ours").status_code == 200
    thief = app.test_client()
    put_cookie(thief, "access", stolen)
    expect_denied(thief.get("/ours"), "token_revoked")


@pytest.mark.parametrize("name", ["access", "refresh"])
def test_a_login_with_a_bad_cookie(name: str) -> None:
    """A login does not mind cookies that nobody has signed."""
    app = make_app(**COOKIES)
    client = app.test_client()
    put_cookie(client, name, "a.b.c")

    assert client.post("/login").status_code == 200


@pytest.mark.parametrize(
    ("transport", "names"), [("header", ["bearer"]), ("cookie", ["cookie"]), ("both", ["bearer", "cookie"])]
)
def test_the_document(transport: str, names: list[str]) -> None:
    """The OpenAPI document says how tokens come, whichever decorators a view has."""
    app = make_app(BASELINE_JWT_TRANSPORT=transport, BASELINE_OPENAPI_ENABLED=True)
    for number, guard in enumerate((jwt_required(), lambda view: require_auth(require_scopes("a")(view)))):
        app.add_url_rule(f"/told{number}", f"told{number}", guard(endpoint(lambda: None)))

    document = app.test_client().get("/openapi.json").get_json()

    found = [document["paths"][f"/told{number}"]["get"] for number in range(2)]
    assert [each["security"] for each in found] == [
        [{name: []} for name in names],
        [{name: ["a"]} for name in names],
    ]
    assert all({"401", "403"} <= each["responses"].keys() for each in found)
    schemes = document["components"]["securitySchemes"]
    assert [*schemes] == names
    assert "cookie" not in names or (schemes["cookie"]["in"], schemes["cookie"]["name"]) == (
        "cookie",
        "access",
    )
