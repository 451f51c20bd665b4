"""The documents of an app at their paths, and Swagger UI."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, request

from .._feature import Setup, Wiring
from .publishing import Published, publisher
from .settings import OpenapiSettings
from .ui import add_ui


def init_app(app: Flask, settings: OpenapiSettings, setup: Setup, /) -> Wiring:
    """Return the blueprint that publishes the documents of *app*."""
    blueprint = Blueprint("baseline_openapi", __name__)
    published = publisher(app, has_servers=bool(settings.servers))
    endpoints: dict[str, str] = {}
    folder = settings.path.removesuffix(".json")
    for index, name in enumerate(settings.documents or ["openapi"]):
        path = settings.path if index == 0 else f"{folder}/{name}.json"
        # The name of an endpoint has no dots.
        endpoints[name] = f"document_{index}"
        blueprint.add_url_rule(path, endpoints[name], _view(published, name))
    if settings.ui_enabled:
        add_ui(blueprint, settings.ui_path, settings.title or setup.service_name, endpoints)
    return Wiring(blueprint=blueprint)


def _view(published: Callable[[str, str], Published], name: str) -> Callable[[], Response]:
    def view() -> Response:
        document = published(name, request.script_root)
        response = Response(document.data, mimetype="application/json")
        response.set_etag(document.etag)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.make_conditional(request)
        return response

    return view
