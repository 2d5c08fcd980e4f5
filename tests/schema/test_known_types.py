"""Types of the standard library: their schemas and readers, compared with pydantic's."""

from __future__ import annotations

import dataclasses
import enum
import json
import re
import typing
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import (
    Collection,
    Iterable,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Sequence,
    Set as AbstractSet,
)
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Interface
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, NamedTuple, NewType
from uuid import UUID

import pytest
import typing_extensions

pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")

from vllm_client.errors import ParseError  # noqa: E402
from vllm_client.schema.types import shape_of  # noqa: E402


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Point(NamedTuple):
    x: int
    y: int = 0


@dataclasses.dataclass
class Line:
    start: Point
    length: Decimal = Decimal(1)


UserId = NewType("UserId", str)
Json = typing_extensions.TypeAliasType(
    "Json",
    dict[str, "Json"] | list["Json"] | str | float | None,  # type: ignore[misc]  # recursive
)
Names = typing_extensions.TypeAliasType("Names", list[str])

# The reasons for differences from pydantic's schema or reader.
FORMAT = "vLLM rejects a format that its grammars do not support"
UNIQUE = "vLLM rejects uniqueItems, so the items of a set may repeat"
KEYS = "vLLM's grammars do not support propertyNames: known keys are properties, others are checked"
PATTERN = "a pattern of what the reader accepts, which vLLM can enforce"
BYTES = "bytes are base64, since not all bytes are valid text"
NAMES = "the title is the name of the field in the class"
CLOSED = "objects of classes allow no additional keys and have no titles"

TYPES: list[tuple[Any, str, list[Any], list[Any]]] = [
    # the type, the reason for a difference, values that both accept, values that both reject
    (Decimal, PATTERN, ["1.50", 1, 1.5, "-2"], ["x", "NaN", [], None]),
    (Path, FORMAT, ["/x", "a/b"], [5, None]),
    (PurePosixPath, FORMAT, ["/x"], [5]),
    (bytes, BYTES, [], [5, None]),
    (timedelta, "", ["PT1M30S", "P1DT2H", "-PT5S", "P1Y2M"], ["x", []]),
    (date, "", ["2026-01-31"], ["2026-02-30", "x", []]),
    (datetime, "", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00+02:00"], ["x", []]),
    (time, "", ["12:00:00Z"], ["x", []]),
    (UUID, "", ["123e4567-e89b-42d3-a456-426614174000"], ["x", 5]),
    (IPv4Address, "", ["127.0.0.1"], ["::1", "x"]),
    (IPv6Address, "", ["::1"], ["127.0.0.1", "x"]),
    (IPv4Network, FORMAT, ["10.0.0.0/8"], ["10.0.0.1/8", "x"]),
    (IPv6Interface, FORMAT, ["::1/128"], ["x"]),
    (re.Pattern, FORMAT, ["a+"], ["(", 5]),
    (re.Pattern[str], FORMAT, ["a+"], ["(", 5]),
    (Sequence[int], "", [[1]], ["1", {}, ["x"]]),
    (MutableSequence[int], "", [[1]], [{}, ["x"]]),
    (set[int], UNIQUE, [[1, 2]], [{}, ["x"]]),
    (AbstractSet[int], UNIQUE, [[1, 2]], [{}, ["x"]]),
    (MutableSet[int], UNIQUE, [[1, 2]], [{}, ["x"]]),
    (frozenset[int], UNIQUE, [[1, 2]], [{}, ["x"]]),
    (deque[int], "", [[1, 2]], [{}, ["x"]]),
    (typing.Deque[int], "", [[1, 2]], [{}, ["x"]]),  # noqa: UP006
    (tuple[()], "", [[]], [[1], {}]),
    (tuple[int, ...], "", [[], [1, 2]], [["x"]]),
    (tuple[int, str], "", [[1, "a"]], [[1], [1, "a", 2]]),
    (Point, NAMES, [[1], [1, 2]], [[], [1, 2, 3], ["x"]]),
    (Mapping[str, int], "", [{"a": 1}], [[], {"a": "x"}]),
    (MutableMapping[str, int], "", [{"a": 1}], [[], {"a": "x"}]),
    (OrderedDict[str, int], "", [{"a": 1}], [[], {"a": "x"}]),
    (defaultdict[str, list[int]], "", [{"a": [1]}], [[], {"a": "x"}]),
    (Counter[str], "", [{"a": 1}], [[], {"a": "x"}]),
    (dict[int, str], "", [{"1": "a", "-2": "b"}], [{"x": "a"}, {"1.5": "a"}]),
    (dict[UserId, int], "", [{"a": 1}], [{"a": "x"}]),
    (dict[Literal["a", "b"], int], KEYS, [{"a": 1}], [{"c": 1}]),
    (dict[Color, int], KEYS, [{"red": 1}], [{"RED": 1}]),
    (dict[Level, int], KEYS, [{"1": 1}], [{"2": 1}, {"LOW": 1}]),
    (dict[UUID, int], KEYS, [{"123e4567-e89b-42d3-a456-426614174000": 1}], [{"x": 1}]),
    (dict[date, int], KEYS, [{"2026-01-31": 1}], [{"x": 1}]),
    (Json, "", [{"a": ["x", 1.5, None, {"b": []}]}, [], "x"], []),
    (list[Json], "", [[{"a": "x"}, None]], [{"a": 1}]),
    (Names, "", [["a"]], ["a", [1]]),
    (Line, CLOSED, [{"start": [1]}, {"start": [1, 2], "length": "2.5"}], [{}, {"start": 1}]),
    (pydantic.AnyUrl, "", ["http://example.com/"], ["x", 5]),
    (pydantic.HttpUrl, "", ["http://example.com/"], ["ftp://example.com"]),
    (pydantic.SecretStr, "", ["x"], [5]),
    (Annotated[int, pydantic.Field(ge=1)], "", [1], [0]),
    (Annotated[str, pydantic.Field(min_length=1)] | None, "", ["a", None], ["", 5]),
]


@pytest.mark.parametrize(("kind", "reason", "good", "bad"), TYPES)
def test_schemas_and_readers_agree_with_pydantic(
    kind: Any, reason: str, good: list[Any], bad: list[Any]
) -> None:
    ours, theirs = shape_of(kind, "it"), pydantic.TypeAdapter(kind)

    assert (ours.schema == theirs.json_schema()) is (not reason)
    for value in good:
        text = json.dumps(value)
        made = ours.read(value)
        assert _comparable(made) == _comparable(theirs.validate_json(text))
        assert type(made) is type(theirs.validate_json(text))
    for value in bad:
        with pytest.raises(ParseError):
            ours.read(value)
        with pytest.raises(pydantic.ValidationError):
            theirs.validate_json(json.dumps(value))


def _comparable(value: Any) -> Any:
    return value.pattern if isinstance(value, re.Pattern) else value


@pytest.mark.parametrize(
    ("kind", "value", "instance"),
    [
        (bytes, "AP8=", b"\x00\xff"),
        (Iterable[int], [1, 2], [1, 2]),  # pydantic returns a generator that validates lazily
        (Collection[int], [1, 2], [1, 2]),
        (typing.LiteralString, "a", "a"),
        (deque, [1, "a"], deque([1, "a"])),
        (defaultdict, {"a": 1}, {"a": 1}),
        (Counter, {"a": 1}, Counter("a")),
        (dict[Any, int], {"a": 1}, {"a": 1}),
        (dict[Literal[1, True], int], {"true": 2}, {True: 2}),
        (typing.Tuple, [1, "a"], (1, "a")),  # noqa: UP006
    ],
)
def test_other_types_are_read(kind: Any, value: Any, instance: Any) -> None:
    assert shape_of(kind, "it").read(value) == instance


# pydantic accepts all of these values, although its schema forbids them
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (date, ["20260131", 0]),
        (time, ["12:00:00", 0]),
        (datetime, ["2026-01-31T12:00:00", 0]),
        (UUID, ["123e4567e89b42d3a456426614174000"]),
        (timedelta, [90, "00:01:30"]),
        (dict[int, str], [{"01": "a"}, {" 1": "a"}]),
        (int, ["5", 5.0]),
    ],
)
def test_only_the_spelling_that_the_schema_requires_is_accepted(
    kind: Any, values: list[Any]
) -> None:
    for value in values:
        with pytest.raises(ParseError):
            shape_of(kind, "it").read(value)


def test_a_defaultdict_makes_values_of_the_type_of_its_values() -> None:
    made = shape_of(defaultdict[str, list[int]], "it").read({"a": [1]})

    assert made["b"] == []
    assert shape_of(defaultdict[str, Point], "it").read({}).default_factory is None
