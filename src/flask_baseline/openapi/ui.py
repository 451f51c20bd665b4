"""Swagger UI, from files of our own, under a policy that allows nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Blueprint, Response, send_from_directory, url_for
from markupsafe import Markup

SWAGGER_UI = "5.35.0"
"""The version of the files in ``static/swagger-ui``."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_STATIC = Path(__file__).parent / "static"

_OWN = ("init.js", "page.css")

_VERSIONED = (*_OWN, "swagger-ui-bundle.js", "swagger-ui.css")

_REDIRECT = ("oauth2-redirect.html", "oauth2-redirect.js")
"""An OAuth 2.0 provider is told their address, which therefore has no version."""

_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
"""The machine's own table may have others, which browsers then refuse."""

_PAGE = Markup(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{swagger_css}">
<link rel="stylesheet" href="{page_css}">
</head>
<body>
{choice}<div id="swagger-ui" data-documents="{documents}" data-redirect="{redirect}"></div>
<script src="{swagger_js}"></script>
<script src="{init_js}"></script>
</body>
</html>
"""
)

_CHOICE = Markup(
    '<nav><label for="document">Document</label> <select id="document">{options}</select></nav>\n'
)


def add_ui(blueprint: Blueprint, path: str, title: str, documents: Mapping[str, str]) -> None:
    """Let *blueprint* serve Swagger UI.

    Args:
        blueprint: of the documents.
        path: the page's.
        title: the page's.
        documents: the endpoint within *blueprint* of each document, by name.
    """
    version = f"{SWAGGER_UI}-{_digest(_OWN)}"

    def page() -> Response:
        assets = {name: url_for(".ui_asset", name=name) for name in _VERSIONED}
        listed = [{"name": name, "url": url_for(f".{endpoint}")} for name, endpoint in documents.items()]
        html = _PAGE.format(
            title=title,
            swagger_css=assets["swagger-ui.css"],
            page_css=assets["page.css"],
            choice=_choice(documents),
            documents=json.dumps(listed),
            redirect=url_for(".ui_redirect", name="oauth2-redirect.html"),
            swagger_js=assets["swagger-ui-bundle.js"],
            init_js=assets["init.js"],
        )
        return _guarded(Response(html, mimetype="text/html"), "no-cache")

    def ui_asset(name: str) -> Response:
        return _guarded(_file(name), "public, max-age=31536000, immutable")

    def ui_redirect(name: str) -> Response:
        return _guarded(_file(name), "no-cache")

    blueprint.add_url_rule(path, "ui", page)
    blueprint.add_url_rule(f"{path}/{version}/<{_any(_VERSIONED)}:name>", "ui_asset", ui_asset)
    blueprint.add_url_rule(f"{path}/<{_any(_REDIRECT)}:name>", "ui_redirect", ui_redirect)


def _file(name: str) -> Response:
    folder = _STATIC if name in _OWN else _STATIC / "swagger-ui"
    return send_from_directory(folder, name, mimetype=_TYPES[Path(name).suffix])


def _any(names: Sequence[str]) -> str:
    return "any({})".format(", ".join(f"'{name}'" for name in names))


def _digest(names: Sequence[str]) -> str:
    """Return what changes with the content of our own files."""
    return hashlib.sha256(b"".join((_STATIC / name).read_bytes() for name in names)).hexdigest()[:8]


def _choice(documents: Mapping[str, str]) -> Markup:
    """Return a list of the documents to choose from, where there are several."""
    if len(documents) == 1:
        return Markup("")
    return _CHOICE.format(options=Markup("").join(Markup("<option>{}</option>").format(n) for n in documents))


def _guarded(response: Response, caching: str) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = caching
    return response
