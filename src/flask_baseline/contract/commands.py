"""``flask baseline openapi ...``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask.cli import ScriptInfo

from ..errors import ContractError
from . import report
from .comparison import changes, is_new_version, ordered
from .files import canonical, paths_of, read, write
from .kinds import Change

_FORMATS = {"text": report.as_text, "json": report.as_json, "github": report.as_github}
_WRITE = "flask baseline openapi write"

_folder = click.option(
    "--dir", "folder", type=click.Path(path_type=Path), default=Path(), help="Where the files are."
)
_format = click.option(
    "--format", "format_", type=click.Choice([*_FORMATS]), default="text", show_default=True
)


@click.group()
def openapi() -> None:
    """Keep the contract of the API as a file, and see what a change means to clients."""


@openapi.command("write")
@_folder
@click.option("--stdout", is_flag=True, help="Print the documents, each as JSON, and write no file.")
@click.pass_context
def write_(context: click.Context, folder: Path, stdout: bool) -> None:
    """Write the documents: openapi.json, or one openapi/NAME.json for each version."""
    found = _documents(context)
    for name, path in paths_of([*found], folder).items():
        text = canonical(found[name])
        if stdout:
            click.echo(text, nl=False)
        else:
            is_new = write(path, text)
            click.echo(f"{path} {'is written' if is_new else 'is up to date'}.", err=True)


@openapi.command()
@_folder
@_format
@click.pass_context
def check(context: click.Context, folder: Path, format_: str) -> None:
    """Fail with status 1 when the app and the files differ."""
    found = _documents(context)
    outdated: list[Path] = []
    changed: set[Change] = set()
    for name, path in paths_of([*found], folder).items():
        if not path.is_file():
            raise ContractError(f"{path} is not there. Write it with: {_WRITE}.")
        old = read(str(path))
        if old != found[name]:
            outdated.append(path)
            changed.update(_compared(old, found[name]))
    if outdated:
        # All at once, so that what a program reads is one document.
        click.echo(_FORMATS[format_](ordered(changed)))
        names = ", ".join(map(str, outdated))
        if not changed:
            click.echo("What differs is nothing that clients notice, such as the name of a schema.", err=True)
        click.echo(f"The app and {names} differ. Write what has changed with: {_WRITE}.", err=True)
        context.exit(1)
    click.echo("The app and its contract agree.", err=True)


@openapi.command()
@click.argument("old")
@click.argument("new", required=False)
@click.option("--document", "name", help="Which document of the app, when it has several.")
@_format
@click.pass_context
def diff(context: click.Context, old: str, new: str | None, name: str | None, format_: str) -> None:
    """List what has changed since OLD, and fail with status 1 on a breaking change without a new version.

    OLD and NEW are files, or as Git has them REVISION:PATH, such as main:openapi.json. Without NEW it is
    the app.
    """
    before = read(old)
    after = _one(_documents(context), name) if new is None else read(new)
    found = _compared(before, after)
    click.echo(_FORMATS[format_](found))
    if any(change.level == "breaking" for change in found) and not is_new_version(before, after):
        click.echo("A breaking change needs a new version: BASELINE_OPENAPI_VERSION.", err=True)
        context.exit(1)


def _compared(old: dict[str, Any], new: dict[str, Any]) -> Sequence[Change]:
    try:
        return changes(old, new)
    except RecursionError:
        raise ContractError("The documents are nested too deep to be compared.") from None


def _one(found: dict[str, dict[str, Any]], name: str | None) -> dict[str, Any]:
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    if name not in found:
        raise ContractError(f"The app has the documents {', '.join(found)}. Choose one with --document.")
    return found[name]


def _documents(context: click.Context) -> dict[str, dict[str, Any]]:
    from ..openapi.documents import documents

    app = context.ensure_object(ScriptInfo).load_app()
    with app.app_context():
        # As they would be read from their files.
        return {name: json.loads(canonical(document)) for name, document in documents(app).items()}
