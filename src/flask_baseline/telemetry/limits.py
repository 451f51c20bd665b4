"""OpenTelemetry's variables for batches.

https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from .outbox import Limits

_log = logging.getLogger("flask_baseline.telemetry")

MOST = 2**31 - 1
"""The largest number: of milliseconds 24 days, which every system can still wait."""


def limits_of(prefix: str, environ: Mapping[str, str]) -> Limits:
    """Return the limits that variables such as ``OTEL_BSP_MAX_QUEUE_SIZE`` set; *prefix* is ``OTEL_BSP``."""
    default = Limits()
    queue = positive(environ, f"{prefix}_MAX_QUEUE_SIZE", default.queue)
    batch = positive(environ, f"{prefix}_MAX_EXPORT_BATCH_SIZE", default.batch)
    milliseconds = positive(environ, f"{prefix}_SCHEDULE_DELAY", default.seconds * 1000)
    return Limits(int(queue), int(min(batch, queue)), milliseconds / 1000)


def positive(environ: Mapping[str, str], name: str, default: float) -> float:
    """Return the number that the variable *name* holds; what is not from 1 to `MOST` is told, and ignored."""
    text = environ.get(name, "").strip()
    if not text:
        return default
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MOST:
        _log.warning("%s is not a whole number from 1 to %d, and is ignored", name, MOST)
        return default
    return number
