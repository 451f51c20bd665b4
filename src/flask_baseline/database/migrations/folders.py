"""Where the migrations of a database are, and which table says how far it is."""

from __future__ import annotations

from pathlib import Path

from ..settings import DEFAULT

VERSIONS = "versions"
_TABLE = "alembic_version"


def folder_of(migrations: str, name: str) -> Path:
    """Return the folder of the database called *name*: ``migrations``, or ``migrations/NAME``."""
    root = Path(migrations)
    return root if name == DEFAULT else root / name


def version_table_of(name: str) -> str:
    """Return the table with the revisions that are applied; two databases may be one in truth."""
    return _TABLE if name == DEFAULT else f"{_TABLE}_{name}"


def is_version_table(table: str) -> bool:
    """Whether *table* is one of those."""
    return table == _TABLE or table.startswith(f"{_TABLE}_")


def migrated(migrations: str) -> list[str]:
    """Return the names of the databases that have migrations, the default first."""
    root = Path(migrations)
    found = [path.parent.name for path in sorted(root.glob(f"*/{VERSIONS}")) if path.is_dir()]
    return [DEFAULT, *found] if (root / VERSIONS).is_dir() else found
