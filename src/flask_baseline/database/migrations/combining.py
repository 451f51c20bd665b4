"""Hooks of Alembic that are both ours and those of the app's ``env.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import TypeDecorator

from .folders import is_version_table

_MODELS = "flask_baseline.database.models"
_OURS = "baseline_"
"""What our own tables begin with; who uses them makes them."""

Hook = Callable[..., Any]


def combined(
    options: Mapping[str, Any], on_revision: Callable[[list[Any]], None], on_step: Callable[[Any], None]
) -> dict[str, Any]:
    """Return *options* of ``alembic.context.configure`` with our hooks around those that they have.

    Args:
        options: of the app.
        on_revision: gets the directives of a new revision after the app's own hook.
        on_step: gets each step that is done.
    """
    include: Hook | None = options.get("include_object")
    render: Hook | None = options.get("render_item")
    process: Hook | None = options.get("process_revision_directives")
    on_apply: Hook | Sequence[Hook] = options.get("on_version_apply") or ()

    def include_object(found: Any, name: str, kind: str, reflected: bool, declared: Any) -> bool:
        is_unknown_table = kind == "table" and reflected and declared is None
        if is_unknown_table and (name.startswith(_OURS) or is_version_table(name)):
            return False
        return include is None or bool(include(found, name, kind, reflected, declared))

    def render_item(kind: str, item: Any, autogenerate: Any) -> Any:
        found = False if render is None else render(kind, item, autogenerate)
        return _render_type(item, autogenerate) if found is False and kind == "type" else found

    def process_revision_directives(migration: Any, revision: Any, directives: list[Any]) -> None:
        if process is not None:
            process(migration, revision, directives)
        on_revision(directives)

    def on_version_apply(*, step: Any, **_: object) -> None:
        on_step(step)

    return {
        **options,
        "include_object": include_object,
        "render_item": render_item,
        "process_revision_directives": process_revision_directives,
        "on_version_apply": [*([on_apply] if callable(on_apply) else on_apply), on_version_apply],
    }


def _render_type(item: Any, autogenerate: Any) -> str | Literal[False]:
    """Return how a file of a revision has the type *item* of a column; False: as Alembic has it."""
    if _is_of_sqlalchemy(item):
        return False
    if _is_simple(item):
        # The file goes on to work when the app's code has changed.
        return f"{autogenerate.opts['sqlalchemy_module_prefix']}{item.impl_instance!r}"
    module, name = type(item).__module__, type(item).__name__
    if module.startswith(f"{_MODELS}."):
        # Which of our files it is in may change.
        autogenerate.imports.add(f"from {_MODELS} import {name}")
        return f"{name}()"
    # Alembic writes it with its module, and does not import that.
    autogenerate.imports.add(f"import {module}")
    return False


def _is_simple(item: Any) -> bool:
    """Whether *item* only decorates one type of SQLAlchemy, in every database."""
    kind: Any = item.__class__
    decorator: Any = TypeDecorator
    if not issubclass(kind, decorator) or kind.load_dialect_impl is not decorator.load_dialect_impl:
        return False
    return _is_of_sqlalchemy(item.impl_instance)


def _is_of_sqlalchemy(item: object) -> bool:
    return type(item).__module__.partition(".")[0] == "sqlalchemy"
