"""Kinds of problem that an app declares once: typed, documented, raised anywhere."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

from .problems import MEMBERS, Problem, phrase

__all__ = ["ProblemType"]


class Kind(NamedTuple):
    """What all problems of a class have in common."""

    status: int
    type: str
    title: str


class ProblemType(Problem):
    """A kind of problem, by subclassing::

        class OutOfStock(ProblemType, status=409, type="/problems/out-of-stock", title="Out of stock"):
            \"\"\"The stock does not suffice.\"\"\"

            sku: str
            available: int = 0

        raise OutOfStock("Only 2 are left.", sku="A1", available=2)

    Annotated names are members of the body (RFC 9457, section 3.2), converted and checked like the
    fields of a pydantic model. ``@endpoint(responses={409: OutOfStock})`` documents it.

    A subclass takes *status*, 400 to 599; *type*, a URI reference (section 3.1.1), ``about:blank``
    when left out; and *title*, the status's own phrase when left out. A further subclass has all of
    them, and the members, from its base.

    Args:
        detail: what went wrong this time, for the reader of the answer.
        instance: a URI reference that identifies this occurrence (section 3.1.5).
        headers: more headers of the answer, such as ``Retry-After``.
        members: a value for each member; those with a default may be left out.

    Raises:
        TypeError: a class has no status, or a member with a name that is taken; a member is missing,
            unknown or of another type.
        ValueError: the status of a class is not an error.
    """

    kind: ClassVar[Kind]

    def __init_subclass__(
        cls, *, status: int | None = None, type: str | None = None, title: str | None = None, **rest: Any
    ) -> None:
        super().__init_subclass__(**rest)
        base: Kind | None = getattr(cls, "kind", None)
        if status is None and base is not None:
            status = base.status
        if status is None:
            raise TypeError(f"{cls.__name__} needs a status: class {cls.__name__}(ProblemType, status=409).")
        if not 400 <= status <= 599:
            raise ValueError(f"{cls.__name__} needs a status from 400 to 599, not {status}.")
        if taken := sorted(_TAKEN & {*_annotated_names(cls)}):
            raise TypeError(f"{cls.__name__}: {', '.join(taken)} means something else; name it otherwise.")
        cls.kind = Kind(
            status,
            type or (base.type if base else "about:blank"),
            title or (base.title if base else phrase(status)),
        )

    def __init__(
        self,
        detail: str | None = None,
        *,
        instance: str | None = None,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        from ._problem_schema import checked_members

        cls = type(self)
        if cls is ProblemType:
            raise TypeError("ProblemType is to be subclassed. Raise Problem where no class is wanted.")
        python, json = checked_members(cls, members)
        super().__init__(
            cls.kind.status,
            detail,
            title=cls.kind.title,
            type=cls.kind.type,
            instance=instance,
            headers=headers,
            **json,
        )
        # As the class declares them, for whoever catches it.
        vars(self).update(python)


_TAKEN = MEMBERS | {name for name in dir(Problem(400)) if not name.startswith("__")} | {"kind"}


def _annotated_names(cls: type) -> Iterable[str]:
    if sys.version_info >= (3, 14):
        import annotationlib

        # The others fail where a type is imported for type checkers alone, or later.
        return annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF)
    return inspect.get_annotations(cls)
