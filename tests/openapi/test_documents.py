"""The documents of an app: which routes are in which, and how they are called."""

from __future__ import annotations

import logging
from functools import wraps
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, ConfigDict

from flask_baseline import Baseline, Query, endpoint
from flask_baseline.errors import DocumentError, NotInitializedError
from flask_baseline.openapi.documents import documents

from .conftest import MakeApp
from .reading import document, operation
from .shop import create_app


def view(**variables: object) -> None:
    """Do it.

    And **more**.
    """


def ids(found: dict[str, Any]) -> set[str]:
    """Return the names of the operations in a document."""
    return {operation["operationId"] for path in found["paths"].values() for operation in path.values()}


def test_a_document_of_everything_is_valid() -> None:
    """The document of an app that uses everything is valid OpenAPI 3.1."""
    found = document(create_app())

    assert found["openapi"] == "3.1.1"
    assert [str(error) for error in OpenAPIV31SpecValidator(found).iter_errors()] == []


def test_what_is_left_out() -> None:
    """Views without `endpoint`, hidden ones, HEAD and OPTIONS are in no document."""
    paths = document(create_app())["paths"]

    assert not {"/hidden", "/plain", "/static/{filename}", "/openapi.json", "/docs"} & paths.keys()
    assert {method for path in paths.values() for method in path} == {"get", "post", "put", "patch"}


def test_rules_without_a_view_of_their_own(make: MakeApp) -> None:
    """Rules that only redirect, or only build URLs, are in no document."""
    app = make()
    seen = endpoint(view)
    app.add_url_rule("/seen", "seen", seen)
    app.add_url_rule("/moved", "seen", seen, redirect_to="/seen")
    app.add_url_rule("/built", "seen", seen, build_only=True)

    assert [*document(app)["paths"]] == ["/seen"]


def test_words(make: MakeApp) -> None:
    """The docstring is the summary and the description, which options replace."""
    found = operation(make(), endpoint(view))
    assert (found["summary"], found["description"]) == ("Do it", "And **more**.")
    assert "tags" not in found
    assert "deprecated" not in found

    options: Any = {"summary": "Buy", "description": "Now.", "tags": ["shop"], "deprecated": True}
    found = operation(make(), endpoint(**options)(view))
    assert {name: found[name] for name in options} == options


@pytest.mark.parametrize(
    ("options", "info"),
    [
        pytest.param({}, {"title": "shop", "version": "0.0.0"}, id="nothing set"),
        pytest.param(
            {"title": "Shop", "version": "3", "description": "All of **it**."},
            {"title": "Shop", "version": "3", "description": "All of **it**."},
            id="all set",
        ),
        pytest.param(
            {"documents": {"v1": "/v1"}, "title": "Shop"},
            {"title": "Shop v1", "version": "0.0.0"},
            id="named",
        ),
    ],
)
def test_info(make: MakeApp, options: dict[str, Any], info: dict[str, str]) -> None:
    """A document has the title, the version and the description of the settings."""
    assert document(make(**options))["info"] == info


def test_the_service_is_the_default() -> None:
    """Without own settings the name and the version are those of the service."""
    app = Flask("shop")
    app.testing = True
    app.config.update(BASELINE_SERVICE_NAME="orders", BASELINE_SERVICE_VERSION="1.2")
    Baseline(app)

    assert document(app)["info"] == {"title": "orders", "version": "1.2"}


def versions(make: MakeApp, **options: Any) -> Flask:
    """Return an app with blueprints in blueprints, and a route in none."""
    app = make(**options)
    for version in ("v1", "v2"):
        outer = Blueprint(version, __name__, url_prefix=f"/{version}")
        inner = Blueprint("orders", __name__, url_prefix="/orders")
        inner.get("/<int:id>")(endpoint(view))
        outer.register_blueprint(inner)
        app.register_blueprint(outer)
    app.get("/v10")(endpoint(view))
    return app


@pytest.mark.parametrize(
    ("selections", "found"),
    [
        pytest.param(
            {"v1": "/v1", "v2": "/v2/"}, {"v1": {"v1_orders_view"}, "v2": {"v2_orders_view"}}, id="prefix"
        ),
        pytest.param(
            {"old": ["v1"], "new": ["v2.orders"]},
            {"old": {"v1_orders_view"}, "new": {"v2_orders_view"}},
            id="blueprints",
        ),
        pytest.param(
            {"all": "/", "v2": ["v2"]},
            {"all": {"v1_orders_view", "v2_orders_view", "view"}, "v2": {"v2_orders_view"}},
            id="in two",
        ),
    ],
)
def test_documents(make: MakeApp, selections: dict[str, Any], found: dict[str, set[str]]) -> None:
    """Each document has the routes under its prefix, or those of its blueprints and of what is in them."""
    made = documents(versions(make, documents=selections))

    assert {name: ids(document) for name, document in made.items()} == found
    assert [*made] == [*selections]


def test_tags_are_blueprints(make: MakeApp) -> None:
    """An operation's tag is the own name of its blueprint."""
    found = document(versions(make))["paths"]["/v1/orders/{id}"]["get"]

    assert found["tags"] == ["orders"]


def test_an_uncovered_route_is_logged(make: MakeApp, caplog: pytest.LogCaptureFixture) -> None:
    """A route that is in no document is logged with the fix, once for all requests."""
    client = versions(make, documents={"v1": "/v1", "v2": "/v2"}).test_client()
    with caplog.at_level(logging.WARNING, "flask_baseline.openapi"):
        client.get("/openapi.json")
        client.get("/openapi/v2.json")

    (record,) = caplog.records
    assert record.getMessage().startswith(
        "these endpoints are in no document of BASELINE_OPENAPI_DOCUMENTS: view."
    )


def test_an_unknown_blueprint_is_an_error(make: MakeApp) -> None:
    """A document of a blueprint that is not there is an error with the nearest name."""
    with pytest.raises(DocumentError, match=r"the blueprint 'v1.order', .* Did you mean 'v1.orders'\?"):
        documents(versions(make, documents={"v1": ["v1.order"]}))


class Orders(MethodView):
    @endpoint
    def get(self) -> None: ...

    @endpoint(operation_id="place")
    def post(self) -> None: ...

    def delete(self) -> str:
        return ""


def test_operation_ids(make: MakeApp) -> None:
    """An operation has the name of its endpoint; the method and a number keep those of one endpoint apart."""
    app = make()
    app.add_url_rule("/single", "a.b", endpoint(view))
    app.add_url_rule("/named", "named", endpoint(operation_id="chosen")(view))
    app.add_url_rule("/both", "both", endpoint(view), methods=["GET", "POST"])
    app.add_url_rule("/class", view_func=Orders.as_view("orders"))
    again = endpoint(view)
    app.add_url_rule("/first", "again", again)
    app.add_url_rule("/second", "again", again)
    twice = endpoint(view)
    app.add_url_rule("/twice", "twice", twice, methods=["GET"])
    app.add_url_rule("/twice", "twice", twice, methods=["PUT"])

    assert ids(document(app)) == {
        *("a_b", "chosen", "both_get", "both_post", "orders_get", "place", "again", "again_2"),
        *("twice_get", "twice_put"),
    }


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        pytest.param(
            [("/1", "a.b", None), ("/2", "a_b", None)],
            r"a_b: a\.b \(GET /1\), a_b \(GET /2\)",
            id="operationId",
        ),
        pytest.param([("/1", "a", "x"), ("/2", "b", "x")], r"x: a \(GET /1\), b \(GET /2\)", id="chosen"),
        pytest.param(
            [("/<int:a>", "a", None), ("/<b>", "b", None)], r"a and b both answer GET /\{a\}", id="path"
        ),
    ],
)
def test_what_cannot_be_told_apart(
    make: MakeApp, rules: list[tuple[str, str, str | None]], what: str
) -> None:
    """Two operations with one name, or at one path, are an error that names both and the fix."""
    app = make()
    for rule, name, chosen in rules:
        app.add_url_rule(rule, name, endpoint(operation_id=chosen)(view))

    with pytest.raises(DocumentError, match=rf"(?s){what}.*Fix: "):
        documents(app)


class Socket:
    """A class that pydantic knows nothing of."""


class Holder(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    socket: Socket


def test_a_type_without_a_schema_is_an_error(make: MakeApp) -> None:
    """A type that JSON Schema cannot describe is an error that names the endpoint and the fix."""

    @endpoint
    def connect(query: Query[Holder]) -> None: ...

    app = make()
    app.add_url_rule("/good", "good", endpoint(view))
    app.add_url_rule("/connect", "connect", connect)

    with pytest.raises(DocumentError, match=r"(?s)connect: .*Socket.*Fix: .*WithJsonSchema") as caught:
        documents(app)

    assert "good" not in str(caught.value)


def test_decorators_above(make: MakeApp) -> None:
    """Decorators around an endpoint do not hide it."""

    @wraps(view)
    def around(**variables: object) -> Any:
        return decorated(**variables)

    decorated = endpoint(view)
    around.__wrapped__ = decorated  # type: ignore[attr-defined]

    assert operation(make(), around)["operationId"] == "view"


def test_the_order_of_registration_does_not_matter(make: MakeApp) -> None:
    """Routes that come after `Baseline` are in the document, those between it and the first request too."""
    app = make()
    app.add_url_rule("/late", "late", endpoint(view))

    assert [*document(app)["paths"]] == ["/late"]


def test_documents_with_the_feature_off(make: MakeApp) -> None:
    """Commands get the documents of an app that publishes none."""
    app = make(profile="prod")
    app.add_url_rule("/", "view", endpoint(view))

    assert app.test_client().get("/openapi.json").status_code == 404
    assert [*documents(app)] == ["openapi"]


def test_without_baseline() -> None:
    """An app without Baseline is told so."""
    with pytest.raises(NotInitializedError, match="Call Baseline"):
        documents(Flask("shop"))
