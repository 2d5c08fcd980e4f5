"""Kinds of faults in the schemas of tools and in the values that functions receive."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from functools import partial
from math import inf, isnan, nan
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, TypedDict, TypeVar
from uuid import UUID

import attrs
import pydantic
import pytest
from annotated_types import Ge, Gt, Len, MaxLen, Predicate

from tests.field_cases.tool_dialogue import parameters_of, property_of, result_of
from vllm_client import function_tool, user
from vllm_client.testing import SimulatedVllm

T = TypeVar("T")
UserId = NewType("UserId", int)


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Street:
    name: str
    color: Color = Color.RED


@attrs.define
class House:
    street: Street
    others: list[Street] = attrs.field(factory=list)


class Tenant(TypedDict):
    house: House


class Node(pydantic.BaseModel):
    value: int
    children: list[Node] = []


@pydantic.dataclasses.dataclass
class Order:
    amount: Annotated[int, pydantic.Field(gt=0)]
    note: str = pydantic.Field(default="none", max_length=5)

    @pydantic.field_validator("note")
    @classmethod
    def _lower(cls, note: str) -> str:
        return note.lower()


class Point(NamedTuple):
    x: int
    y: int = 7


@dataclass
class Page(Generic[T]):
    items: list[T]


class Limits(pydantic.BaseModel):
    most: float = inf
    least: Decimal = Decimal("-Infinity")


@dataclass
class Basket:
    fruit: list[str] = field(default_factory=lambda: ["apple"])


@dataclass
class Die:
    sides: Annotated[int, Ge(2)]


# Classes in schemas


def rent(tenants: list[Tenant], by_name: dict[str, House], first: Street | House) -> str:
    return f"{tenants[0]['house'].street.color.value} {by_name['a'].street.name} {first}"


def test_classes_in_lists_dicts_and_unions_are_inlined() -> None:
    text = json.dumps(parameters_of(rent))
    assert "$ref" not in text
    assert "$defs" not in text
    properties = parameters_of(rent)["properties"]
    house = properties["tenants"]["items"]["properties"]["house"]
    assert house["properties"]["others"]["items"]["properties"]["name"]["type"] == "string"
    assert properties["by_name"]["additionalProperties"]["type"] == "object"


def test_inlined_classes_are_still_read_as_classes(client: Any, server: SimulatedVllm) -> None:
    house = {"street": {"name": "Elm", "color": "blue"}}
    arguments = {"tenants": [{"house": house}], "by_name": {"a": house}, "first": {"name": "Oak"}}
    assert result_of(client, server, rent, arguments).startswith("blue Elm Street(name='Oak'")


def test_enum_and_model_parameters_are_inlined() -> None:
    def paint(color: Color, level: Level | None = None, order: Order | None = None) -> str:
        return ""

    text = json.dumps(parameters_of(paint))
    assert "$ref" not in text
    assert property_of(paint, "color")["enum"] == ["red", "blue"]


def test_recursive_model_is_resolvable_and_its_property_has_a_type() -> None:
    def grow(node: Node) -> str:
        return ""

    parameters = parameters_of(grow)
    assert parameters["properties"]["node"]["type"] == "object"
    references = [part.split('"')[0] for part in json.dumps(parameters).split('"$ref": "')[1:]]
    assert references
    for reference in references:
        place: Any = parameters
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
        assert place["type"] == "object"


# Defaults that are not JSON


@attrs.define
class Bounds:
    low: float = -inf
    high: float = inf
    points: list[float] = attrs.field(factory=lambda: [nan])


def test_non_finite_default_inside_a_class_or_container(client: Any, server: SimulatedVllm) -> None:
    def clip(
        bounds: Bounds = Bounds(),  # noqa: B008
        pair: tuple[float, float] = (-inf, inf),
        scale: dict[str, float] = {"x": nan},  # noqa: B006
    ) -> str:
        return f"{bounds.low} {pair[1]} {isnan(scale['x'])}"

    json.dumps(parameters_of(clip), allow_nan=False)
    assert result_of(client, server, clip) == "-inf inf True"


def test_non_finite_default_of_decimal_and_of_a_pydantic_model(client: Any, server: Any) -> None:
    def limit(limits: Limits, top: Decimal = Decimal("Infinity")) -> str:
        return f"{limits.most} {limits.least} {top}"

    json.dumps(parameters_of(limit), allow_nan=False)
    assert result_of(client, server, limit, {"limits": {}}) == "inf -Infinity Infinity"


# Field() in the place of a default


def test_default_factory_of_a_field_is_called_for_each_call(
    client: Any, server: SimulatedVllm
) -> None:
    def collect(tags: list[str] = pydantic.Field(default_factory=list)) -> str:  # noqa: B008
        tags.append("x")
        return str(tags)

    assert "tags" not in parameters_of(collect).get("required", [])
    assert result_of(client, server, collect) == "['x']"
    assert result_of(client, server, collect) == "['x']"


def test_constraints_of_a_field_default_are_in_the_schema_and_checked(
    client: Any, server: SimulatedVllm
) -> None:
    def count(number: int = pydantic.Field(5, ge=1, description="How many.")) -> str:
        return str(number)

    shape = property_of(count, "number")
    assert (shape["default"], shape["minimum"], shape["description"]) == (5, 1, "How many.")
    assert result_of(client, server, count) == "5"
    assert result_of(client, server, count, {"number": 0}).startswith("Error")


def test_required_field_that_is_missing_is_an_error_and_not_a_field_object(
    client: Any, server: SimulatedVllm
) -> None:
    called = []

    def count(number: int = pydantic.Field(...)) -> str:
        called.append(number)
        return str(number)

    assert parameters_of(count)["required"] == ["number"]
    assert result_of(client, server, count).startswith("Error")
    assert called == []


def test_dataclass_fields_as_defaults_never_reach_the_function(client: Any, server: Any) -> None:
    def show(basket: Basket) -> str:
        return str(basket.fruit)

    assert result_of(client, server, show, {"basket": {}}) == "['apple']"


# Dataclasses of pydantic


def test_validators_of_a_pydantic_dataclass_run(client: Any, server: SimulatedVllm) -> None:
    def order(order: Order) -> str:
        return f"{order.amount} {order.note}"

    assert result_of(client, server, order, {"order": {"amount": 1, "note": "ABC"}}) == "1 abc"
    assert property_of(order, "order")["properties"]["amount"]["exclusiveMinimum"] == 0
    assert result_of(client, server, order, {"order": {"amount": 0}}).startswith("Error")


def test_pydantic_dataclass_nested_in_plain_ones(client: Any, server: SimulatedVllm) -> None:
    def order(orders: list[Order], named: dict[str, Order]) -> str:
        return f"{orders[0].note} {named['a'].note}"

    one = {"amount": 2, "note": "ABC"}
    assert result_of(client, server, order, {"orders": [one], "named": {"a": one}}) == "abc abc"
    bad = {"orders": [one], "named": {"a": {"amount": 1, "note": "too long"}}}
    assert result_of(client, server, order, bad).startswith("Error")


def test_pydantic_dataclass_as_response_format(client: Any, server: SimulatedVllm) -> None:
    server.reply('{"amount": 3, "note": "ABC"}')
    answer = client.chat.completions.parse(messages=[user("hi")], response_format=Order)
    assert answer.parsed == Order(3, "abc")


# Partials and objects that can be called


class Shop:
    """A shop."""

    def __init__(self, name: str) -> None:
        self.name = name

    def buy(self, thing: str, count: int = 1) -> str:
        """Buy a thing."""
        return f"{self.name} {thing} {count}"

    def __call__(self, thing: str) -> str:
        """Look a thing up."""
        return f"{self.name}: {thing}"

    @classmethod
    def close(cls, reason: str) -> str:
        return f"{cls.__name__} {reason}"


def test_partial_of_a_bound_method_and_of_a_partial(client: Any, server: SimulatedVllm) -> None:
    bound = partial(partial(Shop("s").buy, "pear"), count=3)
    assert function_tool(bound)["function"]["name"] == "buy"
    assert function_tool(bound)["function"]["description"] == "Buy a thing."
    assert "thing" not in parameters_of(bound)["properties"]
    assert result_of(client, server, bound) == "s pear 3"


def test_partial_of_an_object_that_can_be_called(client: Any, server: SimulatedVllm) -> None:
    bound = partial(Shop("s"), "pear")
    assert function_tool(bound)["function"]["name"] == "Shop"
    assert parameters_of(bound)["properties"] == {}
    assert result_of(client, server, bound) == "s: pear"


def test_class_method_and_bound_method(client: Any, server: SimulatedVllm) -> None:
    assert result_of(client, server, Shop.close, {"reason": "late"}) == "Shop late"
    assert result_of(client, server, Shop("s").buy, {"thing": "fig"}) == "s fig 1"


def test_what_a_partial_bound_is_not_the_models_to_change(client: Any, server: Any) -> None:
    def read(path: str, root: str) -> str:
        return f"{root}/{path}"

    bound = partial(read, root="/safe")
    got = result_of(client, server, bound, {"path": "a", "root": "/etc"})
    assert "/etc/a" not in got


# Constraints


def test_constraints_of_annotated_types(client: Any, server: SimulatedVllm) -> None:
    def vote(
        names: Annotated[list[str], Len(1, 2)],
        share: Annotated[float, Gt(0)] = 1.0,
        code: Annotated[str, MaxLen(3)] = "abc",
    ) -> str:
        return f"{names} {share} {code}"

    properties = parameters_of(vote)["properties"]
    assert (properties["names"]["minItems"], properties["names"]["maxItems"]) == (1, 2)
    assert properties["share"]["exclusiveMinimum"] == 0
    assert properties["code"]["maxLength"] == 3
    assert result_of(client, server, vote, {"names": ["a"]}) == "['a'] 1.0 abc"
    for bad in ({"names": []}, {"names": ["a"], "share": 0}, {"names": ["a"], "code": "abcd"}):
        assert result_of(client, server, vote, bad).startswith("Error")


def test_pattern_and_multiple_of(client: Any, server: SimulatedVllm) -> None:
    def pay(
        iban: Annotated[str, pydantic.Field(pattern=r"^[A-Z]{2}\d+$")],
        cents: Annotated[int, pydantic.Field(multiple_of=5)] = 5,
    ) -> str:
        return f"{iban} {cents}"

    assert property_of(pay, "iban")["pattern"] == r"^[A-Z]{2}\d+$"
    assert property_of(pay, "cents")["multipleOf"] == 5
    assert result_of(client, server, pay, {"iban": "DE12"}) == "DE12 5"
    assert result_of(client, server, pay, {"iban": "12"}).startswith("Error")
    assert result_of(client, server, pay, {"iban": "DE1", "cents": 7}).startswith("Error")


def test_constraints_of_items_and_of_fields_of_a_class(client: Any, server: Any) -> None:
    def roll(dice: list[Die], marks: list[Annotated[int, Ge(0)]]) -> str:
        return f"{dice[0].sides} {marks}"

    assert property_of(roll, "marks")["items"]["minimum"] == 0
    assert result_of(client, server, roll, {"dice": [{"sides": 6}], "marks": [1]}) == "6 [1]"
    assert result_of(client, server, roll, {"dice": [{"sides": 1}], "marks": []})[:5] == "Error"
    assert result_of(client, server, roll, {"dice": [{"sides": 6}], "marks": [-1]})[:5] == "Error"


# Docstrings

STYLES = {
    "numpy with two names": (
        "Go.\n\n    Parameters\n    ----------\n    city, town : str\n        Its name.\n\n"
        "    Returns\n    -------\n    str\n        All of it.\n"
    ),
    "numpy without a type": (
        "Go.\n\n    Parameters\n    ----------\n    city\n        Its name.\n    town\n"
        "        Its name.\n"
    ),
    "google with types": "Go.\n\n    Args:\n        city (str): Its name.\n"
    "        town (str, optional): Its name.\n\n    Raises:\n        OSError: Never.\n",
    "google parameters": "Go.\n\n    Parameters:\n        city: Its\n            name.\n"
    "        town: Its name.\n",
    "rest": "Go.\n\n    :param str city: Its name.\n    :param town: Its\n        name.\n"
    "    :type town: str\n    :returns: All.\n",
    "epydoc with a type": "Go.\n\n    @param city: Its name.\n    @type city: str\n"
    "    @param town: Its name.\n    @return: All.\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_docstring_styles(style: str) -> None:
    def travel(city: str, town: str) -> str:
        return city

    travel.__doc__ = STYLES[style]
    tool = function_tool(travel)["function"]
    assert tool["description"] == "Go."
    properties = tool["parameters"]["properties"]
    assert [properties[name].get("description") for name in ("city", "town")] == ["Its name."] * 2


# Types of daily use


def test_daily_types_reach_the_function(client: Any, server: SimulatedVllm) -> None:
    def call(
        when: datetime,
        at: time,
        price: Decimal,
        length: timedelta,
        key: UUID,
        where: Path,
        many: Iterable[int],
        some: Sequence[str],
        more: MutableSequence[int],
    ) -> str:
        kinds = [when, at, price, length, key, where]
        return " ".join(type(kind).__name__ for kind in kinds) + f" {[*many]} {[*some]} {more}"

    arguments = {
        "when": "2026-01-02T03:04:05Z",
        "at": "10:00:00Z",
        "price": "1.50",
        "length": "PT1M30S",
        "key": "12345678-1234-5678-1234-567812345678",
        "where": "/x/y",
        "many": [1],
        "some": ["a"],
        "more": [2],
    }
    got = result_of(client, server, call, arguments)
    assert got.startswith("datetime time Decimal timedelta UUID PosixPath [1] ['a'] [2]")


def test_keys_that_are_no_text(client: Any, server: SimulatedVllm) -> None:
    def tally(
        ints: dict[int, str],
        colors: dict[Color, int],
        words: dict[Literal["a", "b"], int],
        users: Mapping[UserId, str],
    ) -> str:
        return f"{ints} {[*colors]} {words} {dict(users)}"

    arguments = {"ints": {"1": "x"}, "colors": {"red": 2}, "words": {"a": 1}, "users": {"7": "u"}}
    got = result_of(client, server, tally, arguments)
    assert got == "{1: 'x'} [<Color.RED: 'red'>] {'a': 1} {7: 'u'}"
    assert result_of(client, server, tally, {**arguments, "colors": {"pink": 1}})[:5] == "Error"
    assert result_of(client, server, tally, {**arguments, "ints": {"one": "x"}})[:5] == "Error"


def test_generic_named_tuple_and_empty_tuple(client: Any, server: SimulatedVllm) -> None:
    def draw(page: Page[Point], nothing: tuple[()] = ()) -> str:
        return f"{page.items} {nothing}"

    got = result_of(client, server, draw, {"page": {"items": [[1]]}})
    assert got == "[Point(x=1, y=7)] ()"
    full = {"page": {"items": []}, "nothing": [1]}
    assert result_of(client, server, draw, full).startswith("Error")


def test_bytes_are_read_as_the_schema_says(client: Any, server: SimulatedVllm) -> None:
    def size(data: bytes) -> str:
        return f"{type(data).__name__} {len(data)}"

    shape = property_of(size, "data")
    assert shape["type"] == "string"
    assert re.search(shape["pattern"], "YWJj")
    assert not re.search(shape["pattern"], "a b c")
    assert result_of(client, server, size, {"data": "YWJj"}) == "bytes 3"
    assert result_of(client, server, size, {"data": "a b c"}).startswith("Error")


def test_dates_and_ids_of_another_spelling_are_refused(client: Any, server: Any) -> None:
    def plan(day: date, key: UUID | None = None) -> str:
        return f"{day} {key}"

    assert result_of(client, server, plan, {"day": "2026-01-02"}) == "2026-01-02 None"
    for bad in ("20260102", "2026-W01-1", "02.01.2026", "2026-13-01"):
        assert result_of(client, server, plan, {"day": bad}).startswith("Error"), bad
    wrong = {"day": "2026-01-02", "key": "{12345678123456781234567812345678}"}
    assert result_of(client, server, plan, wrong).startswith("Error")


# Values in other forms than the schema's


def test_objects_as_text_in_lists_and_in_classes(client: Any, server: SimulatedVllm) -> None:
    def find(streets: list[Street], house: House) -> str:
        return f"{streets[0].name} {house.street.name}"

    street = json.dumps({"name": "Elm"})
    arguments = {"streets": [street], "house": {"street": street}}
    assert result_of(client, server, find, arguments) == "Elm Elm"
    assert result_of(client, server, find, {"streets": f"[{street}]", "house": "{}"})[:5] == "Error"


def test_text_that_looks_like_json_stays_text_for_a_string(client: Any, server: Any) -> None:
    def save(text: str, either: str | dict[str, int]) -> str:
        return f"{text!r} {either!r}"

    arguments = {"text": '{"a": 1}', "either": '{"a": 1}'}
    assert result_of(client, server, save, arguments) == """'{"a": 1}' '{"a": 1}'"""


def test_number_in_quotes_is_no_number(client: Any, server: SimulatedVllm) -> None:
    def add(number: int, numbers: list[int] = []) -> str:  # noqa: B006
        return f"{number} {numbers}"

    assert result_of(client, server, add, {"number": "5"}).startswith("Error")
    assert result_of(client, server, add, {"number": 5.5}).startswith("Error")
    assert result_of(client, server, add, {"number": 3.0, "numbers": [1.0, 2.0]}) == "3 [1, 2]"


def test_twice_encoded_blank_and_null_arguments(client: Any, server: SimulatedVllm) -> None:
    def get(city: str = "Rome", day: str | None = "today") -> str:
        return f"{city} {day}"

    assert result_of(client, server, get, json.dumps('{"city": "Oslo"}')) == "Oslo today"
    assert result_of(client, server, get, json.dumps("{}")) == "Rome today"
    assert result_of(client, server, get, "  \n ") == "Rome today"
    assert result_of(client, server, get, "null") == "Rome today"


def test_null_for_a_field_with_a_default_and_for_one_that_may_be_null(
    client: Any, server: SimulatedVllm
) -> None:
    def look(city: str, unit: str | None = None, mode: Annotated[str, MaxLen(3)] = "abc") -> str:
        return f"{city} {unit} {mode}"

    assert (
        result_of(client, server, look, {"city": "a", "unit": None, "mode": None}) == "a None abc"
    )
    assert result_of(client, server, look, {"city": None}).startswith("Error")


def test_predicate_is_checked(client: Any, server: SimulatedVllm) -> None:
    def even(number: Annotated[int, Predicate(lambda value: value % 2 == 0)]) -> str:
        return str(number)

    assert result_of(client, server, even, {"number": 2}) == "2"
    assert result_of(client, server, even, {"number": 3}).startswith("Error")
