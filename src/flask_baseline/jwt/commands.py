"""``flask baseline keys ...``."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import click
from flask import Flask
from flask.cli import ScriptInfo

from ..errors import BaselineError
from .keys import KINDS, Key, Kind, generated, kind_of

_out = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a new file, which only its owner can read.",
)


@click.group()
def keys() -> None:
    """Make the keys of tokens, and change them while tokens are in use."""


@keys.command()
@click.option("--kind", type=click.Choice(KINDS), default="ed25519", show_default=True)
@click.option("--format", "format_", type=click.Choice(["jwk", "pem"]), default="jwk", show_default=True)
@_out
def generate(kind: str, format_: str, out: Path | None) -> None:
    """Print a new key, for BASELINE_JWT_KEYS in a secret manager. It needs no app."""
    key = generated(cast(Kind, kind))
    if key.is_secret:
        text = key.native.decode()
    elif format_ == "pem":
        text = cast(bytes, cast(Any, key.jose).as_pem(private=True)).decode().rstrip()
    else:
        text = _list([key.private()])
    _put(text, out)
    click.echo(f"The key {key.kid} is for {key.algorithm}.", err=True)


@keys.command()
@click.option(
    "--kind", type=click.Choice(KINDS), help="Of the new key; by default that of the one that signs."
)
@click.option("--promote", is_flag=True, help="Let the newest key sign; the others verify.")
@click.option("--drop", is_flag=True, help="Keep only the key that signs.")
@_out
@click.pass_context
def rotate(context: click.Context, kind: str | None, promote: bool, drop: bool, out: Path | None) -> None:
    """Print the keys of the app for the next step, to take the place of BASELINE_JWT_KEYS.

    First without an option: a new key is there, and does not sign yet. When every process has it, --promote.
    When the last token of the old key has expired, --drop.
    """
    if promote and drop:
        raise click.UsageError("--promote and --drop are two steps.")
    found = _keys_of(context.ensure_object(ScriptInfo).load_app())
    if drop:
        chosen, done = [found[0].private()], "Only the key that signs is left."
    elif promote:
        chosen, done = _promoted(found), f"The key {found[-1].kid} signs now; the others verify."
    else:
        new = generated(cast(Kind, kind) if kind is not None else kind_of(found[0]))
        if new.is_secret != found[0].is_secret:
            raise BaselineError(
                "Secrets and other keys cannot be together. Begin with: flask baseline keys generate."
            )
        chosen = [*(_all_of(key) for key in found), new.private()]
        done = f"The key {new.kid} is new, and does not sign yet. The next step is --promote."
    _put(_list(chosen), out)
    click.echo(done, err=True)


def _keys_of(app: Flask) -> Sequence[Key]:
    from .._runtime import runtime_of

    sessions = runtime_of(app, "jwt")
    if sessions is None:
        raise BaselineError("The app has no keys. Make one with: flask baseline keys generate.")
    found: Sequence[Key] = sessions.resolved.keys
    if not found[0].can_sign:
        raise BaselineError("The keys of the app are public. Change them where tokens are issued.")
    return found


def _promoted(found: Sequence[Key]) -> list[dict[str, Any]]:
    """Return the last key in front of the others, of which only what verifies is left."""
    if len(found) < 2 or not found[-1].can_sign:
        raise BaselineError("There is no newer key. Make one with: flask baseline keys rotate.")
    *old, new = found
    return [new.private(), *(_all_of(key) if key.is_secret else key.public() for key in old)]


def _all_of(key: Key) -> dict[str, Any]:
    return key.private() if key.can_sign else key.public()


def _list(found: Sequence[dict[str, Any]]) -> str:
    return json.dumps(found)


def _put(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text)
        return
    try:
        # Never a file that is there: it may have the only copy of another key.
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BaselineError(f"{out} is there already. Name another file.") from None
    except OSError as error:
        raise BaselineError(f"{out} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
    click.echo(f"{out} is written.", err=True)
