"""``flask baseline monitoring ...``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from ..contract.files import write
from ..errors import ContractError

NAMES = ("grafana-dashboard.json", "prometheus-rules.yml")


@click.group()
def monitoring() -> None:
    """Watch the service with Prometheus and Grafana."""


@monitoring.command("write")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("monitoring"))
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
@click.pass_context
def write_(context: click.Context, folder: Path, force: bool) -> None:
    """Write the dashboard and the rules to FOLDER, by default monitoring.

    Fail with status 1, and write nothing, when a file is there that differs.
    """
    source = files("flask_baseline.monitoring")
    texts = {folder / name: source.joinpath(name).read_text(encoding="utf-8") for name in NAMES}
    # All of them first, or a refusal would leave files of two releases.
    changed = [str(path) for path, text in texts.items() if not force and _differs(path, text)]
    if changed:
        names = ", ".join(changed)
        click.echo(f"There is something else in {names}. Overwrite it with: --force.", err=True)
        context.exit(1)
    for path, text in texts.items():
        is_new = write(path, text)
        click.echo(f"{path} {'is written' if is_new else 'is up to date'}.", err=True)


def _differs(path: Path, text: str) -> bool:
    try:
        return path.is_file() and path.read_bytes() != text.encode()
    except OSError as error:
        raise ContractError(f"{path} cannot be read: {error.strerror}.") from None
