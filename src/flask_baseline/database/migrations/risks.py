"""What can go wrong with a migration that was made by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint

from .operations import flat, table_of

UNSEEN = (
    "Not looked at: renamed tables and columns (the file drops and adds them), CHECK constraints, values of "
    "enums, sequences, views, triggers, rows that have to change, and server defaults, unless env.py has "
    "run(compare_server_default=True). Read the file before you apply it."
)


def risks(found: Sequence[Any], dialect: str) -> Iterator[str]:
    """Yield a warning for each operation that loses rows, fails on them, or stops the service.

    Args:
        found: of Alembic.
        dialect: of the database.
    """
    all_ops = [*flat(found)]
    created = {table_of(op) for op in all_ops if isinstance(op, ops.CreateTableOp)}
    added = {table_of(op) for op in all_ops if isinstance(op, ops.AddColumnOp)}
    for op in all_ops:
        if isinstance(op, ops.DropTableOp):
            hint = ". If it was renamed: op.rename_table" if created else ""
            yield f"drops the table {table_of(op)} and its rows{hint}"
        elif isinstance(op, ops.DropColumnOp):
            hint = ". If it was renamed: op.alter_column(..., new_column_name=...)"
            hint = hint if table_of(op) in added else ""
            yield f"drops the column {table_of(op)}.{op.column_name} and what is in it{hint}"
        elif isinstance(op, ops.AddColumnOp):
            yield from _of_new_column(op)
        elif isinstance(op, ops.AlterColumnOp):
            yield from _of_changed_column(op)
        elif isinstance(op, ops.CreateTableOp):
            yield from _unnamed(op)
        elif isinstance(op, _CONSTRAINTS) and op.constraint_name is None:
            yield f"has a constraint of {table_of(op)} without a name. {_NAMED}"
        is_built = isinstance(op, (ops.CreateIndexOp, ops.AddConstraintOp))
        if is_built and dialect == "postgresql" and table_of(op) not in created:
            yield from _of_locks(op)


_CONSTRAINTS = (ops.CreateForeignKeyOp, ops.CreateUniqueConstraintOp, ops.DropConstraintOp)
_NAMED = "Give it one, or the metadata a naming_convention: some databases cannot drop it otherwise"


def _of_new_column(op: ops.AddColumnOp) -> Iterator[str]:
    column = op.column
    # Identities and computed values are among the defaults.
    if not column.nullable and column.server_default is None:
        yield (
            f"adds the column {table_of(op)}.{column.name}, which is NOT NULL, and fails where the table has "
            "rows. Give it a server_default, or add it with NULL, fill it, and forbid NULL then"
        )


def _of_changed_column(op: ops.AlterColumnOp) -> Iterator[str]:
    name = f"{table_of(op)}.{op.column_name}"
    if op.modify_nullable is False:
        yield f"forbids NULL in {name}, and fails where it has some. Fill them before"
    if op.modify_type is not None:
        yield f"changes the type of {name}: rows may not fit, and the table is locked if it is rewritten"


def _of_locks(op: Any) -> Iterator[str]:
    table = table_of(op)
    if isinstance(op, ops.AddConstraintOp):
        yield f"adds a constraint to {table}, to which nothing can be written until all its rows are checked"
    elif not op.kw.get("postgresql_concurrently"):
        yield (
            f"makes the index {op.index_name} while nothing can be written to {table}. For a big table: "
            "op.create_index(..., postgresql_concurrently=True) in op.get_context().autocommit_block()"
        )


def _unnamed(op: ops.CreateTableOp) -> Iterator[str]:
    for part in op.columns:
        if isinstance(part, (CheckConstraint, ForeignKeyConstraint, UniqueConstraint)) and part.name is None:
            yield f"has a constraint of {table_of(op)} without a name. {_NAMED}"
