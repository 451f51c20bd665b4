"""The command line: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import peers
from .document import measure_document
from .harness import measure_requests
from .identity import measure_identity
from .persistence import measure_persistence
from .probe import measure_probes
from .report import Row, Table, as_json, as_text, update_markdown
from .scenario import GET, POST, QUERY
from .startup import measure_starts
from .variants import PROBE_REFERENCE, REFERENCE, VARIANTS

_COMPARED = [
    name
    for name, found in VARIANTS.items()
    if found.table == "requests" and name not in (REFERENCE, PROBE_REFERENCE)
]
_PEERS = [name for name in _COMPARED if VARIANTS[name].is_peer]
_TABLES = ["probes", "identity", "persistence", "document", "start"]
_OWN = [name for name in _COMPARED if name not in _PEERS]

# It is there for the variants that it adds.
assert peers


def main() -> None:
    """Measure what the arguments ask for, and print it."""
    parser = _parser()
    arguments = parser.parse_args()
    rounds, requests, only = arguments.rounds, arguments.requests, arguments.only
    if rounds < 2 or requests < 1:
        parser.error("at least 2 rounds of 1 request are needed")
    tables: list[Table] = []
    names = [name for name in _COMPARED if name in only or ("peers" in only and name in _PEERS)]
    if names:
        tables += _measure_variants(names, rounds, requests, _tell)
    if "probes" in only:
        tables += measure_probes(rounds, requests, _tell)
    if "identity" in only:
        tables += measure_identity(rounds, requests, _tell)
    if "persistence" in only:
        tables += measure_persistence(rounds, requests, _tell, with_peers="peers" in only)
    if "document" in only:
        tables += measure_document(max(2, rounds // 8), _tell)
    if "start" in only:
        tables += measure_starts(rounds, _tell)
    _tell("")
    print(as_text(tables))
    if arguments.json is not None:
        arguments.json.write_text(as_json(tables, rounds, requests), "utf-8")
    if arguments.markdown is not None:
        update_markdown(arguments.markdown, tables, rounds, requests)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What flask-baseline costs.")
    default = [*_OWN, *_TABLES]
    choices = [*_COMPARED, "peers", *_TABLES]
    parser.add_argument("--rounds", type=int, default=41, help="how many (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=300, help="in each round (default: %(default)s)")
    parser.add_argument(
        "--only", nargs="+", choices=choices, default=default, metavar="NAME", help=", ".join(choices)
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also update the tables of a page")
    return parser


def _measure_variants(
    names: Sequence[str], rounds: int, requests: int, tell: Callable[[str], None]
) -> list[Table]:
    tables = []
    for scenario in (POST, GET, QUERY):
        samples = measure_requests(
            scenario, names, reference=REFERENCE, rounds=rounds, requests=requests, tell=tell
        )
        rows = tuple(
            # The budgets are for the POST.
            Row(name, VARIANTS[name].what, taken, VARIANTS[name].budget if scenario is POST else "")
            for name, taken in samples.items()
        )
        tables.append(Table(scenario.title, rows))
    return tables


def _tell(text: str) -> None:
    """Show how far it is, on a terminal alone."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
