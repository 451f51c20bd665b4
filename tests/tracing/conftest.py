"""Apps whose spans a test reads."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline.testing import captured_spans
from tests.steps import call

TRACING = [spec for spec in FEATURES if spec.name == "tracing"]
WITH_LOGS = [spec for spec in FEATURES if spec.name in ("logging", "tracing")]

TRACE_ID, PARENT_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE_ID}-{PARENT_ID}-01"
UNSAMPLED = f"00-{TRACE_ID}-{PARENT_ID}-00"

ROOT = Path(__file__).parents[2]

tracer = trace.get_tracer("shop")
"""As an app has it: made at import, before there is an app."""

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app() -> MakeApp:
    """Return what makes an app that keeps its spans; keywords are ``BASELINE_TRACING_*`` settings."""

    def make_app(name: str = "shop", **options: object) -> Flask:
        app = Flask(name)
        options = {"exporter": "memory", **options}
        app.config.update({f"BASELINE_TRACING_{key.upper()}": value for key, value in options.items()})
        Baseline(app, features=TRACING)
        return app

    return make_app


def spans_of(app: Flask, path: str = "/", method: str = "GET", **environ: object) -> list[ReadableSpan]:
    """Ask as a server does, and return all spans that have ended."""
    with captured_spans(app) as spans:
        call(app, path, method, **environ).drain()
    return spans


def ids(span: ReadableSpan) -> tuple[str, str, str | None]:
    """Return the ids of the trace, the span and its parent."""
    parent = None if span.parent is None else f"{span.parent.span_id:016x}"
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}", parent


def run(code: str, *, status: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
    """Run *code* in a process of its own, of which the exit status must be *status*."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("BASELINE_", "OTEL_"))}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=own | env, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == status, done.stderr
    return done
