"""What a caller must prove, in the documents."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView
from flask_jwt_extended import jwt_required

from flask_baseline import Baseline, endpoint
from flask_baseline._feature import FeatureSpec, Wiring
from flask_baseline.errors import DocumentError
from flask_baseline.openapi.documents import documents

from .conftest import OPENAPI, MakeApp
from .reading import document, operation

SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "login": {"type": "openIdConnect", "openIdConnectUrl": "https://login.example/.well-known"},
}


def guard(*requirements: dict[str, list[str]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that says what it demands, as those of an auth feature do."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        run.__baseline_security__ = [*requirements]  # type: ignore[attr-defined]
        return run

    return decorate


def timed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return *view* in one more layer, as decorators of apps do."""

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return run


def view() -> None: ...


class Guarded(MethodView):
    init_every_request = False
    decorators = [jwt_required()]  # noqa: RUF012

    @endpoint
    def get(self) -> None: ...


class PartlyGuarded(MethodView):
    @guard({"key": []})
    @endpoint
    def get(self) -> None: ...


@pytest.mark.parametrize(
    ("guarded", "security"),
    [
        pytest.param(endpoint(view), None, id="nothing said"),
        pytest.param(endpoint(security=[])(view), [], id="public"),
        pytest.param(endpoint(security=[{"login": ["read"]}])(view), [{"login": ["read"]}], id="endpoint"),
        pytest.param(guard({"key": []})(endpoint(view)), [{"key": []}], id="mark above"),
        pytest.param(endpoint(guard({"key": []})(view)), [{"key": []}], id="mark below"),
        pytest.param(timed(timed(guard({"key": []})(endpoint(view)))), [{"key": []}], id="mark further in"),
        pytest.param(
            guard({"login": ["read"]}, {"key": []})(endpoint(view)),
            [{"login": ["read"]}, {"key": []}],
            id="one of two",
        ),
        pytest.param(
            guard({"login": ["read"]})(guard({"login": ["write", "read"], "key": []})(endpoint(view))),
            [{"login": ["read", "write"], "key": []}],
            id="both marks",
        ),
        pytest.param(
            guard({"key": []})(endpoint(security=[{"login": []}])(view)), [{"login": []}], id="endpoint wins"
        ),
        pytest.param(jwt_required()(endpoint(view)), [{"bearer": []}], id="jwt_required above"),
        pytest.param(endpoint(jwt_required()(view)), [{"bearer": []}], id="jwt_required below"),
        pytest.param(
            timed(jwt_required(optional=True)(endpoint(view))), [{"bearer": []}, {}], id="optional token"
        ),
        pytest.param(Guarded.as_view("guarded"), [{"bearer": []}], id="decorators of a class"),
        pytest.param(PartlyGuarded.as_view("partly"), [{"key": []}], id="decorated method"),
    ],
)
def test_security(
    make: MakeApp, guarded: Callable[..., Any], security: list[dict[str, list[str]]] | None
) -> None:
    """An operation needs what `endpoint` says, else what the decorators of the view demand, all of them."""
    found = operation(make(security_schemes=SCHEMES), guarded)

    assert found.get("security") == security
    assert ("401" in found["responses"]) == ("403" in found["responses"]) == bool(security)


def test_the_scheme_of_jwt_required(make: MakeApp) -> None:
    """A view with `jwt_required` declares the bearer scheme by itself."""
    app = make()
    operation(app, jwt_required()(endpoint(view)))

    assert document(app)["components"]["securitySchemes"] == {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }


def test_without_flask_jwt_extended(make: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody has imported Flask-JWT-Extended it is not looked for, and other marks count."""
    monkeypatch.delitem(sys.modules, "flask_jwt_extended")
    found = operation(make(security_schemes=SCHEMES), guard({"key": []})(endpoint(view)))

    assert found["security"] == [{"key": []}]
    assert "flask_jwt_extended" not in sys.modules


def test_an_own_bearer_scheme_wins(make: MakeApp) -> None:
    """A scheme of the settings replaces the one that `jwt_required` would get."""
    own = {"type": "http", "scheme": "bearer", "description": "From /login."}
    app = make(security_schemes={"bearer": own})
    operation(app, jwt_required()(endpoint(view)))

    assert document(app)["components"]["securitySchemes"] == {"bearer": own}


def test_an_unknown_scheme_is_an_error(make: MakeApp) -> None:
    """A requirement without a scheme is an error that names the view, the schemes and the fix."""
    app = make(security_schemes=SCHEMES)
    app.add_url_rule("/", "orders", endpoint(security=[{"kee": []}])(view))

    with pytest.raises(DocumentError) as caught:
        documents(app)

    assert "orders: 'kee'" in str(caught.value)
    assert "BASELINE_OPENAPI_SECURITY_SCHEMES" in str(caught.value)
    assert "There are: key, login." in str(caught.value)


def test_schemes_of_other_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another feature declares as a way to authenticate is in the documents."""
    (own,) = OPENAPI
    loaded = own.load()

    class Both:
        """A feature with a scheme of its own."""

        @staticmethod
        def init_app(app: Flask, settings: Any, setup: Any, /) -> Wiring:
            wiring = loaded.init_app(app, settings, setup)
            return wiring._replace(security_schemes={"login": SCHEMES["login"]})

    monkeypatch.setattr(FeatureSpec, "load", lambda spec: Both)
    app = Flask("shop")
    app.testing = True
    Baseline(app, features=OPENAPI)
    found = operation(app, endpoint(security=[{"login": []}])(view))

    assert found["security"] == [{"login": []}]
    assert document(app)["components"]["securitySchemes"] == {"login": SCHEMES["login"]}
