"""What recognises the origins that a pattern takes, in time that grows with their length alone.

It is the automaton of Glushkov: its states are the places of characters in the pattern. `re` would take
exponential time for some patterns, and a client chooses the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .pattern_syntax import ALPHABET, Chars, Choice, Concat, Node, UnclearError, parse

_MAX_WORK = 1_000


class Automaton(NamedTuple):
    """The places of a pattern's characters. Sets of places are numbers, with a bit for each."""

    places: Sequence[Chars]
    first: int
    last: int
    after: Sequence[int]
    """By place."""

    @property
    def before(self) -> Sequence[int]:
        """The places in front of each place."""
        found = [0] * len(self.places)
        for place, following in enumerate(self.after):
            for each in members(following):
                found[each] |= 1 << place
        return found


def automaton_of(pattern: str) -> Automaton:
    """Return what recognises *pattern*.

    Raises:
        UnclearError: it is not of the simple kind, or too long.
    """
    builder = _Builder()
    whole = builder.add(parse(pattern))
    return Automaton(builder.places, whole.first, whole.last, builder.after)


def members(places: int) -> Iterator[int]:
    """Yield the places in a set."""
    while places:
        lowest = places & -places
        yield lowest.bit_length() - 1
        places ^= lowest


class Matcher:
    """Whether an origin is one that a pattern takes."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self._places_of = dict.fromkeys(ALPHABET, 0)
        for place, (chars, _) in enumerate(automaton.places):
            for char in chars:
                self._places_of[char] |= 1 << place

    def __call__(self, text: str) -> bool:
        automaton, places_of = self._automaton, self._places_of
        reached = possible = automaton.first
        for char in text:
            reached = possible & places_of.get(char, 0)
            if not reached:
                return False
            possible = 0
            for place in members(reached):
                possible |= automaton.after[place]
        return bool(text and reached & automaton.last)


class _Part(NamedTuple):
    """A part of a pattern: whether it can be empty, and the places where it can begin and end."""

    is_optional: bool
    first: int
    last: int


_EMPTY = _Part(True, 0, 0)


class _Builder:
    def __init__(self) -> None:
        self.places: list[Chars] = []
        self.after: list[int] = []
        self._work = 0

    def add(self, node: Node) -> _Part:
        self._work += 1
        if self._work > _MAX_WORK:
            raise UnclearError
        if isinstance(node, Chars):
            bit = 1 << len(self.places)
            self.places.append(node)
            self.after.append(0)
            return _Part(False, bit, bit)
        if isinstance(node, Concat):
            return self._joined(self.add(part) for part in node.parts)
        if isinstance(node, Choice):
            options = [self.add(option) for option in node.options]
            first = last = 0
            for option in options:
                first, last = first | option.first, last | option.last
            return _Part(any(option.is_optional for option in options), first, last)
        # Each time is a copy; the last one may come again where there is no limit.
        times = [self.add(node.part) for _ in range(node.most or max(node.least, 1))]
        if node.most is None:
            self._link(times[-1].last, times[-1].first)
        optional = [
            part if time < node.least else part._replace(is_optional=True) for time, part in enumerate(times)
        ]
        return self._joined(optional) if node.most != 0 else _EMPTY

    def _joined(self, parts: Iterator[_Part] | Sequence[_Part]) -> _Part:
        whole = _EMPTY
        for part in parts:
            self._link(whole.last, part.first)
            whole = _Part(
                whole.is_optional and part.is_optional,
                whole.first | part.first if whole.is_optional else whole.first,
                whole.last | part.last if part.is_optional else part.last,
            )
        return whole

    def _link(self, before: int, following: int) -> None:
        for place in members(before):
            self.after[place] |= following
