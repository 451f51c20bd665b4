"""Take the reports that browsers send of what a policy has forbidden, and log them.

https://www.w3.org/TR/reporting-1/ and https://www.w3.org/TR/CSP3/#reporting
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any, cast

from flask import Blueprint, Response, request

_log = logging.getLogger("flask_baseline.headers")

_MESSAGE = (
    "a browser reports what the policy of a page forbids; BASELINE_HEADERS_CONTENT_SECURITY_POLICY, or the "
    "policy of the view, would allow it"
)

_MAX_BYTES = 65_536
_PER_MINUTE = 30
_TYPES = ("application/csp-report", "application/reports+json", "application/json")

# What a report says by its older and its newer name, and how much of it is of use.
_FIELDS = {
    "csp.document": ("document-uri", "documentURL"),
    "csp.blocked": ("blocked-uri", "blockedURL"),
    "csp.directive": ("effective-directive", "effectiveDirective"),
    "csp.disposition": ("disposition", "disposition"),
    "csp.source": ("source-file", "sourceFile"),
    "csp.line": ("line-number", "lineNumber"),
}
_MAX_TEXT = 512


def report_blueprint(path: str) -> Blueprint:
    """Return the route that takes reports at *path*: always 204, so that it tells nothing."""
    blueprint = Blueprint("baseline_headers", __name__)
    allowance = _Allowance()

    @blueprint.post(path)
    def csp_reports() -> Response:
        if request.mimetype in _TYPES:
            for report in _reports(_body()):
                dropped = allowance.take()
                if dropped is not None:
                    _log.warning(_MESSAGE, extra={**report, "csp.not_logged": dropped})
        return Response(status=204)

    return blueprint


def _body() -> bytes:
    """Return the body, and at most one byte more than is taken of one."""
    body = b""
    while left := _MAX_BYTES + 1 - len(body):
        chunk = request.stream.read(left)
        if not chunk:
            break
        body += chunk
    return body


def _reports(body: bytes) -> Iterator[dict[str, Any]]:
    if len(body) > _MAX_BYTES:
        return
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return
    items = cast("list[object]", found) if isinstance(found, list) else [cast("object", found)]
    for item in items:
        if isinstance(item, Mapping):
            each = cast("Mapping[str, Any]", item)
            report = each.get("csp-report") or (
                each.get("body") if each.get("type") == "csp-violation" else None
            )
            if isinstance(report, Mapping):
                yield _fields(cast("Mapping[str, Any]", report))


def _fields(report: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, keys in _FIELDS.items():
        value = next((report[key] for key in keys if key in report), None)
        if isinstance(value, str):
            # A query or a fragment may have a secret.
            fields[name] = re.split("[?#]", value[:_MAX_TEXT], maxsplit=1)[0]
        elif isinstance(value, int):
            fields[name] = value
    return fields


class _Allowance:
    """How many reports a process logs in a minute: anybody can send them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since, self._count, self._dropped = 0.0, 0, 0

    def take(self) -> int | None:
        """Return how many were left out before this one; None where this one is left out too."""
        with self._lock:
            now = time.monotonic()
            if now - self._since >= 60:
                self._since, self._count = now, 0
            self._count += 1
            if self._count > _PER_MINUTE:
                self._dropped += 1
                return None
            dropped, self._dropped = self._dropped, 0
            return dropped
