"""Prometheus' names for OpenTelemetry's.

https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
"""

from __future__ import annotations

import re
from functools import lru_cache

_UNITS = {
    "1": "",
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "By": "bytes",
    "KiBy": "kibibytes",
    "MiBy": "mebibytes",
    "GiBy": "gibibytes",
    "TiBy": "tebibytes",
    "KBy": "kilobytes",
    "MBy": "megabytes",
    "GBy": "gigabytes",
    "TBy": "terabytes",
    "m": "meters",
    "V": "volts",
    "A": "amperes",
    "J": "joules",
    "W": "watts",
    "g": "grams",
    "Cel": "celsius",
    "Hz": "hertz",
    "%": "percent",
}
_PER = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}

_RENAMED = {"process.thread.count": "process.threads"}
"""Ours that end as only the samples of a histogram may; Prometheus' linter refuses the page otherwise."""

_NOT_IN_A_NAME = re.compile(r"[^a-zA-Z0-9:]+")
_NOT_IN_A_LABEL = re.compile(r"[^a-zA-Z0-9_]")
_ANNOTATION = re.compile(r"\{[^}]*\}")


@lru_cache(maxsize=4096)
def family_name(name: str, unit: str, kind: str) -> tuple[str, str]:
    """Return the name of a family, without ``_total``, and its unit, which the name ends with."""
    base = _NOT_IN_A_NAME.sub("_", _RENAMED.get(name, name)).strip("_") or "_"
    base = f"_{base}" if base[0].isdigit() else base
    words = _unit(unit, kind)
    if kind == "counter":
        base = base.removesuffix("_total")
    if base == words:
        return base, ""
    if words and not base.endswith(f"_{words}"):
        base = f"{base}_{words}"
    return base, words


@lru_cache(maxsize=4096)
def label_name(name: str) -> str:
    """Return the name of a label."""
    label = _NOT_IN_A_LABEL.sub("_", name)
    if label.startswith("__"):
        label = label.lstrip("_")
    return f"key_{label}" if not label or label[0].isdigit() else label


def _unit(unit: str, kind: str) -> str:
    if unit == "1":
        return "ratio" if kind == "gauge" else ""
    amount, _, per = _ANNOTATION.sub("", unit).partition("/")
    words = _UNITS.get(amount, amount)
    if per:
        words = f"{words}_per_{_PER.get(per, per)}"
    return _NOT_IN_A_NAME.sub("_", words).strip("_")
