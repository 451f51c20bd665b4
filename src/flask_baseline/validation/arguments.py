"""The arguments of a view, and where each comes from."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, Union, cast, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import is_typeddict

from .markers import Marker, Place

_MISSING = inspect.Parameter.empty
_SEQUENCES: tuple[Any, ...] = (list, set, frozenset, tuple)


class Argument(NamedTuple):
    """One argument of a view."""

    name: str
    hint: Any
    """Its type, with all metadata; the empty marker of `inspect` where it has none."""
    place: Place | None
    """None: a path variable, or something that another decorator passes."""
    default: Any = _MISSING

    @property
    def is_required(self) -> bool:
        """Whether the view has no default for it."""
        return self.default is _MISSING

    @property
    def metadata(self) -> Sequence[Any]:
        """What its type is annotated with."""
        return _metadata(self.hint)


def arguments_of(view: Callable[..., Any], local_names: Mapping[str, Any]) -> tuple[list[Argument], Any]:
    """Return the arguments of *view*, and the hint of what it returns.

    Args:
        view: a function, or one that decorators have wrapped.
        local_names: the names where it is defined, since an app's factory may define its models too.

    Raises:
        TypeError: a hint cannot be resolved, an argument has two places, or cannot be given by name.
    """
    hints = _hints(view, local_names)
    found: list[Argument] = []
    for parameter in inspect.signature(view).parameters.values():
        hint = _lifted(hints.get(parameter.name, _MISSING))
        places: set[Place] = {*_places(hint)}
        if len(places) > 1:
            raise TypeError(
                f"{named(view)}: the argument {parameter.name!r} has more than one place: "
                f"{', '.join(sorted(places))}. Keep one of them."
            )
        if places and parameter.kind not in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            raise TypeError(
                f"{named(view)}: the argument {parameter.name!r} is read from the request and passed by "
                "name. Make it an ordinary argument."
            )
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            found.append(Argument(parameter.name, hint, next(iter(places), None), parameter.default))
    return found, hints.get("return", _MISSING)


def named(view: Callable[..., Any]) -> str:
    """Return the name of *view* for a message."""
    return f"{view.__module__}.{view.__qualname__}"


def is_object(hint: Any) -> bool:
    """Whether *hint* is a type with named fields, which takes a whole place."""
    core = core_of(hint)
    if is_typeddict(core):
        return True
    return is_class(core, BaseModel) or (is_class(core, object) and dataclasses.is_dataclass(core))


def is_class(hint: Any, base: type) -> bool:
    """Whether *hint* is a subclass of *base*."""
    # In Python 3.10 a generic such as list[int] passes for a class.
    return isinstance(hint, type) and get_origin(hint) is None and issubclass(hint, base)


def is_list(hint: Any) -> bool:
    """Whether *hint* takes several values, also as one of a union."""
    core = core_of(hint)
    if get_origin(core) in (Union, types.UnionType):
        return any(is_list(member) for member in get_args(core))
    origin = get_origin(core) or core
    return origin in _SEQUENCES or origin in (typing.Sequence, Sequence)


def is_optional(hint: Any) -> bool:
    """Whether *hint* takes None."""
    core = core_of(hint)
    return get_origin(core) in (Union, types.UnionType) and type(None) in get_args(core)


def core_of(hint: Any) -> Any:
    """Return *hint* without its metadata."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint


def _hints(view: Callable[..., Any], local_names: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(view, localns=dict(local_names), include_extras=True)
    except (NameError, AttributeError) as error:
        raise TypeError(
            f"{named(view)}: a type hint cannot be resolved: {error}. Import the name where the view is, "
            "outside of `if TYPE_CHECKING`."
        ) from error


def _lifted(hint: Any) -> Any:
    """Return ``Annotated[T, ...] | None`` as ``Annotated[T | None, ...]``, so that its metadata counts.

    Python 3.10 makes the first of the second where None is the default.
    """
    members = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else ()
    annotated = [member for member in members if member is not type(None)]
    if len(members) != 2 or len(annotated) != 1 or get_origin(annotated[0]) is not Annotated:
        return hint
    inner, *metadata = get_args(annotated[0])
    parts: Any = (Union[inner, None], *metadata)  # noqa: UP007
    return cast("Any", Annotated)[parts]


def _places(hint: Any) -> Iterable[Place]:
    """Yield the places that *hint* names, also within a union or a list of files."""
    for item in _metadata(hint):
        if isinstance(item, Marker):
            yield item.place
    core = core_of(hint)
    if get_origin(core) in (Union, types.UnionType) or get_origin(core) in _SEQUENCES:
        for member in get_args(core):
            yield from _places(member)


def _metadata(hint: Any) -> tuple[Any, ...]:
    """Return the metadata of *hint* and, of a union, that of its members."""
    found: tuple[Any, ...] = tuple(getattr(hint, "__metadata__", ()))
    core = core_of(hint)
    if get_origin(core) in (Union, types.UnionType):
        for member in get_args(core):
            found += _metadata(member)
    return found


def callers_names(depth: int) -> Mapping[str, Any]:
    """Return the names around the code *depth* calls further out: its own, and those of what encloses it."""
    frame = sys._getframe(depth + 1)  # pyright: ignore[reportPrivateUsage]
    module = frame.f_globals
    frames: list[Mapping[str, Any]] = []
    outer: types.FrameType | None = frame
    while outer is not None and outer.f_globals is module:
        frames.append(outer.f_locals)
        outer = outer.f_back
    return {name: value for names in reversed(frames) for name, value in names.items()}
