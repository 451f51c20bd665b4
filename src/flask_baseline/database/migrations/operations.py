"""The operations that Alembic finds, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from alembic.operations import ops


def flat(found: Iterable[Any]) -> Iterator[Any]:
    """Yield the operations in *found*, those on one table one by one."""
    for op in found:
        if isinstance(op, ops.OpContainer):
            yield from flat(op.ops)
        else:
            yield op


def table_of(op: Any) -> str:
    """Return the table that *op* changes, with its schema."""
    is_reference = isinstance(op, ops.CreateForeignKeyOp)
    name = op.source_table if is_reference else op.table_name
    schema = op.kw.get("source_schema") if is_reference else op.schema
    return f"{schema}.{name}" if schema else str(name)


def describe(op: Any) -> str:
    """Return what *op* does to the database, such as ``add column orders.total``."""
    # One of another library has words of its own.
    return next((words(op) for kind, words in _WORDS if isinstance(op, kind)), type(op).__name__)


def _column(op: Any) -> str:
    return f"{table_of(op)}.{op.column.name if isinstance(op, ops.AddColumnOp) else op.column_name}"


def _constraint(op: Any) -> str:
    return str(op.constraint_name or "without a name")


def _dropped(op: Any) -> str:
    return {"foreignkey": "foreign key", "unique": "unique constraint"}.get(op.constraint_type, "constraint")


def _changes(op: Any) -> Iterator[str]:
    if op.modify_type is not None:
        yield f"type {op.existing_type!r} to {op.modify_type!r}"
    if op.modify_nullable is not None:
        yield "NULL allowed" if op.modify_nullable else "NOT NULL"
    if op.modify_server_default is not False:
        yield "server default"
    if op.modify_comment is not False:
        yield "comment"


_WORDS: tuple[tuple[type[Any], Callable[[Any], str]], ...] = (
    (ops.CreateTableOp, lambda op: f"create table {table_of(op)}"),
    (ops.DropTableOp, lambda op: f"drop table {table_of(op)}"),
    (ops.CreateTableCommentOp, lambda op: f"change the comment of {table_of(op)}"),
    (ops.DropTableCommentOp, lambda op: f"drop the comment of {table_of(op)}"),
    (ops.AddColumnOp, lambda op: f"add column {_column(op)}, {op.column.type!r}"),
    (ops.DropColumnOp, lambda op: f"drop column {_column(op)}"),
    (ops.AlterColumnOp, lambda op: f"change column {_column(op)}: {', '.join(_changes(op))}"),
    (ops.CreateIndexOp, lambda op: f"create index {op.index_name} on {table_of(op)}"),
    (ops.DropIndexOp, lambda op: f"drop index {op.index_name} of {table_of(op)}"),
    (ops.CreateForeignKeyOp, lambda op: f"add foreign key {_constraint(op)} to {table_of(op)}"),
    (ops.CreateUniqueConstraintOp, lambda op: f"add unique constraint {_constraint(op)} to {table_of(op)}"),
    (ops.AddConstraintOp, lambda op: f"add constraint {_constraint(op)} to {table_of(op)}"),
    (ops.DropConstraintOp, lambda op: f"drop {_dropped(op)} {_constraint(op)} of {table_of(op)}"),
)
