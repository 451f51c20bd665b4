"""``flask baseline db ...``."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from ..errors import MissingExtraError
from .migrations import options
from .settings import DEFAULT

if TYPE_CHECKING:
    from .migrations.task import Task


@click.group()
def db() -> None:
    """Migrate the database, by Alembic.

    Without --database, upgrade, check, current, heads, history and wait are about every database that has
    migrations, the others about the default one.
    """
    if find_spec("alembic") is None:
        # An app may have brought SQLAlchemy by itself.
        raise MissingExtraError(
            'flask baseline db needs Alembic. Install it: pip install "flask-baseline[db]".'
        )


@db.command()
@options.database
@click.pass_context
def init(context: click.Context, /, name: str | None) -> None:
    """Make the folder of migrations. What is there already stays as it is."""
    from .migrations import actions, scripts

    task = _task(context, name)
    for path, is_new in scripts.write_missing(actions.folder(task)).items():
        task.tell(f"{path} {'is written' if is_new else 'is there already'}.")


@db.command()
@options.database
@options.message
@click.option(
    "--autogenerate/--empty", default=True, help="Write what the models need (the default), or nothing."
)
@click.option("--head", default="head", show_default=True, help="The revision that it follows.")
@click.option("--splice", is_flag=True, help="Follow a revision that is no head.")
@click.option(
    "--depends-on", metavar="REVISION", multiple=True, help="A revision that must be applied before."
)
@options.branch_label
@options.rev_id
@click.pass_context
def revision(context: click.Context, /, name: str | None, autogenerate: bool, **given: Any) -> None:
    """Write a revision with what the models have and the database has not.

    Read it before you apply it: it says what was not looked at. Where nothing differs nothing is written.
    """
    from .migrations import actions

    given["depends_on"] = [*given["depends_on"]] or None
    actions.revise(_task(context, name), empty=not autogenerate, **given)


@db.command()
@options.database
@options.message
@options.branch_label
@options.rev_id
@click.argument("revisions", nargs=-1)
@click.pass_context
def merge(context: click.Context, /, name: str | None, revisions: tuple[str, ...], **given: Any) -> None:
    """Write a revision that joins REVISIONS, by default all heads."""
    from .migrations import actions

    actions.merge(_task(context, name), revisions, **given)


@db.command()
@options.database
@options.sql
@options.lock_timeout
@click.argument("revision", required=False)
@click.pass_context
def upgrade(
    context: click.Context, /, name: str | None, sql: bool, lock_seconds: float, revision: str | None
) -> None:
    """Apply what the database has not had, up to REVISION, by default head.

    It may be run by several processes at once: one applies, the others wait and find it done.
    """
    from .migrations import actions

    tasks = _tasks(context, name, lock_seconds)
    if len(tasks) > 1 and (sql or revision is not None):
        raise click.UsageError("There are several databases with migrations. Choose one with --database.")
    for task in tasks:
        actions.move(task, revision or "head", up=True, sql=sql)


@db.command(context_settings={"ignore_unknown_options": True})
@options.database
@options.sql
@options.lock_timeout
@click.argument("revision", default="-1", callback=options.steps)
@click.pass_context
def downgrade(
    context: click.Context, /, name: str | None, sql: bool, lock_seconds: float, revision: str
) -> None:
    """Undo what the database has had, down to REVISION, by default the last one."""
    from .migrations import actions

    actions.move(_task(context, name, lock_seconds), revision, up=False, sql=sql)


@db.command()
@options.database
@options.lock_timeout
@click.option("--purge", is_flag=True, help="Forget first what was written down.")
@click.argument("revision", default="head")
@click.pass_context
def stamp(
    context: click.Context, /, name: str | None, lock_seconds: float, purge: bool, revision: str
) -> None:
    """Write down that the database has had REVISION, by default head, and run nothing."""
    from .migrations import actions

    actions.stamp(_task(context, name, lock_seconds), revision, purge=purge)


@db.command()
@options.database
@click.pass_context
def check(context: click.Context, /, name: str | None) -> None:
    """Fail with status 1 when the models and the migrations differ, or there are several heads.

    The database must have had all migrations, as one that was just made and upgraded.
    """
    from .migrations import actions

    is_equal = True
    for task in _tasks(context, name):
        found = actions.differences(task)
        for line in found:
            click.echo(line)
        if found:
            is_equal = False
            task.tell("The models and the migrations differ. Fix: flask baseline db revision.")
        else:
            task.tell("The models and the migrations agree.")
    if not is_equal:
        context.exit(1)


@db.command()
@options.database
@options.verbose
@click.option("-r", "--rev-range", metavar="FROM:TO", help="A part of it.")
@click.option("-i", "--indicate-current", is_flag=True, help="Mark where the database is.")
@click.pass_context
def history(context: click.Context, /, name: str | None, **given: Any) -> None:
    """List all revisions, the last one first."""
    _print(context, name, "history", given)


@db.command()
@options.database
@options.verbose
@click.pass_context
def heads(context: click.Context, /, name: str | None, **given: Any) -> None:
    """List the revisions that none follows. More than one have to be joined, or are branches."""
    _print(context, name, "heads", given)


@db.command()
@options.database
@options.verbose
@click.pass_context
def current(context: click.Context, /, name: str | None, **given: Any) -> None:
    """List the revisions that the database is at."""
    _print(context, name, "current", given)


@db.command()
@options.database
@click.option("--timeout", "seconds", type=click.FloatRange(0), default=60.0, show_default=True)
@click.pass_context
def wait(context: click.Context, /, name: str | None, seconds: float) -> None:
    """Wait until the database answers and has had all migrations; fail with status 1 after the time-out."""
    from .migrations import actions

    for task in _tasks(context, name):
        actions.wait(task, seconds)


def _print(context: click.Context, name: str | None, action: str, given: dict[str, Any]) -> None:
    from alembic import command

    from .migrations import actions

    tasks = _tasks(context, name)
    for task in tasks:
        if len(tasks) > 1:
            click.echo(f"{task.name}:")
        with actions.alembic(task) as config:
            getattr(command, action)(config, **given)


def _task(context: click.Context, name: str | None, lock_seconds: float = 0) -> Task:
    return _tasks(context, name or DEFAULT, lock_seconds)[0]


def _tasks(context: click.Context, name: str | None, lock_seconds: float = 0) -> list[Task]:
    from .migrations.task import tasks_of

    return tasks_of(context, name, lock_seconds)
