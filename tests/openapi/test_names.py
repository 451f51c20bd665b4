"""The names of schemas."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from flask_baseline import Body, endpoint
from flask_baseline.errors import DocumentError
from flask_baseline.openapi.documents import documents

from .conftest import MakeApp
from .reading import components, document, operation

T = TypeVar("T")


class Item(BaseModel):
    sku: str


class Page(BaseModel, Generic[T]):
    items: list[T]


class Titled(BaseModel):
    model_config = ConfigDict(title="Line of an order")
    sku: str


class Extra(BaseModel):
    model_config = ConfigDict(json_schema_extra={"title": "ExtraItem"})
    sku: str


@dataclass
class Point:
    x: int


class Size(TypedDict):
    width: int


class Colour(Enum):
    RED = "red"


class Node(BaseModel):
    children: list["Node"] = []  # noqa: UP037


class Price(BaseModel):
    amount: Decimal


class Priced(BaseModel):
    price: Price


def returning(hint: Any) -> Any:
    """Return an endpoint that answers what *hint* says."""

    def view() -> Any: ...

    view.__annotations__["return"] = hint
    return endpoint(view)


def taking(hint: Any) -> Any:
    """Return an endpoint that takes and answers what *hint* says."""

    def view(body: Any) -> Any: ...

    view.__annotations__ |= {"body": Body[hint], "return": hint}
    return endpoint(view)


@pytest.mark.parametrize(
    ("hint", "names"),
    [
        pytest.param(Item, {"Item"}, id="model"),
        pytest.param(list[Item], {"Item"}, id="list"),
        pytest.param(Page[Item], {"Page_Item", "Item"}, id="generic"),
        pytest.param(Page[list[Item]], {"Page_list_Item", "Item"}, id="generic of a list"),
        pytest.param(Titled, {"Line_of_an_order"}, id="title"),
        pytest.param(Extra, {"ExtraItem"}, id="title in json_schema_extra"),
        pytest.param(Point, {"Point"}, id="dataclass"),
        pytest.param(Size, {"Size"}, id="TypedDict"),
        pytest.param(Colour, {"Colour"}, id="enumeration"),
        pytest.param(dict[str, int], set(), id="no class"),
    ],
)
def test_a_schema_has_the_name_of_its_class(make: MakeApp, hint: Any, names: set[str]) -> None:
    """A schema is called as its class, or as the title that the class has."""
    app = make()
    operation(app, returning(hint))

    assert components(app).keys() == names


def test_one_name_for_both_modes(make: MakeApp) -> None:
    """A class that is taken and answered in the same form has one schema, also when it contains itself."""
    app = make()
    operation(app, taking(Node), method="POST")

    found = components(app)

    assert found.keys() == {"Node"}
    assert found["Node"]["properties"]["children"]["items"] == {"$ref": "#/components/schemas/Node"}


def test_two_names_where_the_modes_differ(make: MakeApp) -> None:
    """A class that is taken in another form than answered, itself or in a part, has two schemas."""
    app = make()
    found = operation(app, taking(Priced), method="POST")

    schemas = components(app)

    assert schemas.keys() == {"Price-Input", "Price-Output", "Priced-Input", "Priced-Output"}
    assert found["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Priced-Input"
    }
    assert schemas["Priced-Output"]["properties"]["price"] == {"$ref": "#/components/schemas/Price-Output"}


def test_one_mode_needs_no_suffix(make: MakeApp) -> None:
    """A class that is only answered has its plain name, however it would be taken."""
    app = make()
    operation(app, returning(Priced))

    assert components(app).keys() == {"Price", "Priced"}


def test_a_name_does_not_depend_on_others(make: MakeApp) -> None:
    """The schemas of one document are called the same when another has a class of the same name."""

    def other() -> Any:
        class Item(BaseModel):
            qty: int

        return Item

    app = make(documents={"v1": "/v1", "v2": "/v2"})
    app.add_url_rule("/v1/", "old", returning(Item))
    app.add_url_rule("/v2/", "new", returning(other()))

    assert [*document(app)["components"]["schemas"]["Item"]["properties"]] == ["sku"]
    assert [*document(app, "/openapi/v2.json")["components"]["schemas"]["Item"]["properties"]] == ["qty"]


def test_a_collision_is_an_error(make: MakeApp) -> None:
    """Two classes of one name in a document are an error that names both and the fix."""

    def other() -> Any:
        class Item(BaseModel):
            sku: str

        return Item

    app = make()
    app.add_url_rule("/1", "old", returning(Item))
    app.add_url_rule("/2", "new", returning(other()))

    with pytest.raises(DocumentError) as caught:
        documents(app)

    assert f"Item: {__name__}.Item, {__name__}.test_a_collision_is_an_error.<locals>.other" in str(
        caught.value
    )
    assert "Fix: rename one, or give it a title" in str(caught.value)


class Cat(BaseModel):
    kind: Literal["cat"]
    weight: Decimal


class Dog(BaseModel):
    kind: Literal["dog"]


class Odd(BaseModel):
    """Its names and values look like parts of a schema."""

    ref: str = Field(alias="$ref", default="#/components/schemas/Cat-Input")
    default: Cat
    discriminator: dict[str, str] = {}
    properties: list[Cat] = Field(default=[], examples=[{"$ref": "#/components/schemas/nothing"}])


def test_tagged_unions_point_at_their_schemas(make: MakeApp) -> None:
    """The mapping of a tagged union names the schemas by the names that they have."""
    app = make()
    hint = Annotated[Cat | Dog, Field(discriminator="kind")]
    found = operation(app, taking(hint), method="POST")

    schema = found["requestBody"]["content"]["application/json"]["schema"]

    assert schema["discriminator"]["mapping"] == {
        "cat": "#/components/schemas/Cat-Input",
        "dog": "#/components/schemas/Dog",
    }
    assert components(app).keys() == {"Cat-Input", "Cat-Output", "Dog"}


def test_what_looks_like_a_reference_stays(make: MakeApp) -> None:
    """Fields and values that are called as keywords of JSON Schema are left as they are."""
    app = make()
    operation(app, taking(Odd), method="POST")

    properties = components(app)["Odd-Input"]["properties"]

    assert properties["$ref"]["default"] == "#/components/schemas/Cat-Input"
    assert properties["default"]["$ref"] == "#/components/schemas/Cat-Input"
    assert properties["properties"]["items"] == {"$ref": "#/components/schemas/Cat-Input"}
    assert properties["properties"]["examples"] == [{"$ref": "#/components/schemas/nothing"}]


def test_no_noise(make: MakeApp) -> None:
    """Neither a schema nor a field has a title that only repeats its name."""
    app = make()
    operation(app, returning(Item))

    schema = components(app)["Item"]

    assert schema == {"type": "object", "required": ["sku"], "properties": {"sku": {"type": "string"}}}
