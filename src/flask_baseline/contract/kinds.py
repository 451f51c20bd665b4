"""Every kind of change, and what it means to a client that was written against the old document.

A request that the old document allowed must still be taken, and an answer that the new one allows
must be one that the client expects. So narrowing is breaking in a request and widening in a response.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["breaking", "compatible", "info"]
Direction = Literal["request", "response"]


class Kind(NamedTuple):
    """What a kind of change is to a client."""

    level: Level
    text: str


class Change(NamedTuple):
    """One difference of two documents."""

    kind: str
    where: str
    """The operation, as ``GET /orders/{id}``; empty for the document as a whole."""
    pointer: str
    """Where in the operation: ``body/items/0``, ``query:limit``, ``200/id``."""

    @property
    def level(self) -> Level:
        """What it is to a client."""
        return KINDS[self.kind].level

    @property
    def text(self) -> str:
        """A sentence for the reader."""
        return KINDS[self.kind].text


_OF_DOCUMENTS = {
    "version-changed": Kind("info", "The version of the document is another."),
    "title-changed": Kind("info", "The title or the description of the document is another."),
    "server-added": Kind("compatible", "There is one more server."),
    "server-removed": Kind("breaking", "A server that clients may call is gone."),
    "security-scheme-added": Kind("compatible", "There is one more way to authenticate."),
    "security-scheme-removed": Kind("breaking", "A way to authenticate is gone."),
    "security-scheme-changed": Kind("breaking", "A way to authenticate works otherwise."),
}

_OF_OPERATIONS = {
    "operation-added": Kind("compatible", "The operation is new."),
    "operation-removed": Kind("breaking", "The operation is gone."),
    "sunset-operation-removed": Kind("compatible", "The operation is gone, as its sunset had announced."),
    "operation-deprecated": Kind("compatible", "The operation is deprecated."),
    "operation-undeprecated": Kind("compatible", "The operation is no longer deprecated."),
    "operation-id-changed": Kind("breaking", "Generated clients call the operation by another name."),
    "documentation-changed": Kind("info", "A description, a summary, a tag or an example is another."),
    "security-tightened": Kind("breaking", "What a caller had to prove does not suffice any more."),
    "security-loosened": Kind("compatible", "A caller may prove less, or something else."),
    "path-parameter-renamed": Kind("info", "A variable of the path has another name, at the same place."),
    "parameter-added": Kind("compatible", "There is one more optional parameter."),
    "required-parameter-added": Kind("breaking", "There is one more parameter that must be sent."),
    "parameter-removed": Kind("breaking", "A parameter that clients may send has no effect any more."),
    "parameter-became-required": Kind("breaking", "A parameter must be sent now."),
    "parameter-became-optional": Kind("compatible", "A parameter may be left out now."),
    "parameter-style-changed": Kind("breaking", "The values of a parameter are written in another way."),
    "parameter-deprecated": Kind("compatible", "A parameter is deprecated."),
    "parameter-undeprecated": Kind("compatible", "A parameter is no longer deprecated."),
    "body-added": Kind("compatible", "A body may be sent now."),
    "required-body-added": Kind("breaking", "A body must be sent now."),
    "body-removed": Kind("breaking", "A body that clients send has no effect any more."),
    "body-became-required": Kind("breaking", "The body must be sent now."),
    "body-became-optional": Kind("compatible", "The body may be left out now."),
    "request-media-type-added": Kind("compatible", "A body may have one more media type."),
    "request-media-type-removed": Kind("breaking", "A media type of the body is no longer taken."),
    "response-media-type-added": Kind("compatible", "An answer may have one more media type."),
    "response-media-type-removed": Kind("breaking", "A media type that clients read is no longer sent."),
    "success-added": Kind("compatible", "There is one more status of success."),
    "success-removed": Kind("breaking", "A status of success that clients wait for is gone."),
    "error-added": Kind("compatible", "There is one more status of failure."),
    "error-removed": Kind("compatible", "A status of failure is gone."),
    "response-header-added": Kind("compatible", "An answer has one more header."),
    "response-header-removed": Kind("breaking", "A header that clients may read is gone."),
    "response-header-became-required": Kind("compatible", "A header is always there now."),
    "response-header-became-optional": Kind("breaking", "A header may be missing now."),
}


def _both(what: str, narrowed: str, widened: str) -> dict[str, Kind]:
    """Return the kinds of a part of a schema, whose meaning depends on who sends the value."""
    return {
        f"request-{what}-narrowed": Kind("breaking", f"{narrowed} Requests may be refused."),
        f"request-{what}-widened": Kind("compatible", f"{widened} More requests are taken."),
        f"response-{what}-narrowed": Kind("compatible", f"{narrowed} Answers say it more exactly."),
        f"response-{what}-widened": Kind("breaking", f"{widened} Clients may not expect the answer."),
    }


_OF_SCHEMAS = {
    **_both("type", "Fewer types are allowed.", "More types are allowed."),
    **_both("union", "There are fewer alternatives.", "There are more alternatives."),
    **_both("null", "null is no longer allowed.", "null is allowed."),
    **_both("enum", "Fewer values are allowed.", "More values are allowed."),
    **_both("format", "The format is prescribed.", "The format is free."),
    **_both("pattern", "A pattern is prescribed.", "There is no pattern."),
    **_both("content", "The content of the text is prescribed.", "The content of the text is free."),
    **_both("range", "The range of the number is smaller.", "The range of the number is larger."),
    **_both("multiple", "Numbers must be multiples.", "Numbers need not be multiples."),
    **_both("length", "The length is limited further.", "The length is limited less."),
    **_both("count", "The number of items is limited further.", "The number of items is limited less."),
    **_both("uniqueness", "Items must differ.", "Items may be equal."),
    **_both("size", "The number of members is limited further.", "The number of members is limited less."),
    **_both("mapping", "Fewer values name an alternative.", "More values name an alternative."),
    **_both("rule", "There is one more rule.", "There is one rule less."),
    "request-type-changed": Kind("breaking", "The type is another. Requests may be refused."),
    "response-type-changed": Kind("breaking", "The type is another. Clients cannot read the answer."),
    "request-format-changed": Kind("breaking", "The format is another. Requests may be refused."),
    "response-format-changed": Kind("breaking", "The format is another. Clients may not read the answer."),
    "request-pattern-changed": Kind("breaking", "The pattern is another. Requests may be refused."),
    "response-pattern-changed": Kind("compatible", "The pattern is another."),
    "request-content-changed": Kind(
        "breaking", "The content of the text is another. Requests may be refused."
    ),
    "response-content-changed": Kind(
        "breaking", "The content of the text is another. Clients may not read it."
    ),
    "request-multiple-changed": Kind("breaking", "Numbers must be other multiples. Requests may be refused."),
    "response-multiple-changed": Kind(
        "breaking", "Numbers are other multiples. Clients may not expect them."
    ),
    "request-rule-changed": Kind("breaking", "A rule is another. Requests may be refused."),
    "response-rule-changed": Kind("breaking", "A rule is another. Clients may not expect the answer."),
    "value-deprecated": Kind("compatible", "A value is deprecated."),
    "value-undeprecated": Kind("compatible", "A value is no longer deprecated."),
    "request-discriminator-changed": Kind("breaking", "The alternatives are told apart by another member."),
    "response-discriminator-changed": Kind("breaking", "The alternatives are told apart by another member."),
    "request-default-changed": Kind("compatible", "What is taken for a value that is left out is another."),
    "request-members-closed": Kind("breaking", "Members that are not listed are refused."),
    "request-members-opened": Kind("compatible", "Members that are not listed are taken."),
    "response-members-closed": Kind("compatible", "There are no members but those listed."),
    "response-members-opened": Kind("compatible", "There may be members that are not listed."),
    "request-property-added": Kind("compatible", "There is one more optional member."),
    "request-required-property-added": Kind("breaking", "There is one more member that must be sent."),
    "request-property-removed": Kind("breaking", "A member that clients may send has no effect any more."),
    "request-property-became-required": Kind("breaking", "A member must be sent now."),
    "request-property-became-optional": Kind("compatible", "A member may be left out now."),
    "response-property-added": Kind("compatible", "There is one more member."),
    "response-property-removed": Kind("breaking", "A member that was always there is gone."),
    "response-optional-property-removed": Kind("compatible", "A member that was not always there is gone."),
    "response-property-became-optional": Kind("breaking", "A member may be missing now."),
    "response-property-became-required": Kind("compatible", "A member is always there now."),
}

KINDS: dict[str, Kind] = {**_OF_DOCUMENTS, **_OF_OPERATIONS, **_OF_SCHEMAS}
