"""Lists in pages, by number or by cursor, with the links of RFC 8288."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Generic, TypeVar, cast
from urllib.parse import quote, urlencode

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError, from_json, to_json

__all__ = ["CursorPage", "CursorQuery", "Page", "PageQuery"]

T = TypeVar("T")
P = TypeVar("P")

_MAX_PAGE = 1_000_000
_MAX_CURSOR = 1_000


class PageQuery(BaseModel):
    """The query of a list in numbered pages: ``q: Query[PageQuery]``. Subclass it to filter or to sort."""

    page: int = Field(default=1, ge=1, le=_MAX_PAGE, description="The number of the page, from 1.")
    page_size: int = Field(default=20, ge=1, le=100, description="How many items a page has.")

    @property
    def offset(self) -> int:
        """How many items come before the page."""
        return (self.page - 1) * self.page_size


class Page(BaseModel, Generic[T]):
    """One numbered page of a list, and how many items the list has::

    def orders(q: Query[PageQuery]) -> Page[OrderOut]:
        return Page.of(rows, total=count, query=q)
    """

    items: list[T]
    page: int
    page_size: int
    total: int = Field(description="How many items the list has.")

    @classmethod
    def of(cls, items: Iterable[Any], *, total: int, query: PageQuery) -> "Page[Any]":
        """Return the page that *query* asks for."""
        return Page[Any](items=[*items], page=query.page, page_size=query.page_size, total=total)

    def response_headers(self) -> Sequence[tuple[str, str]]:
        """Return a ``Link`` to the first, the previous, the next and the last page."""
        last = max(1, -(-self.total // self.page_size))
        numbers = {
            "first": 1,
            "prev": min(self.page - 1, last) if self.page > 1 else None,
            "next": self.page + 1 if self.page < min(last, _MAX_PAGE) else None,
            # A query for a page beyond the limit would be refused.
            "last": last if last <= _MAX_PAGE else None,
        }
        return _link({rel: {"page": number} for rel, number in numbers.items() if number is not None})


def _decoded(value: object) -> object:
    # A position may be a list, of which a query may have several.
    text: object = value
    if isinstance(value, list) and len(cast("list[object]", value)) == 1:
        text = cast("list[object]", value)[0]
    try:
        if isinstance(text, str) and len(text) <= _MAX_CURSOR:
            return from_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        pass
    raise PydanticCustomError("cursor", "Cursor should be one that the service has given")


class CursorQuery(BaseModel, Generic[P]):
    """The query of a list that is read on from a position: ``q: Query[CursorQuery[tuple[datetime, int]]]``.

    The type is that of the position, such as the sort key of the last item: a cursor is what a client
    sends, and is checked like all of it.
    """

    model_config = ConfigDict(populate_by_name=True)

    after: Annotated[
        P | None,
        BeforeValidator(_decoded),
        WithJsonSchema({"type": "string", "maxLength": _MAX_CURSOR}),
    ] = Field(default=None, alias="cursor", description="Where to read on, from the page before.")
    page_size: int = Field(default=20, ge=1, le=100, description="How many items a page has.")


class CursorPage(BaseModel, Generic[T]):
    """One page of a list that is read on from a position::

    def events(q: Query[CursorQuery[int]]) -> CursorPage[EventOut]:
        rows = fetch(after=q.after, limit=q.page_size)
        return CursorPage.of(rows, next=rows[-1].id if len(rows) == q.page_size else None)
    """

    items: list[T]
    next_cursor: str | None = Field(default=None, description="Where to read on; none at the end.")

    @classmethod
    def of(cls, items: Iterable[Any], *, next: object = None) -> "CursorPage[Any]":
        """Return a page.

        Args:
            items: of this page.
            next: the position after the last of them, as JSON has it; None at the end.
        """
        cursor = None if next is None else urlsafe_b64encode(to_json(next)).rstrip(b"=").decode()
        return CursorPage[Any](items=[*items], next_cursor=cursor)

    def response_headers(self) -> Sequence[tuple[str, str]]:
        """Return a ``Link`` to the first and the next page."""
        pages: dict[str, dict[str, object]] = {"first": {"cursor": None}}
        if self.next_cursor is not None:
            pages["next"] = {"cursor": self.next_cursor}
        return _link(pages)


def _link(pages: dict[str, dict[str, object]]) -> Sequence[tuple[str, str]]:
    """Return the header with this request's URL, its parameters replaced for each relation.

    Without scheme and host, which a proxy may have changed (RFC 3986, section 4.2).
    """
    path = quote(f"{request.root_path}{request.path}", safe="/:@!$'()*+,;=~")
    given = [*request.args.items(multi=True)]
    links: list[str] = []
    for rel, changes in pages.items():
        kept = [(name, value) for name, value in given if name not in changes]
        added = [(name, value) for name, value in changes.items() if value is not None]
        query = urlencode([*kept, *added])
        links.append(f'<{path}{"?" if query else ""}{query}>; rel="{rel}"')
    return [("Link", ", ".join(links))]
