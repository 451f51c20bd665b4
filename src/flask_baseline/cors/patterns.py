"""Which domains a pattern of origins takes, and whether they are all written out in it."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase, digits

from .automaton import Automaton, automaton_of, members
from .pattern_syntax import UnclearError
from .shared_domains import is_shared

Fault = tuple[str, str]
"""What is wrong, and what to do about it."""

_LABEL = frozenset(ascii_lowercase + digits + "-_")
_HOST = _LABEL | {"."}
_ONLY_A_DOT = frozenset(".")
_DIGITS = frozenset(digits)

_Read = tuple[int, int]
"""A place, and how far an origin has been read with its character: so much of the scheme, or one of these."""
_START, _NAME, _DOT, _COLON, _PORT = range(-5, 0)

_MAX_ENDS = 1_000
_MAX_HOST = 253

_TOP = ("localhost", "internal", "test")
"""Names at the end of a host that nobody can register another one below."""

_UNCLEAR = ("cannot be checked", "write it with characters, classes, groups, | and repetitions alone")
_WILD = (
    "takes any character where a name or a dot should be",
    r"write \. for a dot and [a-z0-9-]+ for a name",
)
_OPEN = (
    "takes domains that are not written out",
    r"end it with a dot and the domain, as in https://[a-z0-9-]+\.example\.com",
)
_SHARED = (
    "takes names below a domain where anybody can have one",
    "write one name more before it, or list the origins",
)
_EMPTY = (
    "takes no origin",
    r"write it in lower case from the scheme to the host or port, as in https://[a-z0-9-]+\.example\.com",
)
_PLAIN = ("takes plain http, which anybody on its network can be", "begin it with https:")
_LOCAL = ("takes the developer's own machine", "list it in the profile dev alone")


class _FaultError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(*fault)
        self.fault = fault


def pattern_faults(pattern: str, *, is_production: bool) -> Iterator[Fault]:
    """Yield what is wrong with *pattern*: above all, that it takes what is not below a domain in it."""
    try:
        automaton = automaton_of(pattern)
        plain, secure = _read(automaton, "http"), _read(automaton, "https")
        if not plain and not secure:
            raise _FaultError(_EMPTY)
        domains = {*_domains(automaton, plain | secure, is_production=is_production)}
        if _is_longer_by_a_part(domains):
            raise _FaultError(_OPEN)
    except UnclearError:
        yield _UNCLEAR
    except _FaultError as error:
        yield error.fault
    else:
        if is_production and plain:
            yield _PLAIN
        if is_production and any(is_local(domain) for domain in domains):
            yield _LOCAL


def is_local(host: str) -> bool:
    """Whether *host* is the machine that the browser runs on."""
    return host in ("localhost", "[::1]") or host.endswith(".localhost") or host.startswith(("127.", "0."))


def _domains(automaton: Automaton, read: set[_Read], *, is_production: bool) -> Iterator[str]:
    """Yield the ends of hosts that are written out: whole hosts, or with a dot in front what is above more.

    It goes from the end to the front, since the domain is at the end.
    """
    if any(is_wild and "." in chars for chars, is_wild in automaton.places):
        raise _FaultError(_WILD)
    before = automaton.before
    ends = automaton.last
    for place, state in read:
        if state == _COLON:
            ends |= before[place]
    waiting = [(place, "") for place, state in read if state == _NAME and ends >> place & 1]
    seen = {*waiting}
    while waiting:
        place, end = waiting.pop()
        chars = automaton.places[place].chars
        if end and (place, _START) in read:
            yield end
        found = chars & _HOST if not read.isdisjoint({(place, _NAME), (place, _DOT)}) else frozenset[str]()
        if found == _ONLY_A_DOT and _is_enough(end, is_production=is_production):
            yield f".{end}"
            continue
        if len(found) > 1:
            above = ".".join(end.split(".")[-2:])
            raise _FaultError(_SHARED if is_production and end != above and is_shared(above) else _OPEN)
        for char in found:
            for each in members(before[place]):
                if (each, char + end) not in seen:
                    seen.add((each, char + end))
                    waiting.append((each, char + end))
        if len(seen) > _MAX_ENDS or len(end) > _MAX_HOST:
            raise _FaultError(_OPEN)


def _is_longer_by_a_part(domains: set[str]) -> bool:
    """Whether one of *domains* is another with more and no dot between, as of ``(www)?example.com``."""
    names = {domain.lstrip(".") for domain in domains}
    return any(
        (name[cut - 1] != "." and name[cut:] in names) or (name[cut] != "." and name[:cut] in names)
        for name in names
        for cut in range(1, len(name))
    )


def _is_enough(end: str, *, is_production: bool) -> bool:
    """Whether all names below *end* belong to its owner."""
    top = end.rpartition(".")[2]
    if top.isdecimal():
        # The numbers of an address are not below each other.
        return False
    if top in _TOP:
        return True
    return "." in end and not (is_production and is_shared(end))


def _read(automaton: Automaton, scheme: str) -> set[_Read]:
    """Return what can be read of the origins with *scheme*, to its end; nothing where there are none."""
    start = f"{scheme}://"

    def states_after(state: int, chars: frozenset[str]) -> Iterator[int]:
        if state >= 0:
            if start[state] in chars:
                yield state + 1 if state + 1 < len(start) else _START
        elif state in (_START, _DOT, _NAME):
            if chars & _LABEL:
                yield _NAME
            if state == _NAME and "." in chars:
                yield _DOT
            if state == _NAME and ":" in chars:
                yield _COLON
        elif chars & _DIGITS:
            yield _PORT

    def steps(places: int, state: int) -> Iterator[_Read]:
        for place in members(places):
            for following in states_after(state, automaton.places[place].chars):
                yield place, following

    waiting = [*steps(automaton.first, 0)]
    reached = dict[_Read, list[_Read]]((each, []) for each in waiting)
    while waiting:
        step = waiting.pop()
        for following in steps(automaton.after[step[0]], step[1]):
            if following not in reached:
                reached[following] = []
                waiting.append(following)
            reached[following].append(step)
    # What leads to no end is not part of any origin.
    waiting = [step for step in reached if step[1] in (_NAME, _PORT) and automaton.last >> step[0] & 1]
    found = {*waiting}
    while waiting:
        new = {*reached[waiting.pop()]} - found
        found |= new
        waiting += new
    return found
