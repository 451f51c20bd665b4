"""The plugin of pytest: fixtures ``baseline_*``, a marker, and a gate for the coverage.

pytest loads it in every run of everybody who has the package, before it measures coverage. So nothing is
imported here and in `fixtures` but pytest: a fixture brings what it needs when a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    from .run import Run

pytest_plugins = tuple(
    f"flask_baseline.testing.fixtures.{name}"
    for name in ("apps", "clocks", "databases", "identity", "observed", "redis")
)

_RUN = pytest.StashKey["Run"]()
_INPUT = "baseline_run"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what a project sets in the configuration of pytest."""
    parser.addini("baseline_app", "The app, as in `flask --app`: shop:create_app().", default="")
    parser.addini("baseline_environ", "NAME=VALUE, a line each: the environment of the app.", "linelist", [])
    parser.addini("baseline_database", "What the app has: postgresql, mariadb or sqlite.", default="")
    parser.addini("baseline_coverage", "What must be covered and by how many percent: shop 90.", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers", "baseline_commits: baseline_db really commits, and the database is made anew afterwards."
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None, Any, Any]:
    """Turn on the coverage that the project asks for, before anything of the project is imported."""
    asked = early_config.getini("baseline_coverage")
    if asked:
        from .coverage_gate import turn_on

        turn_on(asked, early_config, args)
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist which run it belongs to."""
    run = run_of(node.config)
    node.workerinput[_INPUT] = [str(run.folder), run.owner]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the run has started."""
    run = config.stash.get(_RUN, None)
    if run is None or hasattr(config, "workerinput"):
        return
    if any(run.folder.iterdir()):
        from .databases.own import remove_template

        remove_template(run)
    run.end()


def run_of(config: pytest.Config) -> Run:
    """Return the run that this process belongs to."""
    run = config.stash.get(_RUN, None)
    if run is None:
        from pathlib import Path

        from .run import Run, begin

        given: dict[str, Any] | None = getattr(config, "workerinput", None)
        if given is None:
            run = begin()
        else:
            folder, owner = given[_INPUT]
            run = Run(Path(folder), owner, given["workerid"])
        config.stash[_RUN] = run
    return run
