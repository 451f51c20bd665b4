"""References, recursion and what is put together: documents as apps and hands write them."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo
from pydantic import BaseModel

from flask_baseline import Baseline, Body, endpoint
from flask_baseline.cli import baseline
from flask_baseline.contract.comparison import changes
from flask_baseline.errors import ContractError

from .tables import BASE, BODY, CAT, DOG, TEXT
from .test_kinds import changed, kinds

PLACE = f"{BODY} content application/json schema"
NUMBER = {"type": "integer"}


def reference(name: str) -> dict[str, str]:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def optional(part: Any) -> dict[str, Any]:
    """Return the schema of a part that may be null, as pydantic writes it."""
    return {"anyOf": [part, {"type": "null"}]}


def holder(part: Any) -> dict[str, Any]:
    """Return the schema of an object with one member."""
    return {"type": "object", "properties": {"held": part}}


def found(schema: Any, old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the changes of a body, whose schema stays, from the schemas in *old* to those in *new*."""
    documents = [
        changed(BASE, {PLACE: schema, **{f"components schemas {name}": part for name, part in parts.items()}})
        for parts in (old, new)
    ]
    assert changes(documents[1], deepcopy(documents[1])) == []
    return [(change.kind, change.pointer) for change in changes(*documents)]


def node(value: Any) -> dict[str, Any]:
    """Return the schema of a list that is linked through an optional member."""
    return {"type": "object", "properties": {"value": value, "next": optional(reference("Node"))}}


def test_a_model_with_itself_as_an_optional_member() -> None:
    """A linked list is compared once, and a change in it is told once."""
    assert found(reference("Node"), {"Node": node(TEXT)}, {"Node": node(NUMBER)}) == [
        ("request-type-changed", "body/value")
    ]


class Step(BaseModel):
    name: str
    next: Step | None = None


class StepWithCount(BaseModel):
    name: int
    next: StepWithCount | None = None


def _app(model: Any) -> ScriptInfo:
    app = Flask("shop")

    @app.post("/v1/steps")
    @endpoint
    def create(body: Body[model]) -> None: ...

    Baseline(app)
    return ScriptInfo(create_app=lambda: app)


def test_an_app_with_such_a_model(tmp_path: Path) -> None:
    """The commands compare an app whose model has itself as an optional member."""
    folder = ["--dir", str(tmp_path)]
    assert CliRunner().invoke(baseline, ["openapi", "write", *folder], obj=_app(Step)).exit_code == 0
    for model, status in ((Step, 0), (StepWithCount, 1)):
        command = ["openapi", "diff", str(tmp_path / "openapi.json")]
        result = CliRunner().invoke(baseline, command, obj=_app(model))
        assert result.exit_code == status, result.output
    assert "request-type-changed [body/name]" in result.output


def test_recursion_out_of_step() -> None:
    """Two recursive schemas whose references are at different depths are compared to an end."""
    twice = {"A": holder(holder(reference("A")))}
    one, other = (
        changed(BASE, {PLACE: schema, "components schemas A": twice["A"]})
        for schema in (holder(holder(reference("A"))), holder(reference("A")))
    )
    assert kinds(one, other) == set()


def test_a_part_that_refers() -> None:
    """A list of references and an object with one are compared like any other part."""
    refer: dict[str, Any] = {"type": "array", "items": reference("Item")}
    place = "components schemas Item properties id"
    for schema in (refer, holder(refer), holder(optional(refer))):
        old = changed(BASE, {PLACE: schema})
        assert kinds(old, changed(old, {place: TEXT})) == {"request-type-changed"}, schema


def test_schemas_that_share() -> None:
    """What is shared at each of many levels is compared once, and not once for each way to it."""
    levels = {
        f"L{level}": {
            "type": "object",
            "properties": {name: optional(reference(f"L{level + 1}")) for name in "abcd"},
        }
        for level in range(20)
    }
    old, new = {**levels, "L20": TEXT}, {**levels, "L20": NUMBER}
    assert found(reference("L0"), old, new) == [("request-type-changed", "body" + "/a" * 20)]


@pytest.mark.parametrize("width", [2, 3])
def test_all_of_that_shares(width: int) -> None:
    """What allOf demands often demands no more than once, also of itself."""
    levels = {f"C{level}": {"allOf": [reference(f"C{level + 1}")] * width} for level in range(25)}
    old, new = {**levels, "C25": TEXT}, {**levels, "C25": NUMBER}
    assert found(reference("C0"), old, new) == [("request-type-changed", "body")]
    itself = {"A": {"allOf": [reference("A")] * width}}
    assert found(reference("A"), itself, {"A": {"allOf": [*itself["A"]["allOf"], TEXT]}}) == [
        ("request-type-narrowed", "body")
    ]


def test_a_long_chain() -> None:
    """Schemas one below the other may be more than Python can call one below the other."""
    chain: dict[str, Any] = {f"D{depth}": holder(reference(f"D{depth + 1}")) for depth in range(1500)}
    old, new = {**chain, "D1500": TEXT}, {**chain, "D1500": NUMBER}
    assert found(reference("D0"), old, new) == [("request-type-changed", "body" + "/held" * 1500)]


@pytest.mark.parametrize("keyword", ["anyOf", "allOf"])
def test_too_many_alternatives(keyword: str) -> None:
    """A union that was made to take long is refused."""
    many = [{"type": "string", "maxLength": length} for length in range(600)]
    schema = (
        {"anyOf": many} if keyword == "anyOf" else {"allOf": [{"anyOf": many[:30]}, {"anyOf": many[:30]}]}
    )
    with pytest.raises(ContractError, match="too many alternatives"):
        changes(BASE, changed(BASE, {PLACE: schema}))


def test_too_many_schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document with more pairs of schemas than there can be in one of people is refused."""
    monkeypatch.setattr("flask_baseline.contract.schemas._MAX_PAIRS", 5)
    with pytest.raises(ContractError, match="too many to be compared"):
        test_schemas_that_share()


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("readOnly", {"request-property-removed"}),
        ("writeOnly", {"response-optional-property-removed"}),
    ],
)
def test_members_of_one_direction(flag: str, expected: set[str]) -> None:
    """A member that only one side may send is gone in the other direction."""
    both = json.loads(json.dumps(BASE).replace("schemas/Answer", "schemas/Item"))
    new = changed(both, {f"components schemas Item properties name {flag}": True})
    assert kinds(both, new) == expected


def test_a_member_that_is_only_named() -> None:
    """A member that must be sent counts where it is not described."""
    new = changed(BASE, {"components schemas Item required": ["id", "extra"]})
    assert kinds(BASE, new) == {"request-required-property-added"}


def test_the_most_similar_alternative() -> None:
    """Of alternatives without a tag those are compared that have most members in common."""
    apple = {"type": "object", "properties": {"colour": TEXT, "weight": NUMBER}}
    ship = {"type": "object", "properties": {"name": TEXT, "length": NUMBER, "flag": TEXT}}
    wider = {**ship, "properties": {**ship["properties"], "length": {"type": "number"}}}
    old, new = changed(BASE, {PLACE: {"anyOf": [apple, ship]}}), changed(BASE, {PLACE: {"anyOf": [wider]}})
    assert kinds(old, new) == {"request-union-narrowed", "request-type-widened"}


def test_what_means_the_same() -> None:
    """Two ways to write the same are no change."""
    pairs: list[tuple[Any, Any]] = [
        ({"type": ["string", "null"]}, optional(TEXT)),
        ({"type": ["string"]}, TEXT),
        ({"enum": ["a"]}, {"type": "string", "const": "a"}),
        ({"enum": [1, 2.5, None]}, {"type": ["null", "number"], "enum": [2.5, 1, None]}),
        (TEXT, {**TEXT, "minLength": 0}),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 0}),
        ({"type": "object", "additionalProperties": {}}, {"type": "object", "additionalProperties": True}),
        ({"oneOf": [CAT, DOG]}, {"anyOf": [DOG, CAT]}),
        ({"allOf": [TEXT, {"maxLength": 3}]}, {**TEXT, "maxLength": 3}),
        ({"allOf": [TEXT, False]}, False),
    ]
    for one, other in pairs:
        old, new = changed(BASE, {PLACE: one}), changed(BASE, {PLACE: other})
        assert (kinds(old, new), kinds(new, old)) == (set(), set()), (one, other)


def test_a_name_with_a_slash() -> None:
    """The place of a member is a JSON pointer, whatever its name is."""
    new = changed(BASE, {"components schemas Item properties": {**_properties(), "a/b~c": TEXT}})
    (change,) = changes(BASE, new)
    assert change.pointer == "body/a~1b~0c"


def _properties() -> dict[str, Any]:
    properties: dict[str, Any] = BASE["components"]["schemas"]["Item"]["properties"]
    return properties


def test_a_parameter_that_is_a_reference() -> None:
    """A parameter may be defined elsewhere, and one that leads to itself is none."""
    parameter = {"name": "dry", "in": "query", "schema": {"type": "boolean"}}
    place = "paths //items/{id} put parameters 1"
    moved = changed(
        BASE,
        {place: ..., "components parameters Dry": parameter},
    )
    pointing = changed(moved, {place: {"$ref": "#/components/parameters/Dry"}})
    assert kinds(BASE, pointing) == set()
    circle = changed(pointing, {"components parameters Dry": {"$ref": "#/components/parameters/Dry"}})
    assert "parameter-removed" in kinds(BASE, circle)


def test_rules_that_refer() -> None:
    """A rule has changed when what it refers to has, also where it leads to itself."""
    schema = {"type": "object", "not": reference("Node")}
    assert found(schema, {"Node": node(TEXT)}, {"Node": node(NUMBER)}) == [("request-rule-changed", "body")]


def test_impossible_parts() -> None:
    """What two parts forbid between them stays forbidden, and odd values are no reason to fail."""
    closed = {"allOf": [{"type": "array", "items": TEXT}, {"items": False}]}
    old = changed(BASE, {PLACE: {"type": "array", "items": TEXT}})
    assert kinds(old, changed(BASE, {PLACE: closed})) == {"request-count-narrowed"}
    odd = {"allOf": [{"type": "object", "properties": {"a": TEXT}}, {"properties": 1, "minProperties": "x"}]}
    assert changes(changed(BASE, {PLACE: odd}), changed(BASE, {PLACE: deepcopy(odd)})) == []
