"""Read a regular expression of the simple kind that can be judged.

It has characters, classes, groups, ``|`` and repetitions, with the meaning that `re` gives them. Whatever is
not so simple, such as a look-ahead or a reference back, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.:/")
"""The characters of origins of the web. Brackets are left to origins that are listed."""

_DIGITS = frozenset("0123456789")
_WORD = ALPHABET - frozenset("-.:/")
_CLASSES = {"d": _DIGITS, "w": _WORD, "s": frozenset[str]()}
_COUNTS = re.compile(r"\{(?:([0-9]{1,4})|([0-9]{0,4}),([0-9]{0,4}))\}")
_SIGNS: Mapping[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_SET_OPERATIONS = ("--", "&&", "~~", "||")
"""Of these Python warns in a class, for they may come to mean something else."""
_GROUP = re.compile(r"\((?:\?:|\?P<[a-z_A-Z]\w*>)?")

MAX_LENGTH = 1_000
_MAX_DEPTH = 20
MAX_COUNT = 255


class UnclearError(ValueError):
    """The pattern is not of the simple kind."""


class Chars(NamedTuple):
    """One character out of several."""

    chars: frozenset[str]
    is_wild: bool = False
    """Whether they are all but a few, such as a dot means, and not written out."""


class Concat(NamedTuple):
    """One after the other."""

    parts: Sequence[Node]


class Choice(NamedTuple):
    """One of several."""

    options: Sequence[Node]


class Repeat(NamedTuple):
    """Several times the same."""

    part: Node
    least: int
    most: int | None
    """None for any number."""


Node = Chars | Concat | Choice | Repeat


def parse(pattern: str) -> Node:
    """Return what *pattern* means.

    Raises:
        UnclearError: it is not of the simple kind.
    """
    if len(pattern) > MAX_LENGTH:
        raise UnclearError
    reader = _Reader(pattern)
    node = reader.choice(0)
    if reader.at < len(pattern):
        raise UnclearError
    return node


class _Reader:
    """Where in a pattern one is."""

    def __init__(self, text: str) -> None:
        self._text, self.at = text, 0

    def choice(self, depth: int) -> Node:
        """Read up to the end of the group."""
        if depth > _MAX_DEPTH:
            raise UnclearError
        options = [self._sequence(depth)]
        while self._takes("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Choice(options)

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        if depth == 0 and not self._takes("^"):
            # Nothing is in front of these anyway, nor behind the other two.
            self._takes(r"\A")
        while self.at < len(self._text) and self._text[self.at] not in "|)":
            if depth == 0 and (self._takes("$") or self._takes(r"\Z")):
                if self.at < len(self._text) and self._text[self.at] != "|":
                    raise UnclearError
                break
            parts.append(self._repeated(self._atom(depth)))
        return Concat(parts)

    def _atom(self, depth: int) -> Node:
        group = _GROUP.match(self._text, self.at)
        if group is not None:
            self.at = group.end()
            inner = self.choice(depth + 1)
            if not self._takes(")"):
                raise UnclearError
            return inner
        if self._takes("["):
            return self._class()
        if self._takes("."):
            return Chars(ALPHABET, is_wild=True)
        if self._text[self.at] in "*+?{}^$]":
            raise UnclearError
        return self._single()

    def _single(self) -> Chars:
        """Read a character, or a class that a backslash makes."""
        char = self._next()
        if char != "\\":
            return Chars(frozenset(char) & ALPHABET)
        char = self._next()
        if char.lower() in _CLASSES:
            named = _CLASSES[char.lower()]
            return Chars(named) if char.islower() else Chars(ALPHABET - named, is_wild=True)
        if char.isalnum():
            raise UnclearError
        return Chars(frozenset(char) & ALPHABET)

    def _class(self) -> Chars:
        is_negated = self._takes("^")
        found, is_wild, is_first = set[str](), is_negated, True
        while is_first or not self._takes("]"):
            is_first = False
            if self._text.startswith(("[", "]", *_SET_OPERATIONS), self.at):
                raise UnclearError
            low, chars = self._member()
            if self._text[self.at : self.at + 1] != "-" or self._text[self.at + 1 : self.at + 2] == "]":
                found |= chars.chars
                is_wild = is_wild or chars.is_wild
                continue
            self.at += 1
            high, _ = self._member()
            if low is None or high is None or low > high:
                raise UnclearError
            found |= {char for char in ALPHABET if low <= char <= high}
        return Chars(ALPHABET - found if is_negated else frozenset(found), is_wild)

    def _member(self) -> tuple[str | None, Chars]:
        """Read a part of a class; return the character that it is, None where it is several."""
        start = self.at
        chars = self._single()
        is_class = self._text[start] == "\\" and self._text[self.at - 1].isalnum()
        return None if is_class else self._text[self.at - 1], chars

    def _repeated(self, part: Node) -> Node:
        counts = _COUNTS.match(self._text, self.at)
        if counts is not None:
            self.at = counts.end()
            exact, low, high = counts.groups()
            least = int(exact or low or 0)
            most = int(exact or high) if exact or high else None
            if least > MAX_COUNT or (most is not None and not least <= most <= MAX_COUNT):
                raise UnclearError
        elif self._text[self.at : self.at + 1] in _SIGNS:
            least, most = _SIGNS[self._next()]
        else:
            return part
        # How much is tried first does not change what the whole takes.
        self._takes("?")
        if self._text.startswith(("*", "+", "?"), self.at):
            raise UnclearError
        return Repeat(part, least, most)

    def _takes(self, text: str) -> bool:
        if not self._text.startswith(text, self.at):
            return False
        self.at += len(text)
        return True

    def _next(self) -> str:
        if self.at >= len(self._text):
            raise UnclearError
        self.at += 1
        return self._text[self.at - 1]
