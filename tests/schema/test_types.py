"""Converting types to JSON schemas, and JSON values to instances."""

from __future__ import annotations

import dataclasses
import enum
import json
import re
import types
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timezone
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NewType,
    NotRequired,
    Optional,
    TypedDict,
    TypeVar,
)

import attrs
import pytest
import typing_extensions

from vllm_client.errors import ParseError, RequestError
from vllm_client.schema.types import shape_of, shape_of_arguments


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@attrs.frozen
class Item:
    """A line of an invoice."""

    name: str
    price: float
    count: int = 1
    _note: str | None = None
    made: int = attrs.field(init=False, default=0)
    tags: list[str] = attrs.field(factory=list, metadata={"description": "Words."})


@dataclasses.dataclass
class Invoice:
    items: list[Item]
    color: Color
    due: date | None = None
    totals: dict[str, float] = dataclasses.field(default_factory=dict)
    kind: Annotated[Literal["bill", "offer"], "What it is."] = "bill"


class Point(TypedDict):
    x: int
    y: NotRequired[int]


class Node(typing_extensions.TypedDict, total=False):
    """A list."""

    value: typing_extensions.Required[int]
    next: Node | None


UserId = NewType("UserId", int)
T = TypeVar("T")


@attrs.frozen
class Page(Generic[T]):
    entries: list[T]


ITEM = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "price": {"type": "number"},
        "count": {"type": "integer", "default": 1},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "tags": {"description": "Words.", "type": "array", "items": {"type": "string"}},
    },
    "required": ["name", "price"],
    "additionalProperties": False,
    "description": "A line of an invoice.",
}
POINT = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
    "required": ["x"],
    "additionalProperties": False,
}
NODE = {
    "type": "object",
    "properties": {
        "value": {"type": "integer"},
        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
    },
    "required": ["value"],
    "additionalProperties": False,
    "description": "A list.",
}


def schema_of(kind: Any) -> dict[str, Any]:
    return shape_of(kind, "it").schema


def read(kind: Any, value: Any) -> Any:
    return shape_of(kind, "it").read(value)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (Any, {}),
        (date, {"type": "string", "format": "date"}),
        (datetime, {"type": "string", "format": "date-time"}),
        (time, {"type": "string", "format": "time"}),
        (uuid.UUID, {"type": "string", "format": "uuid"}),
        (list, {"type": "array", "items": {}}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
        (set[int], {"type": "array", "items": {"type": "integer"}}),
        (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
        (
            tuple[int, str],
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (dict, {"type": "object", "additionalProperties": {}}),
        (Mapping[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal["a", 1, None], {"enum": ["a", 1, None]}),
        (Literal[Color.RED], {"type": "string", "enum": ["red"]}),
        (Color, {"type": "string", "enum": ["red", "blue"]}),
        (Level, {"type": "integer", "enum": [1, 2]}),
        (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        (Optional[int], {"anyOf": [{"type": "integer"}, {"type": "null"}]}),  # noqa: UP045
        (Annotated[int, 5, "How many."], {"type": "integer", "description": "How many."}),
        (
            Annotated[int, typing_extensions.Doc("How many.")],
            {"type": "integer", "description": "How many."},
        ),
        (Annotated[int, {"not": "hashable"}], {"type": "integer"}),
        (UserId, {"type": "integer"}),
        (
            typing_extensions.TypeAliasType("Ids", list[int]),
            {"type": "array", "items": {"type": "integer"}},
        ),
        (Item, ITEM),
        (Point, POINT),
        (
            list[Point],
            {"type": "array", "items": {"$ref": "#/$defs/Point"}, "$defs": {"Point": POINT}},
        ),
        (Node, {"$ref": "#/$defs/Node", "$defs": {"Node": NODE}}),
    ],
)  # fmt: skip
def test_the_schema_of_a_type(kind: Any, schema: dict[str, Any]) -> None:
    assert schema_of(kind) == schema


def test_the_schema_of_a_nested_dataclass() -> None:
    assert schema_of(Invoice) == {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
            "color": {"type": "string", "enum": ["red", "blue"]},
            "due": {
                "anyOf": [{"type": "string", "format": "date"}, {"type": "null"}],
                "default": None,
            },
            "totals": {"type": "object", "additionalProperties": {"type": "number"}},
            "kind": {
                "type": "string",
                "enum": ["bill", "offer"],
                "description": "What it is.",
                "default": "bill",
            },
        },
        "required": ["items", "color"],
        "additionalProperties": False,
        "$defs": {"Item": ITEM},
    }


def test_classes_of_the_same_name_get_different_definitions() -> None:
    def make(kind: Any) -> Any:
        return attrs.make_class("Thing", {"value": attrs.field(type=kind)})

    one, other = make(int), make(str)

    schema = schema_of(tuple[one, other])

    assert schema["prefixItems"] == [{"$ref": "#/$defs/Thing"}, {"$ref": "#/$defs/Thing_2"}]
    assert schema["$defs"]["Thing_2"]["properties"] == {"value": {"type": "string"}}


@pytest.mark.parametrize(
    ("kind", "value", "instance"),
    [
        (str, "a", "a"),
        (float, 5, 5.0),
        (None, None, None),
        (Any, [1], [1]),
        (date, "2026-01-31", date(2026, 1, 31)),
        (datetime, "2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=timezone.utc)),  # noqa: UP017
        (Sequence[int], [1, 2], [1, 2]),
        (tuple[int, ...], [1, 2], (1, 2)),
        (tuple[int, str], [1, "a"], (1, "a")),
        (frozenset[str], ["a", "a"], frozenset("a")),
        (dict[str, Point], {"a": {"x": 1}}, {"a": {"x": 1}}),
        (Literal["a", 1, True], True, True),
        (Literal[Color.RED, "x"], "red", Color.RED),
        (Color, "blue", Color.BLUE),
        (Level, 2, Level.HIGH),
        (int | None, None, None),
        (Point | Item, {"name": "n", "price": 1}, Item("n", 1.0)),
        (Item, {"name": "n", "price": 1.5, "note": "x"}, Item("n", 1.5, note="x")),
        (Node, {"value": 1, "next": {"value": 2}}, {"value": 1, "next": {"value": 2}}),
        (
            Invoice,
            {"items": [{"name": "n", "price": 1}], "color": "red", "due": "2026-01-31"},
            Invoice([Item("n", 1.0)], Color.RED, date(2026, 1, 31)),
        ),
    ],
)
def test_a_value_becomes_an_instance(kind: Any, value: Any, instance: Any) -> None:
    made = read(kind, value)

    assert made == instance
    assert type(made) is type(instance)


GOOD = {"items": [{"name": "n", "price": 1}], "color": "red"}


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (int, "5", "$: expected int, got '5'"),
        (int, True, "$: expected int, got True"),
        (int, 5.0, "$: expected int, got 5.0"),
        (float, "5", "$: expected float, got '5'"),
        (float, True, "$: expected float, got True"),
        (float, float("inf"), "$: expected float, got inf"),
        (None, 5, "$: expected null, got 5"),
        (date, 5, "$: expected str, got 5"),
        (date, "soon", "$: Invalid isoformat string: 'soon'"),
        (list[int], "12", "$: expected an array, got '12'"),
        (list[int], [1, "2"], "$[1]: expected int, got '2'"),
        (tuple[int, str], [1], "$: expected an array of 2, got [1]"),
        (tuple[int, str], [1, 2], "$[1]: expected str, got 2"),
        (dict[str, int], [1], "$: expected an object, got [1]"),
        (dict[str, int], {"a": "1"}, "$['a']: expected int, got '1'"),
        (Literal["a", 1], True, "$: expected one of \"a\", 1, got True"),
        (Literal["a", 1], [], '$: expected one of "a", 1, got []'),
        (Color, "green", '$: expected one of "red", "blue", got \'green\''),
        (int | None, "5", "$: expected int, got '5'"),
        (int | str, 5.5, "$: expected int or str, got 5.5"),
        (Point, [], "$: expected an object, got []"),
        (Point, {}, "$.x: missing"),
        (Point, {"x": 1, "z": 2}, "$: unexpected key 'z'"),
        (Node, {"value": 1, "next": {"value": "2"}}, "$.next.value: expected int, got '2'"),
        (Invoice, {**GOOD, "items": [{"name": "n"}]}, "$.items[0].price: missing"),
        (Invoice, {**GOOD, "kind": 5}, '$.kind: expected one of "bill", "offer", got 5'),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_rejected_with_its_path(
    kind: Any, value: Any, message: str
) -> None:
    with pytest.raises(ParseError) as caught:
        read(kind, value)

    assert caught.value.message == message
    assert caught.value.where == message.partition(": ")[0]


def test_a_value_that_is_nested_too_deeply_is_rejected() -> None:
    value: dict[str, Any] = {"value": 1}
    for _ in range(2000):
        value = {"value": 1, "next": value}

    with pytest.raises(ParseError, match=r"^\$: nested too deeply$"):
        read(Node, value)


def test_an_error_of_a_class_is_reported() -> None:
    def refuse(*_: object) -> None:
        raise KeyError

    strict = attrs.make_class("Strict", {"a": attrs.field(type=int, validator=refuse)})

    with pytest.raises(ParseError, match=r"^\$\[0\]: "):
        read(list[strict], [{"a": 1}])


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("too low"), "$: too low"),
        (ValueError(), "$: ValueError"),
        (KeyError("nokey"), "$: KeyError: 'nokey'"),
        (Speechless(), "$: Speechless"),
    ],
)
def test_an_error_of_a_class_concerns_the_whole_object(error: Exception, message: str) -> None:
    @dataclasses.dataclass
    class Strict:
        a: int

        def __post_init__(self) -> None:
            raise error

    with pytest.raises(ParseError) as caught:
        read(Strict, {"a": 1})

    assert (caught.value.message, caught.value.where) == (message, "$")


def test_unhashable_items_of_a_set_are_reported() -> None:
    with pytest.raises(ParseError, match=r"^\$: unhashable type: 'list'$"):
        read(set[list[int]], [[1]])


@dataclasses.dataclass
class Scaled:
    a: int
    factor: dataclasses.InitVar[int]


@dataclasses.dataclass
class ScaledOrNot:
    a: int
    factor: dataclasses.InitVar[int] = 2

    def __post_init__(self, factor: int) -> None:
        self.a *= factor


def test_a_class_with_a_required_init_var_is_rejected() -> None:
    with pytest.raises(RequestError, match="it: Scaled: its 'factor' is an InitVar"):
        shape_of(Scaled, "it")
    assert read(ScaledOrNot, {"a": 2}).a == 4


@pytest.mark.parametrize("hint", ["int |", "list[", "None.foo", "1 / 0"])
def test_a_hint_that_is_not_a_type_is_rejected(hint: str) -> None:
    kind = dataclasses.make_dataclass("Wrong", [("a", hint)])

    def f(a: Any) -> None: ...

    f.__annotations__["a"] = hint
    with pytest.raises(RequestError, match="it: Wrong: "):
        shape_of(kind, "it")
    with pytest.raises(RequestError, match=r"f\(\) cannot be a tool: "):
        shape_of_arguments(f, "f")


@pytest.mark.parametrize(
    "kind",
    [
        complex, list[memoryview], dict[float, str], dict[tuple[int, int], str], Literal[b"a"], T,
        5, "Invoice", {"a": 1},
        Callable, object(),
    ],
)  # fmt: skip
def test_a_type_without_a_schema_is_rejected(kind: Any) -> None:
    with pytest.raises(RequestError, match="it: there is no JSON schema for "):
        shape_of(kind, "it")


def test_a_rejected_field_is_named() -> None:
    wrong = attrs.make_class("Wrong", {"a": attrs.field(type=list[complex])})

    with pytest.raises(RequestError, match=r"Wrong\.a: there is no JSON schema for <class 'compl"):
        shape_of(wrong, "it")


def test_a_hint_that_cannot_be_evaluated_is_rejected() -> None:
    @attrs.frozen
    class Hidden:
        a: Local  # noqa: F821  # type: ignore[name-defined]

    with pytest.raises(RequestError, match="it: Hidden: name 'Local' is not defined"):
        shape_of(Hidden, "it")


def test_a_circular_alias_is_rejected() -> None:
    circle: Any = types.SimpleNamespace()
    circle.__supertype__ = circle

    def f(a: Any) -> None: ...

    f.__annotations__["a"] = circle
    with pytest.raises(RequestError, match="is circular"):
        shape_of(circle, "it")
    with pytest.raises(RequestError, match="is circular"):
        shape_of_arguments(f, "f")


def test_a_schema_is_cached() -> None:
    assert shape_of(Invoice, "it") is shape_of(Invoice, "it")


def weather(city: str, days: int = 3, *, point: Point | None = None) -> str:
    """Get it.

    Args:
        city: Where.
    """
    return city


def test_the_arguments_of_a_function_are_an_object() -> None:
    shape = shape_of_arguments(weather, "weather")

    assert shape.schema == {
        "type": "object",
        "properties": {
            "city": {"description": "Where.", "type": "string"},
            "days": {"type": "integer", "default": 3},
            "point": {"anyOf": [POINT, {"type": "null"}], "default": None},
        },
        "required": ["city"],
        "additionalProperties": False,
    }
    assert shape.read({"city": "Tokyo", "point": {"x": 1}}) == {"city": "Tokyo", "point": {"x": 1}}


def positional(a: int, /) -> None: ...
def several(*a: int) -> None: ...
def any_name(**a: int) -> None: ...
def unknown(a: Nowhere) -> None: ...  # noqa: F821  # type: ignore[name-defined]
def unreadable(a: complex) -> None: ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (positional, "f\\(\\) cannot be a tool: its parameter 'a' cannot be passed by keyword"),
        (several, "cannot be passed by keyword"),
        (any_name, "cannot be passed by keyword"),
        (unknown, "name 'Nowhere' is not defined"),
        (unreadable, r"f\.a: there is no JSON schema for <class 'complex'>"),
    ],
)
def test_a_parameter_that_a_model_cannot_pass_is_rejected(
    function: Callable[..., None], message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        shape_of_arguments(function, "f")


def test_parameters_without_hints_accept_anything() -> None:
    shape = shape_of_arguments(lambda a: a, "f")

    assert shape.schema["properties"] == {"a": {}}
    assert shape.read({"a": [1]}) == {"a": [1]}


def test_a_schema_is_json() -> None:
    assert json.loads(json.dumps(schema_of(Invoice))) == schema_of(Invoice)


def test_a_schema_instead_of_a_type_is_rejected_with_advice() -> None:
    message = "it: there is no JSON schema for {'a': 1}; pass a schema of your own as structured_"
    with pytest.raises(RequestError, match=f"^{re.escape(message)}"):
        shape_of({"a": 1}, "it")
