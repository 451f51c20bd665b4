"""Find which alternative of one schema is which of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .alternatives import ANNOTATIONS, Member
from .references import objects


class Pairs(NamedTuple):
    """The alternatives of two schemas."""

    same: list[tuple[Member, Member]]
    gone: list[Member]
    come: list[Member]


def paired(old: Sequence[Member], new: Sequence[Member]) -> Pairs:
    """Return the pairs that are the same alternative, and those that have gone and come.

    A renamed schema is the same one when it looks the same, has the same tag, or is the most similar one.
    """
    gone, come = [*old], [*new]
    same: list[tuple[Member, Member]] = []
    for is_same in _SAME:
        # A stable sort: of equally similar ones the first.
        found = sorted(
            ((one, other) for one in gone for other in come if is_same(one, other)),
            key=_likeness,
            reverse=True,
        )
        for one, other in found:
            if one in gone and other in come:
                same.append((one, other))
                gone.remove(one)
                come.remove(other)
    # Where anything is allowed, no single type is missed and none is news.
    return Pairs(same, [] if _has_anything(new) else gone, [] if _has_anything(old) else come)


def _has_anything(members: Sequence[Member]) -> bool:
    return any(_type(each) is None and not each.schema.keys() - ANNOTATIONS - {"type"} for each in members)


def _likeness(pair: tuple[Member, Member]) -> int:
    one, other = (objects(member.schema.get("properties")).keys() for member in pair)
    return len(one & other)


def _type(member: Member) -> Any:
    return member.schema.get("type")


_NUMBERS = ("integer", "number")

_SAME: tuple[Callable[[Member, Member], bool], ...] = (
    lambda one, other: one == other,
    lambda one, other: bool(one.tag) and one.tag == other.tag,
    lambda one, other: one.name == other.name and _type(one) == _type(other) and one.tag == other.tag,
    lambda one, other: _type(one) == _type(other) and not (one.tag and other.tag),
    lambda one, other: _type(one) in _NUMBERS and _type(other) in _NUMBERS,
    lambda one, other: (_type(one) is None) != (_type(other) is None),
)
