"""The converter translates what a structural schema can say, and names the field of what it cannot."""

import enum
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel

from voxpod_crds.base import ApiModel, not_honoured_yet
from voxpod_crds.schema import UnsupportedSchema, extend, structural_schema, unreadable


class Colour(enum.StrEnum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


class Leaf(ApiModel):
    """A leaf."""

    size: int = Field(3, ge=1, description="How large.")
    colour: Colour | None = Field(None, description="Which colour.")


class Branch(ApiModel):
    """A branch."""

    name: str = Field(max_length=10, description="Its name.")


def convert(annotation: Any, **field: Any) -> dict[str, Any]:
    """The schema of a field `value` of that type in a model."""
    model = type("Model", (ApiModel,), {"__annotations__": {"value": annotation}, "value": Field(**field)})
    schema: dict[str, Any] = structural_schema(model, "spec")["properties"]["value"]
    return schema


def test_references_are_inlined_and_titles_dropped() -> None:
    assert convert(Leaf, description="The first leaf.") == {
        "description": "The first leaf.",
        "type": "object",
        "properties": {
            "size": {"type": "integer", "minimum": 1, "default": 3, "description": "How large."},
            "colour": {"type": "string", "enum": ["red", "blue"], "description": "Which colour."},
        },
    }


def test_a_field_called_title_or_default_survives() -> None:
    class Odd(ApiModel):
        title: str = Field(description="A title.")
        default: bool = Field(False, description="Whether it is the default.")

    assert set(structural_schema(Odd, "spec")["properties"]) == {"title", "default"}


def test_optional_becomes_the_type_without_a_null_default() -> None:
    assert convert(int | None, default=None, ge=1) == {"type": "integer", "minimum": 1}


def test_optional_keeps_a_default_that_is_not_null() -> None:
    assert convert(int | None, default=4) == {"type": "integer", "default": 4}


def test_constant_becomes_an_enum_of_one() -> None:
    assert convert(Literal["wav"]) == {"type": "string", "enum": ["wav"]}


def test_exclusive_bounds_become_boolean() -> None:
    assert convert(float, gt=0, lt=5) == {
        "type": "number",
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": 5,
        "exclusiveMaximum": True,
    }


def test_object_with_inner_defaults_defaults_to_an_empty_object() -> None:
    assert convert(Leaf, default_factory=Leaf)["default"] == {}


def test_optional_object_is_absent_by_default_even_if_its_fields_have_defaults() -> None:
    assert "default" not in convert(Leaf | None, default=None)


def test_default_object_is_written_without_nulls() -> None:
    assert convert(Leaf, default=Leaf(size=5))["default"] == {"size": 5}


def test_object_that_needs_a_field_cannot_default_to_an_empty_object() -> None:
    class Needy(ApiModel):
        must: str
        may: int = 1

    with pytest.raises(UnsupportedSchema, match=r"^spec\.value: cannot default to \{\}, because must must be given"):
        convert(Needy, default_factory=lambda: Needy(must="x"))


def test_lists_and_maps_convert_their_items() -> None:
    assert convert(list[Leaf], max_length=4)["items"]["properties"]["size"]["default"] == 3
    assert convert(dict[str, Branch], max_length=4)["additionalProperties"]["required"] == ["name"]


def test_time_keeps_its_format() -> None:
    assert convert(datetime) == {"type": "string", "format": "date-time"}


def test_forbidden_extras_are_left_to_pruning() -> None:
    class Closed(BaseModel):
        model_config = ConfigDict(extra="forbid")
        name: str

    assert "additionalProperties" not in structural_schema(Closed, "spec")


def test_internal_extension_is_dropped() -> None:
    class Later(ApiModel):
        level: int = not_honoured_yet(1, description="Level.")

    assert structural_schema(Later, "spec")["properties"]["level"] == {
        "type": "integer",
        "default": 1,
        "description": "Level. This version only honours: 1.",
    }


class Tree(ApiModel):
    """A tree."""

    children: list["Tree"] = Field(default_factory=list, max_length=2)


class Cat(ApiModel):
    """A cat."""

    kind: Literal["cat"]


class Dog(ApiModel):
    """A dog."""

    kind: Literal["dog"]


class Free(BaseModel):
    """An object with a named field and free ones."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    name: str


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        pytest.param(int | str, "is a union", id="union"),
        pytest.param(Leaf | Branch, "is a union", id="union of objects"),
        pytest.param(int | str | None, "is a union", id="optional union"),
        pytest.param(Annotated[Cat | Dog, Field(discriminator="kind")], "'?discriminator|oneOf", id="tagged union"),
        pytest.param(tuple[int, str], "no counterpart", id="tuple of fixed length"),
        pytest.param(dict[Annotated[str, Field(pattern="^a")], int], "patternProperties", id="pattern of keys"),
        pytest.param(dict[Annotated[str, Field(max_length=3)], int], "propertyNames", id="length of keys"),
        pytest.param(set[str], "uniqueItems", id="set"),
        pytest.param(Any, "needs one type", id="anything"),
        pytest.param(dict[str, Any], "additionalProperties", id="map of anything"),
        pytest.param(None, "needs one type", id="null"),
        pytest.param(Literal["a", 1], "needs one type", id="enum of two types"),
        pytest.param(timedelta, "duration", id="ISO 8601 duration"),
        pytest.param(bytes, "binary", id="bytes"),
        pytest.param(Free, "both named properties and free ones", id="free fields beside named ones"),
        pytest.param(Tree, "contains itself", id="recursion"),
    ],
)
def test_what_no_structural_schema_can_say_is_refused_with_its_path(annotation: Any, problem: str) -> None:
    with pytest.raises(UnsupportedSchema, match=problem) as caught:
        convert(annotation)
    assert caught.value.path.startswith("spec.value")


@pytest.mark.parametrize(
    ("annotation", "path"),
    [
        pytest.param(list[int | str], "spec.value[]", id="list"),
        pytest.param(dict[str, int | str], "spec.value[*]", id="map"),
        pytest.param(RootModel[int | str], "spec.value", id="root model"),
    ],
)
def test_path_leads_to_the_nested_problem(annotation: Any, path: str) -> None:
    with pytest.raises(UnsupportedSchema) as caught:
        convert(annotation)
    assert caught.value.path == path


def test_unreadable_names_what_lacks_a_description_or_a_bound() -> None:
    class Loose(ApiModel):
        """Loose."""

        silent: int
        text: str = Field(description="Text.")
        texts: list[str] = Field(description="Texts.")
        labels: dict[str, Annotated[str, Field(max_length=3)]] = Field(description="Labels.")
        when: datetime = Field(description="When.")

    assert unreadable(structural_schema(Loose, "spec"), "spec") == [
        "spec.silent: no description",
        "spec.text: no maxLength",
        "spec.texts: no maxItems",
        "spec.texts[]: no maxLength",
        "spec.labels: no maxProperties",
    ]


def test_extension_reaches_into_lists() -> None:
    schema = {"properties": {"spec": {"properties": {"leaves": {"items": {"type": "object"}}}}}}
    extend(schema, "spec.leaves[]", {"x-kubernetes-map-type": "atomic"})
    assert schema["properties"]["spec"]["properties"]["leaves"]["items"] == {
        "type": "object",
        "x-kubernetes-map-type": "atomic",
    }


def test_extension_of_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnsupportedSchema, match=r"^spec\.leafs: there is no leafs"):
        extend({"properties": {"spec": {"properties": {}}}}, "spec.leafs", {})
