"""What the decorators demand, and the exact answer to who does not meet it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, abort, g

from flask_baseline.auth import (
    current_identity,
    require,
    require_auth,
    require_roles,
    require_scopes,
)

from .conftest import expect_denied, make_app
from .minting import ABSENT, Mint, bearer

mint = Mint()

STEP_UP = (
    'Bearer realm="api", error="insufficient_user_authentication", '
    'error_description="This needs a login that is more recent or stronger."'
)
SCOPE = 'Bearer realm="api", error="insufficient_scope", scope="{}"'

five_minutes = require_auth(fresh=timedelta(minutes=5))


def _view() -> str:
    return "served"


def ask(decorate: Callable[[Any], Any], **claims: Any) -> Any:
    """Return the answer of a view with a decorator to a token with *claims*, of which times are relative."""
    if "auth_time" in claims:
        claims["auth_time"] += int(time.time())
    app = make_app()
    app.add_url_rule("/view", "view", decorate(_view))
    return app.test_client().get("/view", headers=bearer(mint.token(**claims)))


def both(view: Any) -> Any:
    """Demand a scope and a role."""
    return require_scopes("a")(require_roles("b")(view))


PASSES: list[tuple[str, Callable[[Any], Any], dict[str, Any]]] = [
    ("known", require_auth, {}),
    ("known, with parentheses", require_auth(), {}),
    ("all scopes", require_scopes("a:read", "a:write"), {"scope": "a:write b a:read"}),
    ("a scope of several", require_scopes("a", "b", any_of=True), {"scope": "b"}),
    ("scopes in a list", require_scopes("a"), {"scope": ["a"]}),
    ("all roles", require_roles("admin", "staff"), {"roles": ["staff", "admin"]}),
    ("a role of several", require_roles("admin", "staff", any_of=True), {"roles": ["staff"]}),
    ("a rule", require(lambda identity: identity.claims["tenant"] == "t1"), {"tenant": "t1"}),
    ("fresh", five_minutes, {"auth_time": -10}),
    ("strong", require_auth(acr=["mfa", "hwk"]), {"acr": "hwk"}),
    ("provider", require_auth(providers=["jwt"]), {}),
    ("several", both, {"scope": "a", "roles": ["b"]}),
]


@pytest.mark.parametrize(("decorate", "claims"), [row[1:] for row in PASSES], ids=[row[0] for row in PASSES])
def test_who_may(decorate: Callable[[Any], Any], claims: dict[str, Any]) -> None:
    """A caller who meets what a view demands is served."""
    assert ask(decorate, **claims).text == "served"


Refused = tuple[str, Callable[[Any], Any], dict[str, Any], "str | None"]

NO_SCOPE: list[Refused] = [
    ("no scope", require_scopes("a"), {}, SCOPE.format("a")),
    ("one of two", require_scopes("b", "a"), {"scope": "a"}, SCOPE.format("a b")),
    ("none of two", require_scopes("b", "a", any_of=True), {"scope": "ab"}, SCOPE.format("a b")),
    ("a part of it", require_scopes("orders"), {"scope": "orders:read"}, SCOPE.format("orders")),
    ("in other letters", require_scopes("admin"), {"scope": "Admin"}, SCOPE.format("admin")),
    ("a role of that name", require_scopes("admin"), {"roles": ["admin"]}, SCOPE.format("admin")),
    ("the outer of two", both, {"roles": ["b"]}, SCOPE.format("a")),
]

NO_ROLE: list[Refused] = [
    ("no role", require_roles("admin"), {"scope": "admin"}, None),
    ("one of two roles", require_roles("a", "b"), {"roles": ["a"]}, None),
    ("the inner of two", both, {"scope": "a"}, None),
    ("below optional", lambda view: require_auth(optional=True)(require_roles("b")(view)), {}, None),
]

NOT_FRESH: list[Refused] = [
    ("old", five_minutes, {"auth_time": -302}, f'{STEP_UP}, max_age="300"'),
    ("no time of login", five_minutes, {}, f'{STEP_UP}, max_age="300"'),
    ("weak", require_auth(acr=["mfa", "hwk"]), {"acr": "pwd"}, f'{STEP_UP}, acr_values="mfa hwk"'),
    ("no acr", require_auth(acr=["mfa"]), {}, f'{STEP_UP}, acr_values="mfa"'),
    (
        "weak and old",
        require_auth(fresh=timedelta(hours=1), acr=["mfa"]),
        {},
        f'{STEP_UP}, max_age="3600", acr_values="mfa"',
    ),
]

REFUSED: list[tuple[str, Callable[[Any], Any], dict[str, Any], str, str | None]] = [
    *((name, by, claims, "insufficient_scope", challenge) for name, by, claims, challenge in NO_SCOPE),
    *((name, by, claims, "insufficient_role", challenge) for name, by, claims, challenge in NO_ROLE),
    *((name, by, claims, "fresh_login_required", challenge) for name, by, claims, challenge in NOT_FRESH),
    ("a rule", require(lambda identity: False), {}, "not_allowed", None),
    ("a rule without a word", require(lambda identity: None), {}, "not_allowed", None),
    ("provider", require_auth(providers=["corp"]), {}, "provider_not_allowed", None),
]


@pytest.mark.parametrize(
    ("decorate", "claims", "code", "challenge"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_who_may_not(
    decorate: Callable[[Any], Any], claims: dict[str, Any], code: str, challenge: str | None
) -> None:
    """A caller who does not meet what a view demands gets the status, the code and the challenge for it."""
    answer = ask(decorate, **claims)

    expect_denied(answer, code, challenge)
    assert answer.status_code == (401 if code == "fresh_login_required" else 403)


def test_optional() -> None:
    """An optional guard serves strangers as nobody, known callers by name, and refuses a wrong token."""
    app = make_app()

    @app.get("/view")
    @require_auth(optional=True)
    def view() -> str:
        return current_identity.subject if current_identity else f"nobody {current_identity.kind}"

    client = app.test_client()
    assert client.get("/view").text == "nobody anonymous"
    assert client.get("/view", headers=bearer(mint.token())).text == "u1"
    expect_denied(client.get("/view", headers=bearer(mint.token(exp=1))), "token_expired")


def test_optional_below_required() -> None:
    """An optional guard takes nothing away from another one."""
    app = make_app()
    app.add_url_rule("/view", "view", require_auth(require_auth(optional=True)(_view)))

    expect_denied(app.test_client().get("/view"), "missing_credentials")


def test_a_rule_of_the_app() -> None:
    """A rule is asked after the app's hooks, and what it raises is answered as an error of a view is."""
    app = make_app()
    app.before_request(lambda: setattr(g, "tenant", current_identity.claims.get("tenant")))

    def owns(identity: Any) -> bool:
        if g.tenant is None:
            abort(404)
        return bool(g.tenant == "t1")

    app.add_url_rule("/view", "view", require(owns)(_view))
    client = app.test_client()

    answers = [
        client.get("/view", headers=bearer(mint.token(tenant=tenant))).status_code
        for tenant in ("t1", "t2", ABSENT)
    ]
    assert answers == [200, 403, 404]


def test_the_app_knows_in_its_hooks() -> None:
    """The hooks of an app know who calls a guarded view, and a stranger does not come to them."""
    app = make_app()
    seen: list[str] = []
    app.before_request(lambda: seen.append(current_identity.subject))

    app.test_client().get("/me")
    app.test_client().get("/me", headers=bearer(mint.token()))

    assert seen == ["u1"]


def test_outside_of_requests() -> None:
    """Outside of a request, and in a view without a guard, nobody is known."""
    app = make_app()
    app.add_url_rule("/open", "open", lambda: str(current_identity.is_anonymous))

    assert app.test_client().get("/open", headers=bearer(mint.token())).text == "True"
    assert not current_identity


def test_the_pages_of_an_app() -> None:
    """An error page of the app is shown in the place of a refusal, with its challenge."""
    app = make_app()
    app.register_error_handler(401, lambda error: (f"<h1>Log in: {error.reason}</h1>", 401))

    answer = app.test_client().get("/me")

    assert answer.text == "<h1>Log in: missing_credentials</h1>"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_page_with_another_status() -> None:
    """Where the app makes something else of a refusal, such as a redirect, there is no challenge."""
    app = make_app()
    app.register_error_handler(401, lambda error: ("", 302, {"Location": "/login"}))

    answer = app.test_client().get("/me")

    assert (answer.status_code, answer.headers.get("WWW-Authenticate")) == (302, None)


@pytest.fixture
def plain() -> Flask:
    """Return an app without Baseline."""
    app = Flask("plain")
    app.testing = True
    app.add_url_rule("/view", "view", require_auth(_view))
    return app


def test_without_baseline(plain: Flask) -> None:
    """A guarded view of an app without Baseline is never served, and the error names the fix."""
    with pytest.raises(RuntimeError, match=r"call Baseline\(app\) in the factory"):
        plain.test_client().get("/view", headers=bearer(mint.token()))
