"""Each kind of change, and the kind of its reverse."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_baseline.contract.comparison import changes
from flask_baseline.contract.kinds import KINDS

from .tables import ANSWER, BASE, BODY, DOCUMENT, OPERATION, PROPERTIES, PROPERTY, SCHEMAS, TEXT


def changed(document: dict[str, Any], edits: dict[str, Any]) -> dict[str, Any]:
    """Return *document* with the value at each path replaced; ``...`` removes it."""
    found = deepcopy(document)
    for path, value in edits.items():
        *steps, last = path.split(" ")
        place: Any = found
        for step in steps:
            step = step.replace("//", "/")
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        if value is ...:
            del place[int(last) if isinstance(place, list) else last]
        elif isinstance(place, list):
            place.insert(int(last), value)
        else:
            place[last] = value
    return found


def kinds(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """Return the kinds of change from *old* to *new*."""
    return {change.kind for change in changes(old, new)}


@pytest.mark.parametrize(
    ("edits", "kind", "reverse"), [row[1:] for row in DOCUMENT], ids=[row[0] for row in DOCUMENT]
)
def test_documents(edits: dict[str, Any], kind: str, reverse: str | None) -> None:
    """A change of a document or an operation has its kind, and so has its reverse."""
    new = changed(BASE, edits)
    assert kind in kinds(BASE, new)
    assert reverse is None or reverse in kinds(new, BASE)


def test_a_required_body_is_added() -> None:
    """A body that is added and must be sent breaks who sends none."""
    without = changed(BASE, {BODY: ...})
    assert kinds(without, changed(BASE, {f"{BODY} required": True})) == {"required-body-added"}


@pytest.mark.parametrize(
    ("sunset", "kind"),
    [
        ("2001-01-01", "sunset-operation-removed"),
        ("2001-01-01T00:00:00Z", "sunset-operation-removed"),
        ("2999-01-01", "operation-removed"),
        ("soon", "operation-removed"),
        (None, "operation-removed"),
    ],
)
def test_sunset(sunset: str | None, kind: str) -> None:
    """An operation may go once its sunset is past, and not before."""
    old = changed(BASE, {f"{OPERATION} x-sunset": sunset})
    assert kinds(old, {**BASE, "paths": {}}) == {kind}


def test_servers() -> None:
    """A server that is gone breaks who calls it; where none is named it is the root."""
    one, two = (
        changed(BASE, {"servers": [{"url": "/a"}]}),
        changed(BASE, {"servers": [{"url": "/a"}, {"url": "/b"}]}),
    )
    assert kinds(one, two) == {"server-added"}
    assert kinds(two, one) == {"server-removed"}
    assert kinds(BASE, one) == {"server-added", "server-removed"}


def test_a_variable_is_renamed() -> None:
    """A variable of a path is found by its position, since its name is not sent."""
    new = json.loads(
        json.dumps(BASE).replace("{id}", "{number}").replace('"name": "id", "in"', '"name": "number", "in"')
    )
    assert kinds(BASE, new) == {"path-parameter-renamed"}


DIRECTIONS = pytest.mark.parametrize(
    ("direction", "place"),
    [
        ("request", f"{BODY} content application/json schema"),
        ("response", f"{ANSWER} content application/json schema"),
    ],
    ids=["request", "response"],
)


@DIRECTIONS
@pytest.mark.parametrize(
    ("one", "other", "kind", "reverse"), [row[1:] for row in SCHEMAS], ids=[row[0] for row in SCHEMAS]
)
def test_schemas(direction: str, place: str, one: Any, other: Any, kind: str, reverse: str) -> None:
    """A change of a schema has its kind in each direction, alone, and so has its reverse."""
    old, new = changed(BASE, {place: one}), changed(BASE, {place: other})
    assert kinds(old, new) == {f"{direction}-{kind}"}
    assert kinds(new, old) == {f"{direction}-{reverse}"}


@pytest.mark.parametrize("narrowed", [kind for kind in KINDS if kind.endswith("-narrowed")])
def test_what_narrowing_is(narrowed: str) -> None:
    """Narrowing breaks requests alone, and widening responses alone."""
    direction, _, _ = narrowed.partition("-")
    widened = narrowed.removesuffix("narrowed") + "widened"
    levels = (KINDS[narrowed].level, KINDS[widened].level)
    assert levels == (("breaking", "compatible") if direction == "request" else ("compatible", "breaking"))


@pytest.mark.parametrize(
    ("schema", "is_required", "kind", "reverse"),
    [row[1:] for row in PROPERTIES],
    ids=[row[0] for row in PROPERTIES],
)
def test_properties(schema: str, is_required: bool, kind: str, reverse: str) -> None:
    """A member that comes or goes matters by who sends it, and whether it must be there."""
    edits: dict[str, Any] = {PROPERTY.format(schema): TEXT}
    if is_required:
        edits[f"components schemas {schema} required"] = ["id", "extra"]
    new = changed(BASE, edits)
    assert kinds(BASE, new) == {kind}
    assert kinds(new, BASE) == {reverse}


def test_defaults() -> None:
    """A default matters where a client leaves the value out, and nowhere else."""
    place = "components schemas {} properties name default"
    assert kinds(BASE, changed(BASE, {place.format("Item"): "x"})) == {"request-default-changed"}
    assert kinds(BASE, changed(BASE, {place.format("Answer"): "x"})) == set()


def test_a_schema_is_renamed() -> None:
    """The name of a schema is no part of the contract."""
    new = json.loads(
        json.dumps(BASE).replace("schemas/Item", "schemas/Other").replace('"Item": {', '"Other": {')
    )
    assert kinds(BASE, new) == set()


def test_a_schema_for_both_directions() -> None:
    """A schema that is sent both ways is compared both ways."""
    both = json.loads(json.dumps(BASE).replace("schemas/Answer", "schemas/Item"))
    new = changed(both, {"components schemas Item properties name": {"type": ["string", "null"]}})
    assert kinds(both, new) == {"request-null-widened", "response-null-widened"}


def test_parts_that_are_put_together() -> None:
    """What allOf puts together is compared as one."""
    place = f"{BODY} content application/json schema"
    together = {"allOf": [{"$ref": "#/components/schemas/Item"}, {"properties": {"more": TEXT}}]}
    assert kinds(BASE, changed(BASE, {place: together})) == {"request-property-added"}


def test_where() -> None:
    """A change says in which operation it is, and where in it."""
    new = changed(BASE, {"components schemas Item properties tags items": {"type": "integer"}})
    (change,) = changes(BASE, new)
    assert (change.where, change.pointer, change.level) == ("PUT /items/{id}", "body/tags/*", "breaking")


def test_every_kind_is_in_a_table() -> None:
    """There are at least 40 kinds, and each is shown by a row of the tables above."""
    rows = {kind for row in DOCUMENT for kind in row[2:]} | {kind for row in PROPERTIES for kind in row[3:]}
    rows |= {f"{way}-{kind}" for row in SCHEMAS for kind in row[3:] for way in ("request", "response")}
    shown = {
        "sunset-operation-removed",
        "required-body-added",
        "server-added",
        "server-removed",
        "path-parameter-renamed",
    }
    assert len(KINDS) >= 40
    assert KINDS.keys() - rows - shown == {"request-default-changed"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "type anyOf allOf oneOf $ref properties required items enum const minimum multipleOf "
                "x-sunset additionalProperties discriminator propertyName prefixItems parameters in name "
                "not readOnly default minLength exclusiveMinimum nullable patternProperties propertyNames "
                "mapping "
                "schema content application/json responses 200 get /a paths components security headers "
                "schemas".split()
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "paths": st.dictionaries(
            st.sampled_from(["/a", "/a/{b}"]),
            st.dictionaries(st.sampled_from(["get", "post"]), JSON, max_size=2),
            max_size=2,
        ),
        "components": JSON,
    }
)


@settings(max_examples=200, deadline=None)
@given(old=DOCUMENTS, new=DOCUMENTS)
def test_whatever_a_file_has(old: dict[str, Any], new: dict[str, Any]) -> None:
    """A document is equal to itself, and no document makes the comparison fail."""
    assert changes(old, deepcopy(old)) == [] or "nan" in repr(old)
    changes(old, new)
