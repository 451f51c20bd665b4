"""Documents as files."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, cast

from ..errors import ContractError


def canonical(document: Any) -> str:
    """Return *document* as text of which a change is a small difference."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def paths_of(names: list[str], folder: Path) -> dict[str, Path]:
    """Return the file of each document: one is ``openapi.json``, several are in ``openapi/``."""
    if names == ["openapi"]:
        return {"openapi": folder / "openapi.json"}
    return {name: folder / "openapi" / f"{name}.json" for name in names}


def write(path: Path, text: str) -> bool:
    """Write *text* to *path* unless it is there already; nobody ever reads half of it.

    Raises:
        ContractError: it cannot be written.
    """
    try:
        if path.is_file() and path.read_bytes() == text.encode():
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with open(descriptor, "wb") as file:
                file.write(text.encode())
            # As it would be without the detour.
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise ContractError(f"{path} cannot be written: {error.strerror}.") from None
    return True


def read(source: str) -> dict[str, Any]:
    """Return the document in *source*: a path, or as Git has it ``REVISION:PATH``.

    Raises:
        ContractError: there is none, or it is no OpenAPI 3 document.
    """
    path = Path(source)
    try:
        data = path.read_bytes() if path.exists() or ":" not in source else _from_git(source)
    except OSError as error:
        raise ContractError(f"{source} cannot be read: {error.strerror}.") from None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ContractError(f"{source} is not JSON. Write it with: flask baseline openapi write.") from None
    version = cast("dict[str, Any]", document).get("openapi") if isinstance(document, dict) else None
    if not isinstance(version, str) or not version.startswith("3."):
        raise ContractError(f"{source} is no OpenAPI document of version 3.")
    return cast("dict[str, Any]", document)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def _from_git(source: str) -> bytes:
    # An argument that begins like an option would be one.
    command = ["git", "show", "--end-of-options", source]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise ContractError(f"{source} is neither a file nor a revision and path that Git knows.")
    return done.stdout
