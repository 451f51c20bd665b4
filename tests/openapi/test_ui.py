"""Swagger UI: its page, its files, and where they come from."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from urllib.parse import urljoin

import pytest
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from flask_baseline.openapi import ui

from .conftest import MakeApp

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Page(HTMLParser):
    """The elements of a page, and the text in them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if data.strip() and self.elements:
            self.texts.append((self.elements[-1][0], data.strip()))

    def links(self) -> list[str]:
        """Return the addresses of what the page loads."""
        found = [
            attrs.get("src") or attrs.get("href") for tag, attrs in self.elements if tag in ("script", "link")
        ]
        return [link for link in found if link and not link.startswith("data:")]


def page_of(client: Client, path: str = "/docs") -> Page:
    response = client.get(path)
    assert response.status_code == 200
    return Page(response.get_data(as_text=True))


def test_everything_has_the_policy(make: MakeApp) -> None:
    """The page and all that it loads come from here, in their types, under a policy without exceptions."""
    client = make().test_client()
    links = page_of(client).links()

    assert len(links) == 4
    for path in ["/docs", *links, "/docs/oauth2-redirect.html", "/docs/oauth2-redirect.js"]:
        response = client.get(path, buffered=True)
        assert response.status_code == 200
        assert response.headers["Content-Security-Policy"] == POLICY
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        kind = {".js": "text/javascript", ".css": "text/css"}.get(Path(path).suffix, "text/html")
        assert response.mimetype == kind


def test_nothing_is_inline(make: MakeApp) -> None:
    """The page has neither scripts, styles nor handlers in itself, which the policy would stop."""
    page = page_of(make().test_client())

    assert {tag for tag, _ in page.texts} <= {"title", "label", "option"}
    assert not [
        name for _, attrs in page.elements for name in attrs if name == "style" or name.startswith("on")
    ]


def test_caching(make: MakeApp) -> None:
    """Files with the version in their path are kept for good; all else is asked for again."""
    client = make().test_client()

    for link in page_of(client).links():
        assert ui.SWAGGER_UI in link
        assert (
            client.get(link, buffered=True).headers["Cache-Control"] == "public, max-age=31536000, immutable"
        )
    for path in ("/docs", "/docs/oauth2-redirect.html"):
        assert client.get(path, buffered=True).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/docs/5.0.0/init.js", "/docs/init.js", "/docs/{version}/../ui.py", "/docs/NOTICE"]
)
def test_nothing_else_is_served(make: MakeApp, path: str) -> None:
    """Only the files of the page are there, at their addresses."""
    client = make().test_client()
    version = page_of(client).links()[0].split("/")[2]

    assert client.get(path.format(version=version)).status_code == 404


def test_one_document(make: MakeApp) -> None:
    """The page shows the one document, and nothing to choose from."""
    page = page_of(make(title="Shop & <Co>").test_client())

    assert [
        json.loads(attrs["data-documents"]) for _, attrs in page.elements if "data-documents" in attrs
    ] == [[{"name": "openapi", "url": "/openapi.json"}]]
    assert "select" not in {tag for tag, _ in page.elements}
    assert page.texts == [("title", "Shop & <Co>")]


def test_several_documents(make: MakeApp) -> None:
    """The page lists all documents to choose from, the main one first."""
    page = page_of(make(documents={"v2": "/v2", "v1": "/v1"}, ui_path="/ui").test_client(), "/ui")

    assert [
        json.loads(attrs["data-documents"]) for _, attrs in page.elements if "data-documents" in attrs
    ] == [[{"name": "v2", "url": "/openapi.json"}, {"name": "v1", "url": "/openapi/v1.json"}]]
    assert [text for tag, text in page.texts if tag == "option"] == ["v2", "v1"]


def test_under_a_prefix(make: MakeApp) -> None:
    """Under a prefix, the addresses of the files and of the documents have it."""
    client = Client(DispatcherMiddleware(Flask("other"), {"/shop": make()}))
    page = page_of(client, "/shop/docs")

    (place,) = (attrs for _, attrs in page.elements if "data-documents" in attrs)
    (document,) = json.loads(place["data-documents"])
    for link in [*page.links(), document["url"], place["data-redirect"]]:
        assert link.startswith("/shop/")
        assert client.get(urljoin("/shop/docs", link), buffered=True).status_code == 200


ROOT = Path(__file__).parents[2]


@pytest.fixture
def vendoring() -> ModuleType:
    """Return the script that puts the files of Swagger UI in their place."""
    spec = spec_from_file_location("vendor_swagger_ui", ROOT / "tools" / "vendor_swagger_ui.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_the_published_ones(vendoring: ModuleType) -> None:
    """The files of Swagger UI have the hashes that are pinned, and no other file is among them."""
    folder = files("flask_baseline") / "openapi" / "static" / "swagger-ui"
    shipped = {file.name: file.read_bytes() for file in folder.iterdir()}

    assert shipped.keys() == vendoring.HASHES.keys()
    assert vendoring.differences(shipped) == {}
    assert vendoring.differences({**shipped, "NOTICE": b"other"}).keys() == {"NOTICE"}
    assert vendoring.VERSION == ui.SWAGGER_UI


def test_the_licences_are_in_the_metadata() -> None:
    """The metadata names the licence of every part, and the files with their texts."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert 'license = "BSD-3-Clause AND Apache-2.0 AND MIT"' in project
    named = re.findall(r'"(src/flask_baseline/openapi/static/[^"]+)"', project)
    assert {Path(name).name for name in named} == {"LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"}
    assert [name for name in named if not (ROOT / name).is_file()] == []
