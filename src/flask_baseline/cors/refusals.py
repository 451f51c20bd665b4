"""What is not safe, and does not start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .origins import origin_faults
from .patterns import Fault, pattern_faults
from .settings import CorsSettings
from .vocabulary import Problem


def unsafe(settings: CorsSettings, *, is_production: bool) -> Iterator[Problem]:
    """Yield everything in *settings* that lets in more than was meant, or nobody."""
    is_any = "*" in settings.origins
    if is_any and (len(settings.origins) > 1 or settings.origin_patterns):
        yield Problem("origins", "has * beside others, which it includes", "keep one of the two")
    if is_any and settings.credentials:
        what = "lets every site act as its visitor, with * as origin"
        yield Problem("credentials", what, "list the origins, or set it to false")
    elif is_any and is_production and not settings.public:
        fix = "list the origins, or set BASELINE_CORS_PUBLIC if everybody may"
        yield Problem("origins", "lets every site read the answers, with *", fix)
    for option in ("allow_headers", "expose_headers"):
        if "*" in getattr(settings, option) and settings.credentials:
            yield Problem(option, "has *, which means nothing with credentials", "list the headers")
    yield from _numbered(
        "origins",
        (
            () if origin == "*" else origin_faults(origin, is_production=is_production)
            for origin in settings.origins
        ),
    )
    yield from _numbered(
        "origin_patterns",
        (pattern_faults(pattern, is_production=is_production) for pattern in settings.origin_patterns),
    )


def _numbered(option: str, faults: Iterable[Iterable[Fault]]) -> Iterator[Problem]:
    """Yield *faults* with the number of what they are about: a setting's value is never shown."""
    kind = "origin" if option == "origins" else "pattern"
    for number, found in enumerate(faults, 1):
        for what, fix in found:
            yield Problem(option, f"{kind} {number} {what}", fix)
