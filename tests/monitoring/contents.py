"""What is in the dashboard and in the rules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from flask_baseline import monitoring

RULES_FILE = Path(monitoring.__path__[0], "prometheus-rules.yml")
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(RULES_FILE.read_text("utf-8"))["groups"] for rule in group["rules"]
]
RECORDS = [rule for rule in RULES if "record" in rule]
ALERTS = [rule for rule in RULES if "alert" in rule]

DASHBOARD: dict[str, Any] = json.loads(RULES_FILE.with_name("grafana-dashboard.json").read_text("utf-8"))
VARIABLES: list[dict[str, Any]] = DASHBOARD["templating"]["list"]
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
TARGETS: list[dict[str, Any]] = [target for panel in PANELS for target in panel.get("targets", [])]


def selectors() -> Iterator[str]:
    """Yield what the variables of the dashboard ask for, each with the label that is listed."""
    for variable in VARIABLES:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
            assert found, variable["name"]
            yield f"count by ({found[2]}) ({found[1]})"
