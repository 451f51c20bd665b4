"""What tests of an app need: who calls, the clock, and a look at the logs, the spans and the metrics.

`plugin` has it as fixtures of pytest.
"""

from typing import TYPE_CHECKING

from .._lazy import names_of

if TYPE_CHECKING:
    from .clocks import frozen_clock
    from .identity import expect_denied, identity_client, mint
    from .logs import captured_logs
    from .metrics import CapturedMetrics, captured_metrics
    from .spans import captured_spans
else:
    # pytest imports this package at its start.
    __getattr__ = names_of(
        __name__,
        {
            "CapturedMetrics": ".metrics",
            "captured_logs": ".logs",
            "captured_metrics": ".metrics",
            "captured_spans": ".spans",
            "expect_denied": ".identity",
            "frozen_clock": ".clocks",
            "identity_client": ".identity",
            "mint": ".identity",
        },
    )

__all__ = [
    "CapturedMetrics",
    "captured_logs",
    "captured_metrics",
    "captured_spans",
    "expect_denied",
    "frozen_clock",
    "identity_client",
    "mint",
]
