"""``flask baseline openapi check`` where the app and its files differ in ways of their own."""

from __future__ import annotations

import json
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

# Since click 8.2 the two streams are apart without asking.
RUNNER = CliRunner(**({"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}))


class Order(BaseModel):
    sku: str


class Described(BaseModel):
    """What a customer wants."""

    sku: str


class Other(BaseModel):
    sku: str


class Counted(BaseModel):
    sku: str
    count: int


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, model: Any, **config: Any) -> Result:
    """Run a command for an app that has two versions of an operation."""
    app = Flask("shop")
    app.config.update(config)
    for version in ("v1", "v2"):

        def create(body: Body[model]) -> None: ...

        create.__name__ = f"create_{version}"
        app.post(f"/{version}/orders")(endpoint(create))
    Baseline(app)
    return RUNNER.invoke(baseline, ["openapi", *arguments], obj=ScriptInfo(create_app=lambda: app))


VERSIONS = {"BASELINE_OPENAPI_DOCUMENTS": {"v1": "/v1", "v2": "/v2"}}


def test_a_description_is_a_change() -> None:
    """What only readers of the document notice is listed, for information."""
    run("write", model=Order)
    result = run("check", model=type("Order", (Described,), {"__doc__": Described.__doc__}))
    assert result.exit_code == 1
    assert "info        documentation-changed [body]" in result.stdout
    assert result.stdout.splitlines()[-1] == "2 info."


def test_a_difference_that_is_no_change() -> None:
    """Where the file is old but clients notice nothing, the command says so and fails all the same."""
    run("write", model=Order)
    result = run("check", model=Other)
    assert (result.exit_code, result.stdout) == (1, "No changes.\n")
    assert "nothing that clients notice, such as the name of a schema" in result.stderr
    assert "Write what has changed with: flask baseline openapi write" in result.stderr


def test_several_files_are_one_report() -> None:
    """The changes of all documents are one JSON object, and the files that are old are named."""
    run("write", model=Order, **VERSIONS)
    result = run("check", "--format", "json", model=Counted, **VERSIONS)
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [(each["kind"], each["where"]) for each in found["changes"] if each["level"] == "breaking"] == [
        ("request-required-property-added", "POST /v1/orders"),
        ("request-required-property-added", "POST /v2/orders"),
    ]
    assert str(Path("openapi", "v1.json")) in result.stderr
    assert str(Path("openapi", "v2.json")) in result.stderr


def test_a_file_that_is_in_the_way(folder: Path) -> None:
    """Where the file cannot be put in its place, nothing is left behind."""
    (folder / "openapi.json").mkdir()
    result = run("write", model=Order)
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)
    assert [path.name for path in folder.iterdir()] == ["openapi.json"]


def test_references_without_end(folder: Path) -> None:
    """References to references, more than can be followed, are one clear error."""
    chain = {f"A{step}": {"$ref": f"#/components/schemas/A{step + 1}"} for step in range(5000)}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A0"}}}}
    document = {
        "openapi": "3.1.1",
        "info": {"title": "Shop", "version": "1.0.0"},
        "paths": {"/v1/orders": {"post": {"requestBody": body, "responses": {}}}},
        "components": {"schemas": chain},
    }
    (folder / "old.json").write_text(json.dumps(document))
    result = run("diff", "old.json", "old.json", model=Order)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: The documents are nested too deep to be compared.\n"
