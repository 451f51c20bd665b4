"""``flask baseline ...``, and ``flask-baseline ...`` which is the same.

Flask imports this for every ``flask`` command: all but click is imported where it is used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import cast

import click

_LATER = {
    "db": ".database.commands",
    "keys": ".jwt.commands",
    "monitoring": ".monitoring.commands",
    "openapi": ".contract.commands",
}
"""Groups by name, each with the module that it is in."""


class _Commands(click.Group):
    """A group with commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_LATER])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _LATER:
            return cast(click.Command, getattr(import_module(_LATER[cmd_name], __package__), cmd_name))
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Commands)
@click.option("-A", "--app", "import_path", metavar="IMPORT", help="The app, as in `flask --app`.")
@click.pass_context
def baseline(context: click.Context, import_path: str | None) -> None:
    """Inspect an app that flask-baseline is on."""
    _name_app(context, import_path)


@baseline.command()
@click.argument("import_path", metavar="[APP]", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--set", "only_set", is_flag=True, help="Leave out what has its default.")
@click.pass_context
def config(context: click.Context, import_path: str | None, format_: str, only_set: bool) -> None:
    """Print every effective setting and where it came from, secrets masked.

    APP is the app to load, as in `flask --app`: "shop", "shop:create_app()".
    """
    from flask.cli import ScriptInfo

    from .settings.listing import as_json, as_text, listing

    _name_app(context, import_path)
    app = context.ensure_object(ScriptInfo).load_app()
    listed = listing(app, only_set=only_set)
    click.echo(as_json(listed) if format_ == "json" else as_text(listed))


def _name_app(context: click.Context, import_path: str | None) -> None:
    from flask.cli import ScriptInfo

    if import_path is not None:
        context.ensure_object(ScriptInfo).app_import_path = import_path


def main() -> None:
    """Run the console script: ``flask-baseline config APP`` is ``flask --app APP baseline config``."""
    from flask.cli import cli

    cli.main(["baseline", *sys.argv[1:]], prog_name="flask")
