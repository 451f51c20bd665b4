"""What tests of an app look at: its spans and its metrics.

Each block sees what the app does inside of it, whatever its exporters are.
"""

from .metrics import CapturedMetrics, captured_metrics
from .spans import captured_spans

__all__ = ["CapturedMetrics", "captured_metrics", "captured_spans"]
