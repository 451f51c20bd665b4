"""What the checks found, as frozen results.

The members of the details have the names of draft-inadarei-api-health-check-06, section 4.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple

Status = Literal["pass", "warn", "fail"]

Output = Literal["timeout", "refused", "error", "false"]
"""Why a check failed: too slow, connection refused, any other exception, or it returned ``False``."""


class CheckResult(NamedTuple):
    """How one check ended, in words that may leave the process."""

    name: str
    critical: bool
    output: Output | None
    """None for a check that passed."""
    seconds: float
    """How long it took, or has taken so far."""
    time: datetime
    """When this was found, in UTC."""

    def details(self) -> dict[str, Any]:
        """Return the members of the check's entry."""
        entry: dict[str, Any] = {
            "status": "pass" if self.output is None else "fail",
            "critical": self.critical,
            "time": self.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "observedValue": round(self.seconds * 1000),
            "observedUnit": "ms",
        }
        if self.output is not None:
            entry["output"] = self.output
        return entry


@dataclass(frozen=True)
class Report:
    """How all checks ended."""

    results: tuple[CheckResult, ...]

    @cached_property
    def status(self) -> Status:
        """``fail`` if a critical check failed, else ``warn`` if any did, else ``pass``."""
        failed = [result for result in self.results if result.output is not None]
        if any(result.critical for result in failed):
            return "fail"
        return "warn" if failed else "pass"

    def without(self, names: Collection[str]) -> Report:
        """Return the report as if the checks called *names* did not exist."""
        return Report(tuple(result for result in self.results if result.name not in names))

    def details(self) -> dict[str, Any]:
        """Return the members of the verbose answer."""
        checks: dict[str, list[dict[str, Any]]] = {}
        for result in self.results:
            checks.setdefault(result.name, []).append(result.details())
        return {"status": self.status, "checks": checks}
