"""The members of problems as schemas, for checks and for documents."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar, cast, get_origin, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import NotRequired, TypedDict
from werkzeug.exceptions import HTTPException

from .problem_types import ProblemType

F = TypeVar("F", bound=Callable[..., Any])


def _cached(function: F) -> F:
    # The type of functools.cache takes no classes.
    return cast(F, cache(function))


class Members(NamedTuple):
    """The values of the members of one problem."""

    python: dict[str, Any]
    """As the class declares them."""
    json: dict[str, Any]


def checked_members(problem: type[ProblemType], given: Mapping[str, Any]) -> Members:
    """Return the members of a *problem* with what is *given*, and defaults for the rest.

    Raises:
        TypeError: a member is missing, unknown, or of another type. The message has no values.
    """
    names = _members_of(problem)
    adapter = _adapter_of_members(problem)
    defaults = {name: getattr(problem, name) for name in names if hasattr(problem, name)}
    try:
        python = adapter.validate_python(defaults | dict(given))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        wrong = ", ".join(f"{'.'.join(map(str, item['loc']))} ({item['type']})" for item in found)
        raise TypeError(
            f"{problem.__name__} takes the members {', '.join(names) or 'none'}; wrong: {wrong}."
        ) from None
    return Members(python, adapter.dump_python(python, mode="json"))


def problem_adapter(problem: type[HTTPException]) -> TypeAdapter[Any]:
    """Return the schema of the body that answers *problem*; only a `ProblemType` has one of its own.

    It is the same at each call, so that a document sees one schema.
    """
    return _adapter_of(problem if issubclass(problem, ProblemType) else None)


@_cached
def _adapter_of(problem: type[ProblemType] | None) -> TypeAdapter[Any]:
    if problem is None:
        return _object("Problem", "An error (RFC 9457).", _standard())
    kind = problem.kind
    fixed = _standard(type=Literal[kind.type], title=Literal[kind.title], status=Literal[kind.status])
    return _object(problem.__name__, documentation_of(problem), fixed | _members_of(problem))


def documentation_of(problem: type[ProblemType]) -> str:
    """Return the docstring of *problem*, or of the nearest base of it that the app wrote."""
    own = problem.__mro__[: problem.__mro__.index(ProblemType)]
    return next((inspect.cleandoc(base.__doc__) for base in own if base.__doc__), "")


@_cached
def validation_problem_adapter() -> TypeAdapter[Any]:
    """Return the schema of the body that answers a request with invalid values."""
    error: Any = _typed_dict(
        "ValidationError",
        "One thing that is wrong with a request.",
        {
            "in": Literal["body", "form", "query", "header", "cookie", "path"],
            "pointer": Annotated[str, Field(description="Where in it, as a JSON pointer (RFC 6901).")],
            "code": Annotated[str, Field(description="What is wrong, for programs and for translation.")],
            "detail": Annotated[str, Field(description="What is wrong, in a sentence.")],
            "params": NotRequired[
                Annotated[dict[str, Any], Field(description="The limits that are not kept.")]
            ],
        },
    )
    return _object(
        "ValidationProblem", "All that is wrong with a request.", _standard() | {"errors": _list_of(error)}
    )


def _standard(type: Any = str, title: Any = str, status: Any = int) -> dict[str, Any]:
    """Return the members of RFC 9457, and ours."""
    reference: Any = {"format": "uri-reference"}
    return {
        "type": Annotated[type, Field(description="The kind of problem.", json_schema_extra=reference)],
        "title": Annotated[title, Field(description="The kind of problem, in words.")],
        "status": Annotated[status, Field(description="The HTTP status.")],
        "detail": NotRequired[Annotated[str, Field(description="What went wrong this time.")]],
        "instance": NotRequired[
            Annotated[str, Field(description="This occurrence.", json_schema_extra=reference)]
        ],
        "request_id": NotRequired[Annotated[str, Field(description="The request, in the service's logs.")]],
    }


@_cached
def _members_of(problem: type[ProblemType]) -> dict[str, Any]:
    hints = get_type_hints(problem, include_extras=True)
    inherited = get_type_hints(ProblemType, include_extras=True)
    return {
        name: hint
        for name, hint in hints.items()
        if name not in inherited and get_origin(hint) is not ClassVar and not name.startswith("_")
    }


@_cached
def _adapter_of_members(problem: type[ProblemType]) -> TypeAdapter[Any]:
    return _object(problem.__name__, "", _members_of(problem), ConfigDict(extra="forbid"))


def _list_of(item: Any) -> Any:
    return list[item]


def _object(
    name: str, documentation: str, members: Mapping[str, Any], config: ConfigDict | None = None
) -> TypeAdapter[Any]:
    return TypeAdapter(_typed_dict(name, documentation, members, config))


def _typed_dict(
    name: str, documentation: str, members: Mapping[str, Any], config: ConfigDict | None = None
) -> Any:
    made = cast("Any", TypedDict)(name, dict(members))
    made.__doc__ = documentation
    made.__module__ = __name__
    if config is not None:
        made.__pydantic_config__ = config
    return made
