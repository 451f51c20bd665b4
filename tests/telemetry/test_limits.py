"""OpenTelemetry's variables for batches."""

from __future__ import annotations

import pytest

from flask_baseline.telemetry.limits import limits_of
from flask_baseline.telemetry.outbox import Limits

DEFAULT = Limits(queue=2048, batch=512, seconds=5.0)

GOOD = {
    "none": ({}, DEFAULT),
    "empty": ({"OTEL_BSP_MAX_QUEUE_SIZE": "", "OTEL_BSP_SCHEDULE_DELAY": " "}, DEFAULT),
    "queue": ({"OTEL_BSP_MAX_QUEUE_SIZE": "4096"}, Limits(4096, 512, 5.0)),
    "batch": ({"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "100"}, Limits(2048, 100, 5.0)),
    "delay": ({"OTEL_BSP_SCHEDULE_DELAY": "250"}, Limits(2048, 512, 0.25)),
    "spaces": ({"OTEL_BSP_SCHEDULE_DELAY": " 250 "}, Limits(2048, 512, 0.25)),
    "smallest": (
        {
            "OTEL_BSP_MAX_QUEUE_SIZE": "1",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "1",
            "OTEL_BSP_SCHEDULE_DELAY": "1",
        },
        Limits(1, 1, 0.001),
    ),
    "a-batch-is-no-larger-than-the-queue": ({"OTEL_BSP_MAX_QUEUE_SIZE": "100"}, Limits(100, 100, 5.0)),
    "largest": ({"OTEL_BSP_SCHEDULE_DELAY": "2147483647"}, Limits(2048, 512, 2147483.647)),
    "another-signal": ({"OTEL_BLRP_MAX_QUEUE_SIZE": "7"}, DEFAULT),
}


@pytest.mark.parametrize(("environ", "limits"), GOOD.values(), ids=GOOD)
def test_values(caplog: pytest.LogCaptureFixture, environ: dict[str, str], limits: Limits) -> None:
    """Each variable has its effect, and what is empty is not set."""
    assert limits_of("OTEL_BSP", environ) == limits
    assert not caplog.records


def test_the_prefix() -> None:
    """Log records have variables of their own."""
    environ = {"OTEL_BLRP_MAX_QUEUE_SIZE": "7", "OTEL_BSP_MAX_QUEUE_SIZE": "8"}
    assert limits_of("OTEL_BLRP", environ).queue == 7


BAD = ["0", "-1", "1.5", "1e3", "many", "5s", "inf", "nan", "2147483648", "9" * 400, "0x10", "1 2", "\u0000"]


@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text)[:12])
@pytest.mark.parametrize("name", ["MAX_QUEUE_SIZE", "MAX_EXPORT_BATCH_SIZE", "SCHEDULE_DELAY"])
def test_garbage(caplog: pytest.LogCaptureFixture, name: str, text: str) -> None:
    """What is no number that makes sense is told by the name of the variable, and ignored."""
    assert limits_of("OTEL_BSP", {f"OTEL_BSP_{name}": text}) == DEFAULT
    assert [record.getMessage() for record in caplog.records] == [
        f"OTEL_BSP_{name} is not a whole number from 1 to 2147483647, and is ignored"
    ]
