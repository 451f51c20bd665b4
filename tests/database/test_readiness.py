"""Whether the databases answer, as ``/readyz`` tells it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from opentelemetry.trace import SpanKind
from sqlalchemy import text

from flask_baseline._runtime import runtime_of
from flask_baseline.database import db
from flask_baseline.testing import captured_spans

from .link import linked
from .shop import make_app


def ask(app: Any) -> tuple[int, dict[str, Any]]:
    """Return the status of ``/readyz`` and the results of the checks of databases."""
    answer = app.test_client().get("/readyz?verbose")
    checks = answer.get_json()["checks"]
    found = {name: each[0]["status"] for name, each in checks.items() if name.startswith("database")}
    return answer.status_code, found


def probed_app(url: str, *features: str, **options: object) -> Any:
    """Return an app whose probe shows all, and runs its checks each time."""
    return make_app(url, "health", *features, **options)


def test_it_answers(url: str, monkeypatch: Any) -> None:
    """A database that answers passes, and its connection is given back."""
    monkeypatch.setenv("BASELINE_HEALTH_DETAILS", "always")
    app = probed_app(url)
    assert ask(app) == (200, {"database": "pass"})
    engine = runtime_of(app, "database").engine()
    assert engine.pool.checkedout() == 0
    engine.dispose()


def test_it_hangs(postgres_url: str, monkeypatch: Any) -> None:
    """A database that hangs fails the probe within its deadline, and requests within their time-outs."""
    monkeypatch.setenv("BASELINE_HEALTH_DETAILS", "always")
    monkeypatch.setenv("BASELINE_HEALTH_CACHE_SECONDS", "0")
    with linked(postgres_url) as link:
        app = probed_app(link.url, connect_timeout=1, statement_timeout=0.5)
        assert ask(app) == (200, {"database": "pass"})
        app.add_url_rule("/", "view", lambda: str(db.session.scalar(text("SELECT 1"))))
        assert app.test_client().get("/").text == "1"
        link.hang()
        assert ask(app) == (503, {"database": "fail"})
        assert app.test_client().get("/").status_code == 503
        runtime_of(app, "database").engine().dispose()


def test_another_one_is_away(silent: int, tmp_path: Path, monkeypatch: Any) -> None:
    """The replica and other databases that are away are a warning: what needs them not is served."""
    monkeypatch.setenv("BASELINE_HEALTH_DETAILS", "always")
    away = f"postgresql://u:planted@127.0.0.1:{silent}/db"
    app = probed_app(
        f"sqlite:///{tmp_path / 'a.db'}", replica_url=away, others={"reports": away}, connect_timeout=1
    )
    assert ask(app) == (200, {"database": "pass", "database:replica": "fail", "database:reports": "fail"})


def test_a_probe_has_no_spans(url: str, monkeypatch: Any) -> None:
    """A probe leaves no span of its statement."""
    monkeypatch.setenv("BASELINE_HEALTH_DETAILS", "always")
    monkeypatch.setenv("BASELINE_TRACING_EXPORTER", "memory")
    app = probed_app(url, "tracing")
    with captured_spans(app) as spans:
        assert ask(app)[0] == 200
    assert [span.name for span in spans if span.kind is SpanKind.CLIENT] == []
    runtime_of(app, "database").engine().dispose()
