"""The links between the pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from .pages import PAGES, ROOT, each_page, prose_of


def _anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of *page*, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_links_resolve(page: Path) -> None:
    """Every relative link names a file that is there, and a heading in it."""
    broken: list[str] = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)

    assert broken == []


def test_every_page_is_listed() -> None:
    """The index of the documentation links to every page."""
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / link).resolve() for link in re.findall(r"\]\(([^)\s#]+)", prose_of(index))}

    assert set(PAGES) - {index, ROOT / "README.md"} - linked == set()
