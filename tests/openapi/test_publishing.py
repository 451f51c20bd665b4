"""How the documents are served."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from flask_baseline import ConfigError, endpoint

from .conftest import MakeApp


@endpoint
def view() -> None: ...


def test_a_document_is_revalidated(make: MakeApp) -> None:
    """A document has an ETag and is asked for again before each use; the same one is a 304."""
    client = make().test_client()
    response = client.get("/openapi.json")

    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get("/openapi.json", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/openapi.json", headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.head("/openapi.json").headers["Content-Length"] == str(len(response.data))


def test_one_document_for_all_threads(make: MakeApp) -> None:
    """Requests that come at the same time get the same bytes."""
    app = make()
    app.add_url_rule("/", "view", view)

    with ThreadPoolExecutor(8) as pool:
        found = {*pool.map(lambda _: app.test_client().get("/openapi.json").data, range(16))}

    assert len(found) == 1


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        pytest.param({}, {"/openapi.json"}, id="default"),
        pytest.param({"path": "/api/spec"}, {"/api/spec"}, id="own path"),
        pytest.param(
            {"documents": {"v1": "/v1", "v2": "/v2"}}, {"/openapi.json", "/openapi/v2.json"}, id="two"
        ),
        pytest.param(
            {"documents": {"v1": "/v1", "v2.1": ["b"]}, "path": "/api/spec.json"},
            {"/api/spec.json", "/api/spec/v2.1.json"},
            id="two at an own path",
        ),
    ],
)
def test_paths(make: MakeApp, options: dict[str, object], paths: set[str]) -> None:
    """The first document is at the path of the settings, the others beside it by their names."""
    app = make(ui_enabled=False, **options)

    assert {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"} == paths


@pytest.mark.parametrize(
    ("profile", "options", "statuses"),
    [
        pytest.param("prod", {}, (404, 404), id="prod"),
        pytest.param("prod", {"enabled": True}, (200, 404), id="prod, asked for"),
        pytest.param("prod", {"enabled": True, "ui_enabled": True}, (200, 200), id="prod, all"),
        pytest.param("prod", {"ui_enabled": True}, (404, 404), id="prod, only the page"),
        pytest.param("test", {}, (200, 200), id="test"),
        pytest.param("dev", {}, (200, 200), id="dev"),
        pytest.param("dev", {"enabled": False}, (404, 404), id="dev, off"),
    ],
)
def test_what_is_published(
    make: MakeApp, profile: str, options: dict[str, object], statuses: tuple[int, int]
) -> None:
    """Production publishes what it is asked to, other profiles everything that is not turned off."""
    client = make(profile, **options).test_client()

    assert (client.get("/openapi.json").status_code, client.get("/docs").status_code) == statuses


@pytest.mark.parametrize(
    ("options", "root", "url"),
    [
        pytest.param({}, "", "/", id="at the root"),
        pytest.param({}, "/shop", "/shop", id="under a prefix"),
        pytest.param({"servers": "https://shop.example/api"}, "/shop", "https://shop.example/api", id="set"),
    ],
)
def test_servers(make: MakeApp, options: dict[str, object], root: str, url: str) -> None:
    """A document says where the app is served: what is set, else the prefix of the request."""
    app = DispatcherMiddleware(Flask("other"), {"/shop": make(**options), "/root": Flask("other")})
    if not root:
        app = DispatcherMiddleware(make(**options))

    response = Client(app).get(f"{root}/openapi.json")

    assert response.get_json()["servers"] == [{"url": url}]


def test_nothing_is_built_at_start() -> None:
    """The libraries that build documents are imported for the first document, and not before."""
    code = (
        "import sys\n"
        "from flask import Flask\n"
        "from flask_baseline import Baseline\n"
        "app = Flask('shop')\n"
        "app.config['BASELINE_PROFILE'] = 'test'\n"
        "Baseline(app)\n"
        "print('apispec' in sys.modules)\n"
        "app.test_client().get('/openapi.json')\n"
        "print('apispec' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert [line for line in done.stdout.splitlines() if not line.startswith("{")][-2:] == ["False", "True"]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        pytest.param({"documents": {}}, "DOCUMENTS .*has no document", id="none"),
        pytest.param({"documents": {"a/b": "/"}}, "DOCUMENTS .*a name that cannot be in a URL", id="name"),
        pytest.param({"documents": {"a": "v1"}}, "DOCUMENTS .*neither a prefix nor blueprints", id="prefix"),
        pytest.param({"documents": {"a": []}}, "DOCUMENTS .*neither a prefix nor blueprints", id="empty"),
        pytest.param({"documents": "/v1"}, "DOCUMENTS .*is not JSON", id="text"),
        pytest.param({"security_schemes": {"a": {}}}, "SECURITY_SCHEMES .*without a type", id="scheme"),
        pytest.param({"path": "docs"}, "OPENAPI_PATH .*wrong form", id="path"),
        pytest.param({"path": "/docs"}, "OPENAPI_PATH, BASELINE_OPENAPI_UI_PATH .*the same path", id="same"),
    ],
)
def test_wrong_settings(make: MakeApp, options: dict[str, object], what: str) -> None:
    """Settings that make no sense stop the start, with the key and the fix."""
    with pytest.raises(ConfigError, match=rf"{what}.*Fix: "):
        make(**options)


def test_settings_from_the_environment(make: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are JSON in the environment."""
    monkeypatch.setenv("BASELINE_OPENAPI_DOCUMENTS", '{"v1": "/v1", "admin": ["admin"]}')

    app = make()

    assert "/openapi/admin.json" in {rule.rule for rule in app.url_map.iter_rules()}
