"""Every error that flask-baseline raises, in one tree.

::

    BaselineError (click.ClickException)
    ├── ConfigError (ValueError)                 wrong settings, all of them at once
    ├── AlreadyInitializedError (RuntimeError)   a second ``init_app`` on one app
    ├── NotInitializedError (RuntimeError)       an app without ``Baseline``
    ├── ProcessConflictError (RuntimeError)      two apps want different process-wide state
    ├── DocumentError (ValueError)               endpoints that one OpenAPI document cannot hold
    ├── ContractError (ValueError)               a contract that cannot be read, written or compared
    ├── ServerError (RuntimeError)               a server of tests does not start
    └── MissingExtraError (RuntimeError)         an optional package is not installed

Each also inherits the built-in that a caller would catch without knowing this tree. All are click
exceptions, so that ``flask run`` and every other command print the message alone and exit with
status 1, without a traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import click

__all__ = [
    "AlreadyInitializedError",
    "BaselineError",
    "ConfigError",
    "ConfigProblem",
    "ContractError",
    "DocumentError",
    "MissingExtraError",
    "NotInitializedError",
    "ProcessConflictError",
    "ServerError",
]


class BaselineError(click.ClickException):
    """The base of all errors of flask-baseline."""


class ConfigProblem(NamedTuple):
    """One wrong setting. None of the fields ever holds a setting's value."""

    key: str
    """The setting's name, as in ``app.config``, the environment and the docs, or all that a rule is about."""
    source: str
    """Where the value came from: ``app.config``, ``environment``, ``secrets directory``..."""
    what: str
    """What is wrong."""
    fix: str
    """What to do about it."""

    def __str__(self) -> str:
        return f"{self.key} ({self.source}): {self.what}. Fix: {self.fix}."


class ConfigError(BaselineError, ValueError):
    """The settings are wrong under *profile*; *problems* has every one of them."""

    def __init__(self, problems: Sequence[ConfigProblem], profile: str) -> None:
        self.problems = tuple(problems)
        self.profile = profile
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"flask-baseline: {count} in the configuration (profile {profile})"]
        lines += [f"  {problem}" for problem in self.problems]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[object, ...]]:
        # By default a copy is made from the message alone, as where a process of a pool sends it on.
        return type(self), (self.problems, self.profile)


class AlreadyInitializedError(BaselineError, RuntimeError):
    """``init_app`` was called a second time on the same app."""


class NotInitializedError(BaselineError, RuntimeError):
    """Something needs ``Baseline`` on an app that does not have it."""


class ProcessConflictError(BaselineError, RuntimeError):
    """Two live apps of one process ask for different process-wide state."""


class DocumentError(BaselineError, ValueError):
    """The endpoints of an app cannot be described in one OpenAPI document; the message names them."""


class ContractError(BaselineError, ValueError):
    """A file of a contract cannot be read, written or compared. The commands exit with status 2."""

    # Status 1 is the one of a contract that is broken.
    exit_code = 2


class ServerError(BaselineError, RuntimeError):
    """A server of tests does not start; the message has what it said."""


class MissingExtraError(BaselineError, RuntimeError):
    """A setting asks for a package that is not installed; the message names the extra."""
