"""The rules for Prometheus: valid, and with alerts that fire when they should."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.prometheus import promtool

from .contents import ALERTS, PANELS, RECORDS, RULES_FILE
from .names import OF_TARGETS

HERE = Path(__file__).parent
CASE_FILES = sorted(HERE.glob("alerts*.yml"))
CASES: list[dict[str, Any]] = [
    case for file in CASE_FILES for case in yaml.safe_load(file.read_text("utf-8"))["tests"]
]

each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])


@pytest.mark.parametrize("rule", RECORDS, ids=lambda rule: rule["record"])
def test_records_keep_the_job(rule: dict[str, Any]) -> None:
    """A recorded series is of a job, as its name says, or of an instance."""
    level = rule["record"].partition(":")[0]
    by = re.findall(r"\bby \(([^)]*)\)", rule["expr"])
    assert level in OF_TARGETS
    assert all("job" in labels.split(", ") for labels in by)


def test_the_rules_are_valid() -> None:
    """Prometheus takes the file, and has nothing to say about it."""
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", RULES_FILE)
    assert done.returncode == 0, done.stdout + done.stderr


@each_alert
def test_alerts_say_what_to_do(alert: dict[str, Any]) -> None:
    """Each alert waits, is for somebody, and says of which job it is, its threshold and what to do."""
    annotations: dict[str, str] = alert["annotations"]
    text = " ".join(annotations.values())
    assert alert["for"]
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert annotations.keys() == {"summary", "description"}
    assert "{{ $labels.job }}" in annotations["summary"]
    assert alert["alert"] in ("BaselineTargetDown", "BaselineServiceAbsent") or " threshold" in text
    kept = {"job", "instance"} if " by (" not in alert["expr"] or alert["expr"].startswith("up ") else set()
    kept |= {
        label for labels in re.findall(r"\bby \(([^)]*)\)", alert["expr"]) for label in labels.split(", ")
    }
    assert {*re.findall(r"\$labels\.(\w+)", text)} <= kept


@each_alert
def test_alerts_name_panels_that_exist(alert: dict[str, Any]) -> None:
    """A panel that an alert sends its reader to is on the dashboard."""
    titles = {panel["title"] for panel in PANELS}
    _, _, mentioned = alert["annotations"]["description"].partition("in the dashboard under ")
    assert {*re.findall(r'"([A-Z][^"]+)"', mentioned.partition(",")[0])} <= titles


@pytest.mark.parametrize("file", CASE_FILES, ids=lambda file: file.name)
def test_alerts_fire_and_are_silent(file: Path) -> None:
    """Prometheus' own tests of the rules pass."""
    done = promtool("test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


@each_alert
def test_every_alert_has_cases(alert: dict[str, Any]) -> None:
    """For each alert there is a case in which it fires and one in which it does not."""
    name, severity = alert["alert"], alert["labels"]["severity"]
    window = f'window="{alert["labels"]["window"]}"' if "window" in alert["labels"] else ""
    of_it = [case for case in CASES if case["name"].startswith(f"{name} ")]
    fired = [
        sample["labels"]
        for case in of_it
        if case["name"].startswith(f"{name} fires: ")
        for test in case["promql_expr_test"]
        for sample in test["exp_samples"]
    ]
    assert [labels for labels in fired if f'"{name}", severity="{severity}"' in labels and window in labels]
    silent = [case for case in of_it if case["name"].startswith(f"{name} is silent: ")]
    assert silent
    for case in silent:
        assert any("ALERTS" in test["expr"] and not test["exp_samples"] for test in case["promql_expr_test"])


@each_alert
def test_every_alert_is_in_the_guide(alert: dict[str, Any]) -> None:
    """The guide says what each alert means."""
    guide = HERE.parents[1] / "docs" / "how-to" / "monitor-with-prometheus.md"
    assert f"`{alert['alert']}`" in guide.read_text(encoding="utf-8")
