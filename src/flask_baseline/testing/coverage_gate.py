"""``baseline_coverage = "shop 90"``: how much of a package the tests must cover, by branches."""

from __future__ import annotations

import pytest

_FIX = 'set it to packages and a number, such as "shop 90"'


def turn_on(asked: str, config: pytest.Config, args: list[str]) -> None:
    """Let pytest-cov measure and judge; what the command line says of the same wins.

    Args:
        asked: names of packages, and percent.
        config: has the options of pytest-cov.
        args: the command line, which gets what is asked.

    Raises:
        pytest.UsageError: *asked* cannot be read, or pytest-cov is not there.
    """
    *packages, last = asked.split()
    try:
        percent = float(last.removesuffix("%"))
    except ValueError:
        percent = -1
    if not packages or not 0 <= percent <= 100:
        raise pytest.UsageError(f"baseline_coverage is {asked!r}. Fix: {_FIX}.")
    options = config.known_args_namespace
    if not hasattr(options, "cov_source"):
        raise pytest.UsageError(
            "baseline_coverage needs pytest-cov, which is not installed or turned off. Fix: pip install "
            '"flask-baseline[test]".'
        )
    added = [f"--cov={package}" for package in packages if package not in options.cov_source]
    added += ["--cov-branch"]
    if options.cov_fail_under is None:
        added += [f"--cov-fail-under={percent:g}"]
    # Before the rest, which may end in "--" and names of files. pytest reads them again later, and pytest-cov
    # the options as they are now.
    args[:0] = added
    options.cov_source = [*options.cov_source, *packages]
    options.cov_branch = True
    options.cov_fail_under = percent if options.cov_fail_under is None else options.cov_fail_under
