"""Generated requests find no answer that the document does not promise."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from examples import bookshop as bookshop_app
from tests.proof import everything, hooks
from tests.proof.conftest import ROOT
from tests.servers.server import Server

# The same requests in each run: what fails here must be found by whoever caused it.
EXAMPLES = settings(
    max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
)
CONFIG = SchemathesisConfig.from_path(ROOT / "tests" / "proof" / "schemathesis.toml")
TOKEN = {"Authorization": f"Bearer {bookshop_app.TOKEN}"}

assert hooks


@pytest.fixture(scope="module", params=["bookshop v2", "bookshop v1", "everything"])
def schema(request: pytest.FixtureRequest) -> Any:
    """Return the document of each app, as the app serves it."""
    name, _, version = request.param.partition(" ")
    app = (bookshop_app if name == "bookshop" else everything).create_app()
    path = "/openapi/v1.json" if version == "v1" else "/openapi.json"
    return schemathesis.openapi.from_wsgi(path, app, config=CONFIG)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_in_process(schema: Any, mode: GenerationMode) -> None:
    """No request that is generated from the document, right or wrong, gets an answer that it excludes."""
    attacked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        is_sent = {"parameters", "requestBody"} & {*operation.definition.raw}
        if mode is GenerationMode.NEGATIVE and not is_sent:
            # There is nothing that could be wrong.
            continue

        @EXAMPLES
        @given(case=operation.as_strategy(generation_mode=mode))
        def attack(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=TOKEN)

        # Where a client may send any bytes, none are wrong.
        with suppress(Unsatisfiable):
            attack()
            attacked += 1
    assert attacked or mode is GenerationMode.NEGATIVE


def test_served(served: Server) -> None:
    """The same against a server, with every check there is."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", ROOT / "tests/proof/schemathesis.toml"),
        *("run", f"http://127.0.0.1:{served.port}/openapi.json", "--max-examples", "15"),
        *("--generation-deterministic", "--seed", "1", "--no-color"),
    ]
    environ = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.proof.hooks", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=served.folder, env=environ, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Schema-valid" not in done.stdout
