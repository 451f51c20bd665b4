"""``flask baseline openapi write|check|diff``."""

from __future__ import annotations

import json
import stat
import subprocess
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from pydantic import BaseModel

from flask_baseline import Baseline, Body, endpoint
from flask_baseline.cli import baseline
from flask_baseline.errors import DocumentError

from .tables import BASE

# Since click 8.2 the two streams are apart without asking.
RUNNER = CliRunner(**({"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}))


class Order(BaseModel):
    sku: str
    note: str = ""


class OrderWithCount(BaseModel):
    sku: str
    count: int


def shop(model: Any = Order, **config: Any) -> Flask:
    """Return an app with one operation."""
    app = Flask("shop")
    app.config.update(config)

    @app.post("/v1/orders")
    @endpoint
    def create(body: Body[model]) -> None: ...

    Baseline(app)
    return app


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, app: Flask | None = None) -> Result:
    """Run a command for an app."""
    info = ScriptInfo(create_app=lambda: app or shop())
    return RUNNER.invoke(baseline, ["openapi", *arguments], obj=info)


def test_write(folder: Path) -> None:
    """The document is written once, as text that Git compares well."""
    first, second = run("write"), run("write")
    path = folder / "openapi.json"
    assert (first.exit_code, first.stderr) == (0, "openapi.json is written.\n")
    assert (second.exit_code, second.stderr) == (0, "openapi.json is up to date.\n")
    assert (first.stdout, [*folder.iterdir()]) == ("", [path])
    text = path.read_text()
    assert json.loads(text)["paths"].keys() == {"/v1/orders"}
    assert text.endswith("}\n")
    assert '\n  "info": {\n' in text
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600


def test_write_to_a_pipe() -> None:
    """The document can be printed instead."""
    result = run("write", "--stdout")
    assert json.loads(result.stdout)["openapi"].startswith("3.1")


def test_write_several(folder: Path) -> None:
    """Each version has its own file."""
    app = shop(BASELINE_OPENAPI_DOCUMENTS={"v1": "/v1", "v2": "/v2"})
    result = run("write", "--dir", "contracts", app=app)
    assert result.exit_code == 0, result.output
    assert {path.name for path in (folder / "contracts" / "openapi").iterdir()} == {"v1.json", "v2.json"}
    assert run("check", "--dir", "contracts", app=app).exit_code == 0


def test_the_feature_may_be_off() -> None:
    """The contract of an app that publishes none is written all the same."""
    app = shop(BASELINE_PROFILE="prod", BASELINE_OPENAPI_ENABLED=False)
    assert run("write", app=app).exit_code == 0


def test_check() -> None:
    """An app that agrees with its file passes; one that does not fails, and hears what to do."""
    run("write")
    same = run("check")
    assert (same.exit_code, same.stdout) == (0, "")
    other = run("check", app=shop(OrderWithCount))
    assert other.exit_code == 1
    assert "request-required-property-added [body/count]" in other.stdout
    assert "Write what has changed with: flask baseline openapi write" in other.stderr


def test_check_without_a_file() -> None:
    """A file that is not there is an error of the call."""
    result = run("check")
    assert result.exit_code == 2
    assert "openapi.json is not there. Write it with: flask baseline openapi write." in result.stderr


def save(name: str, document: Any, version: str = "1.0.0") -> str:
    """Save a document under a version."""
    Path(name).write_text(json.dumps({**document, "info": {"title": "Shop", "version": version}}))
    return name


REMOVED = {**BASE, "paths": {}}


@pytest.mark.parametrize(
    ("new", "version", "status"),
    [
        pytest.param(BASE, "1.0.0", 0, id="nothing"),
        pytest.param(REMOVED, "1.0.0", 1, id="breaking"),
        pytest.param(REMOVED, "1.1.0", 1, id="breaking in a minor version"),
        pytest.param(REMOVED, "0.9.0", 1, id="breaking in an older version"),
        pytest.param(REMOVED, "2.0.0", 0, id="breaking in a major version"),
    ],
)
def test_diff(new: Any, version: str, status: int) -> None:
    """A breaking change needs a new major version."""
    result = run("diff", save("old.json", BASE), save("new.json", new, version))
    assert result.exit_code == status
    assert ("needs a new version" in result.stderr) is (status == 1)


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("0.1.0", "0.1.1", 1),
        ("0.1.0", "0.2.0", 0),
        ("v1.0", "v2.0", 0),
        ("2026-01", "2026-01", 1),
        ("2026-01", "2026-02", 0),
    ],
)
def test_versions(old: str, new: str, status: int) -> None:
    """Before 1.0 a minor version may break, and of other versions any other."""
    result = run("diff", save("old.json", BASE, old), save("new.json", REMOVED, new))
    assert result.exit_code == status


def test_diff_with_the_app() -> None:
    """Without a second file the app itself is compared."""
    run("write")
    result = run("diff", "openapi.json", app=shop(OrderWithCount))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "POST /v1/orders",
        "  breaking    request-required-property-added [body/count]: "
        "There is one more member that must be sent.",
        "  breaking    request-property-removed [body/note]: "
        "A member that clients may send has no effect any more.",
        "2 breaking.",
    ]


def test_diff_with_a_revision(folder: Path) -> None:
    """A file can be taken from Git's history."""
    save("openapi.json", BASE)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Add the contract"]):
        subprocess.run([*git, *command], check=True, cwd=folder)
    save("openapi.json", REMOVED)
    result = run("diff", "HEAD:openapi.json", "openapi.json")
    assert (result.exit_code, "operation-removed" in result.stdout) == (1, True)


def test_formats() -> None:
    """Changes are printed for people, for programs and for GitHub."""
    names = (save("old.json", BASE), save("new.json", REMOVED))
    found = json.loads(run("diff", *names, "--format", "json").stdout)
    assert found == {
        "breaking": True,
        "changes": [
            {
                "kind": "operation-removed",
                "level": "breaking",
                "where": "PUT /items/{id}",
                "at": "",
                "text": "The operation is gone.",
            }
        ],
    }
    github = run("diff", *names, "--format", "github").stdout.splitlines()
    assert github[0] == "::error title=operation-removed::PUT /items/{id}: The operation is gone."


def test_github_cannot_be_told_anything_else() -> None:
    """A name in a document cannot end its workflow command and begin another."""
    item = BASE["paths"]["/items/{id}"]
    new = {**BASE, "paths": {"/items/{id}": item, "/a\n::error::b%": item}}
    lines = run(
        "diff", save("old.json", BASE), save("new.json", new), "--format", "github"
    ).stdout.splitlines()
    assert lines[0] == "::notice title=operation-added::PUT /a%0A::error::b%25: The operation is new."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "cannot be read: No such file", id="missing"),
        pytest.param(b"{", "is not JSON", id="not JSON"),
        pytest.param(b"\xff", "is not JSON", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "is not JSON", id="deep"),
        pytest.param(b"[]", "is no OpenAPI document of version 3", id="array"),
        pytest.param(b'{"swagger": "2.0"}', "is no OpenAPI document of version 3", id="Swagger 2"),
        pytest.param(b'{"openapi": 3}', "is no OpenAPI document of version 3", id="number"),
    ],
)
def test_a_wrong_file(content: bytes | None, message: str) -> None:
    """What is no document is one clear error and status 2."""
    if content is not None:
        Path("old.json").write_bytes(content)
    result = run("diff", "old.json", save("new.json", BASE))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: old.json ")
    assert message in result.stderr


@pytest.mark.parametrize("name", ["main:missing.json", "--output=x:y"], ids=["unknown", "option"])
def test_a_wrong_revision(name: str, folder: Path) -> None:
    """What Git does not know is an error, and never an option of Git's."""
    result = run("diff", "--", name, save("new.json", BASE))
    assert result.exit_code == 2
    assert "neither a file nor a revision" in result.stderr
    assert [path.name for path in folder.iterdir()] == ["new.json"]


def test_a_union_that_would_grow_without_end() -> None:
    """Unions of unions of themselves are compared in the time that it takes to read them."""
    names = [f"U{number}" for number in range(30)]
    unions = {name: {"anyOf": [{"$ref": f"#/components/schemas/{each}"} for each in names]} for name in names}
    schemas = {**unions, "Item": unions["U0"]}
    files = (
        save("old.json", {**BASE, "components": {"schemas": {**schemas, "U1": {"type": "string"}}}}),
        save("new.json", {**BASE, "components": {"schemas": {**schemas, "U1": {"type": "integer"}}}}),
    )
    result = run("diff", *files)
    assert "request-type-changed [body]" in result.stdout


def test_a_document_that_goes_in_circles() -> None:
    """References that lead to themselves, and a file nested too deep, end in an answer."""
    place = BASE["paths"]["/items/{id}"]["put"]
    circle = {"components": {"schemas": {"Item": {"$ref": "#/components/schemas/Item"}}}}
    assert run("diff", save("old.json", BASE), save("new.json", {**BASE, **circle})).exit_code in (0, 1)
    deep: Any = {"type": "string"}
    for _ in range(900):
        deep = {"type": "array", "items": deep}
    body = {"content": {"application/json": {"schema": deep}}}
    new = {**BASE, "paths": {"/items/{id}": {"put": {**place, "requestBody": body}}}}
    result = run("diff", save("old.json", new), save("new.json", new))
    assert result.exit_code in (0, 2)
    assert "Traceback" not in result.output


def test_a_file_that_cannot_be_written(folder: Path) -> None:
    """A folder that is a file is one clear error."""
    (folder / "taken").write_text("")
    result = run("write", "--dir", "taken")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_an_app_with_several_documents() -> None:
    """Of several documents one is chosen by its name."""
    app = shop(BASELINE_OPENAPI_DOCUMENTS={"v1": "/v1", "v2": "/v2"})
    run("write", app=app)
    assert run("diff", "openapi/v1.json", "--document", "v1", app=app).exit_code == 0
    unnamed = run("diff", "openapi/v1.json", app=app)
    assert (unnamed.exit_code, "the documents v1, v2" in unnamed.stderr) == (2, True)


def test_an_app_that_has_no_document() -> None:
    """What cannot be documented is one clear error of the app."""

    class Other(BaseModel):
        id: int

    Other.__name__ = Other.__qualname__ = "Order"
    app = Flask("shop")
    app.post("/a")(_view("a", Order))
    app.post("/b")(_view("b", Other))
    Baseline(app)
    result = run("write", app=app)
    assert (result.exit_code, isinstance(result.exception, DocumentError | SystemExit)) == (1, True)
    assert "Order" in result.stderr


def _view(name: str, model: Any) -> Any:
    def view(body: Body[model]) -> None: ...

    view.__name__ = name
    return endpoint(view)
