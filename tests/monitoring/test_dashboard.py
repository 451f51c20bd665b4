"""The dashboard for Grafana."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from tests.prometheus import promtool

from .contents import DASHBOARD, PANELS, TARGETS, VARIABLES, selectors
from .names import METRICS

REPLACED = {"$job": "shop", "$instance": ".+", "$route": ".*", "$__rate_interval": "5m", "$__range": "30m"}
"""What Grafana makes of the variables when all is shown."""


def shown(expression: str) -> str:
    """Return an expression of the dashboard as Prometheus gets it."""
    return re.sub(r"\$\w+", lambda found: REPLACED[found[0]], expression)


def _series(metric: str, labels: tuple[str, ...]) -> Iterator[dict[str, str]]:
    example = {"http_response_status_code": "500", "http_route": "/a/<int:b>"}
    for bound in ("0.005", "1", "+Inf") if "le" in labels else ("",):
        values = {label: example.get(label, "x") for label in labels} | ({"le": bound} if bound else {})
        pairs = ", ".join(f'{name}="{value}"' for name, value in values.items())
        yield {"series": f'{metric}{{job="shop", instance="a:1", {pairs}}}', "values": "1+60x60"}


def test_every_panel_shows_something(tmp_path: Path) -> None:
    """Each query, and what the variables list, has a number for a service with traffic."""
    asked = [*map(shown, (*(target["expr"] for target in TARGETS), *selectors()))]
    cases = {
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    series for metric, labels in METRICS.items() for series in _series(metric, labels)
                ],
                "promql_expr_test": [
                    {
                        # Not NaN.
                        "expr": f"count(({expression}) >= 0) > bool 0",
                        "eval_time": "40m",
                        "exp_samples": [{"labels": "{}", "value": 1}],
                    }
                    for expression in asked
                ],
            }
        ],
    }
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    done = promtool("test", "rules", tmp_path / "cases.json")
    assert done.returncode == 0, done.stdout + done.stderr


def test_ids_are_unique() -> None:
    """Each panel has an id of its own, and each query of a panel a letter."""
    assert [number for number, count in Counter(panel["id"] for panel in PANELS).items() if count > 1] == []
    for panel in PANELS:
        letters = [target["refId"] for target in panel.get("targets", [])]
        assert len(letters) == len({*letters}), panel["title"]


def test_panels_have_their_place() -> None:
    """No panel lies on another or outside of the grid, and no line of the grid is empty."""
    cells = {
        panel["title"]: {
            (x, y)
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        }
        for panel in PANELS
    }
    assert len(cells) == len(PANELS)
    assert [pair for pair in combinations(cells, 2) if cells[pair[0]] & cells[pair[1]]] == []
    taken = {cell for own in cells.values() for cell in own}
    assert taken == {(x, y) for x in range(24) for y in range(max(y for _, y in taken) + 1)}


def test_the_datasource_is_chosen() -> None:
    """Every panel, query and variable asks the data source that the reader has chosen, and no other."""
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    queries = [variable for variable in VARIABLES if variable["type"] == "query"]
    panels = [panel for panel in PANELS if panel["type"] != "row"]
    assert VARIABLES[0]["name"] == "datasource"
    assert [each for each in (*TARGETS, *queries, *panels) if each.get("datasource") != chosen] == []


def test_the_variables_are_used() -> None:
    """Every query is narrowed by job and instance, and none by a variable that is not there."""
    names = {f"${variable['name']}" for variable in VARIABLES} | {"$__rate_interval", "$__range"}
    for target in TARGETS:
        used = {*re.findall(r"\$\w+", target["expr"])}
        assert {"$job", "$instance"} <= used <= names, target["expr"]


def test_panels_explain_themselves() -> None:
    """Every panel has a title, a unit and a description."""
    for panel in PANELS:
        if panel["type"] != "row":
            assert panel["title"]
            assert panel["description"].endswith("."), panel["title"]
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
            assert panel["targets"], panel["title"]


def test_durations_lead_to_traces() -> None:
    """The panel of durations asks for exemplars."""
    (panel,) = [panel for panel in PANELS if panel["title"] == "Duration"]
    assert [target["exemplar"] for target in panel["targets"]] == [True, True, True]


def test_grafana_knows_the_format() -> None:
    """The dashboard is of a version that Grafana 11 and later read, and of no installation in particular."""
    assert DASHBOARD["schemaVersion"] >= 39
    assert "id" not in DASHBOARD
    assert DASHBOARD["title"]
    assert DASHBOARD["uid"]
