"""What a team wires itself: structlog, hooks for the request id and the access event, probes as routes.

Loggers are cached, and the call site is left out, which would make a line dearer still.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

from .scenario import add_probe_routes


def wire(app: Flask) -> Flask:
    """Add a request id, an access event and two probes to *app*; structlog is configured already."""
    log = structlog.get_logger("access")

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = request.headers.get("X-Request-ID") or uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers.setdefault("X-Request-ID", g.request_id)
        if request.endpoint not in ("live", "ready"):
            log.info(
                "http.server.request",
                **{
                    "service.name": app.name,
                    "http.request.method": request.method,
                    "http.route": request.url_rule.rule if request.url_rule else None,
                    "url.path": request.path,
                    "http.response.status_code": response.status_code,
                    "http.response.body.size": response.content_length,
                    "duration_ms": round((time.perf_counter() - g.started) * 1000, 3),
                    "client.address": request.remote_addr,
                    "user_agent.original": request.user_agent.string,
                    "process.pid": os.getpid(),
                },
            )
        return response

    return add_probe_routes(app)


def configure_through_stdlib() -> None:
    """Send structlog and the standard library through one handler.

    It is "Rendering using structlog-based formatters within logging" of structlog's documentation.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.dict_tracebacks,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)


def configure_natively() -> None:
    """Let structlog write its own lines, as its page on performance says, without orjson."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
