"""Where a setting's value comes from, but for secret managers: one function per source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from os import listdir
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import ConfigProblem
from .files import UnreadableError, read_text, reason
from .keys import FILE_SUFFIX, PREFIX, SECRETS_DIR, Key, nearest

DEFAULT_SECRETS_DIR = Path("/run/secrets")


@dataclass(frozen=True)
class Found:
    """A raw value and where it was found."""

    key: str
    source: str
    value: object = field(repr=False)
    """A `ConfigProblem` where there is a value that cannot be read."""


Reading: TypeAlias = Iterator["Found | ConfigProblem"]
"""What a source yields: values, of which the first for a key counts, and what is wrong with the source."""


def from_config(config: Mapping[Any, object], keys: Mapping[str, Key]) -> Reading:
    """Read the app's own config; None counts as not set."""
    for name in keys:
        if config.get(name) is not None:
            yield Found(name, "app.config", config[name])
    yield from _unknown(config, keys, "app.config")


def from_variables(variables: Mapping[str, str], source: str, keys: Mapping[str, Key]) -> Reading:
    """Read the variables named as a key, then the files that ``<NAME>_FILE`` variables name."""
    for name in keys:
        if name in variables:
            yield Found(name, source, variables[name])
    files = {name + FILE_SUFFIX: name for name in keys if name + FILE_SUFFIX not in keys}
    for variable, name in files.items():
        if variable in variables:
            yield _from_file(name, Path(variables[variable]), variable, (variable, source))
    yield from _unknown(variables, [*keys, *files], source)


def from_secrets_dir(named: Found | None, keys: Mapping[str, Key]) -> Reading:
    """Read the files of the directory *named*, each called as its key in upper or lower case.

    Without one it is `DEFAULT_SECRETS_DIR`, which need not exist.
    """
    if named is None:
        if not DEFAULT_SECRETS_DIR.exists():
            return
        folder, blamed = DEFAULT_SECRETS_DIR, "default"
    elif isinstance(named.value, (str, Path)) and named.value != "":
        folder, blamed = Path(named.value), named.source
    else:
        return  # Not a path, which the model reports.
    try:
        present = frozenset(listdir(folder))
    except (OSError, ValueError) as error:
        what = f"names a folder that cannot be read ({reason(error)})"
        yield ConfigProblem(SECRETS_DIR, blamed, what, "name a readable folder")
        return
    for name in keys:
        for file in (name, name.lower()):
            if file in present:
                yield _from_file(name, folder / file, "secrets directory", (name, "secrets directory"))


def from_dotenv(path: Path, keys: Mapping[str, Key]) -> Reading:
    """Read a ``.env`` file, if there is one, as `from_variables` reads the environment."""
    if not path.is_file():
        return
    # Only a developer's machine pays for this import.
    from dotenv import dotenv_values

    try:
        text = read_text(path)
    except UnreadableError as error:
        yield ConfigProblem(path.name, path.name, str(error), "make it readable, or remove it")
        return
    values = dotenv_values(stream=StringIO(text))
    yield from from_variables({name: value or "" for name, value in values.items()}, path.name, keys)


def _from_file(name: str, path: Path, source: str, blamed: tuple[str, str]) -> Found:
    value: object
    try:
        value = read_text(path).rstrip("\r\n")
    except UnreadableError as error:
        # The path stays out: whoever takes <NAME>_FILE for <NAME> puts the secret there.
        value = ConfigProblem(*blamed, str(error), "name a readable text file that holds only the value")
    return Found(name, source, value)


def _unknown(names: Iterable[object], known: Iterable[str], source: str) -> Iterator[ConfigProblem]:
    """Report the names with our prefix that no setting has."""
    known = frozenset(known)
    for name in names:
        if isinstance(name, str) and name.startswith(PREFIX) and name not in known:
            guess = nearest(name, known)
            fix = "remove it" if guess is None else f"did you mean {guess}? Rename or remove it"
            # Control characters in a name must not reach a terminal.
            yield ConfigProblem(ascii(name)[1:-1], source, "is not a setting", fix)
