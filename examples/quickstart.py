"""A service on one screen: structured logs, request ids, probes and RFC 9457 errors."""

from __future__ import annotations

import structlog
from flask import Flask

from flask_baseline import Baseline, Problem

GREETINGS = {"en": "Hello", "fr": "Bonjour", "pt": "Olá"}

log = structlog.get_logger()


def create_app() -> Flask:
    app = Flask(__name__)
    baseline = Baseline(app)

    @app.get("/hello/<language>/<name>")
    def hello(language: str, name: str) -> dict[str, str]:
        if language not in GREETINGS:
            raise Problem(404, "There is no greeting in this language.", languages=sorted(GREETINGS))
        log.info("greeted", language=language)
        return {"greeting": f"{GREETINGS[language]}, {name}!"}

    @baseline.readiness_check("greetings")
    def greetings_are_there() -> bool:
        return bool(GREETINGS)

    return app
