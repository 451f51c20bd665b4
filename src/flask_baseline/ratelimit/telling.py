"""Say in each answer what is left.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

from __future__ import annotations

from collections.abc import Sequence

from .._edge import RespondStep
from .._exchange import Exchange, Header
from .store import Count


def tell_rates(*, tells: bool) -> RespondStep:
    """Return the step that says it; one that does not tell says only when a refused client may come back."""

    def respond(exchange: Exchange, headers: list[Header]) -> None:
        counts: Sequence[Count] = exchange.rate_counts
        if not counts:
            return
        present = {name.lower() for name, _ in headers}
        if tells and "ratelimit" not in present:
            headers += _fields(counts)
        if exchange.status == 429 and counts[-1].is_exceeded and "retry-after" not in present:
            # The app has a page of its own.
            headers.append(("Retry-After", str(counts[-1].reset)))

    return respond


def _fields(counts: Sequence[Count]) -> list[Header]:
    tightest: dict[str, Count] = {}
    for count in counts:
        # A name stands for one policy, and two keys may have the same limit.
        name = str(count.limit)
        if name not in tightest or count.remaining < tightest[name].remaining:
            tightest[name] = count
    policies = (
        f'"{name}";q={count.limit.amount};w={count.limit.seconds}' for name, count in tightest.items()
    )
    left = (f'"{name}";r={count.remaining};t={count.reset}' for name, count in tightest.items())
    return [("RateLimit-Policy", ", ".join(policies)), ("RateLimit", ", ".join(left))]
