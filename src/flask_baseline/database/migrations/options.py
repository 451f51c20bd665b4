"""The options that several commands have. Light, since listing the commands needs them."""

from __future__ import annotations

import re

import click

database = click.option("--database", "name", metavar="NAME", help="One of BASELINE_DATABASE_OTHERS.")
verbose = click.option("-v", "--verbose", is_flag=True, help="Say more.")
sql = click.option("--sql", is_flag=True, help="Print the SQL and change nothing.")
message = click.option("-m", "--message", help="What it does, in a few words.")
rev_id = click.option("--rev-id", metavar="ID", help="The id, instead of a new one.")
branch_label = click.option(
    "--branch-label", metavar="LABEL", help="A name for the branch that begins with it."
)
lock_timeout = click.option(
    "--lock-timeout",
    "lock_seconds",
    type=click.FloatRange(0),
    default=300.0,
    show_default=True,
    help="How many seconds to wait for another process that migrates.",
)


def steps(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Return *value*, which may be ``-1``, unless it is an option that does not exist.

    The command must ignore unknown options.
    """
    if value.startswith("-") and not re.fullmatch(r"-\d+", value):
        raise click.NoSuchOption(value, ctx=context)
    return value
