"""Test results of tools as text for the model, compared with pydantic's JSON."""

from __future__ import annotations

import collections
import dataclasses
import enum
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import IPv4Address
from math import inf, nan
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import attrs
import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import unhurried
from vllm_client.api.chat.tool_results import result_text, strict_result_text
from vllm_client.codec.usage import Usage


class Color(enum.Enum):
    RED = "red"


class Name(str, enum.Enum):  # noqa: UP042  # as older code writes it
    A = "a"


class Level(enum.IntEnum):
    LOW = 1


class Point(NamedTuple):
    x: int


@dataclasses.dataclass
class Plain:
    at: date
    cost: Decimal


@attrs.frozen
class Attrs:
    _private: Decimal


class Text(str):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def counted() -> Iterator[int]:
    yield from (1, 2)


BOTH = [
    None, True, 5, 1.5, nan, inf, -inf, [1, (2, 3)], {"grüße": "東京"}, Decimal("1.50"),
    date(2026, 1, 1), time(1, 2, 3), time(1, 2, tzinfo=UTC),
    datetime(2026, 1, 1, 1, 2, 3, 4, UTC).replace(tzinfo=None),
    datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-2))),
    timedelta(0), timedelta(seconds=90), -timedelta(seconds=90), timedelta(days=400, hours=1),
    timedelta(microseconds=5), timedelta(seconds=60), timedelta(days=1),
    timedelta(hours=-25, seconds=0.5),
    Path("/x"), UUID(int=1), IPv4Address("127.0.0.1"), b"abc", bytearray(b"abc"),
    re.compile("a+"), Color.RED, Name.A, Level.LOW, {1}, frozenset({"a"}), collections.deque([1]),
    collections.OrderedDict(a=1), collections.Counter("aa"), collections.defaultdict(list, a=[1]),
    {date(2026, 1, 1): 1}, {UUID(int=1): 1}, {Color.RED: 1}, {Name.A: 1}, {Level.LOW: 1}, {2.5: 2},
    {1: 1},
    {True: 1}, {None: 1}, {Decimal("1.5"): 1}, {(1, "a"): 1}, {b"a": 1}, {timedelta(seconds=5): 1},
    {Path("/x"): 1}, [{"deep": [Decimal(1), {"a": {date(2026, 1, 1)}}]}],
    Plain(date(2026, 1, 1), Decimal("1.5")), Point(1),
]  # fmt: skip


@pytest.mark.parametrize("value", BOTH, ids=lambda value: repr(value)[:40])
def test_result_is_encoded_as_in_pydantic(value: Any) -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")
    theirs = json.loads(pydantic.TypeAdapter(Any).dump_json(value))

    assert json.loads(strict_result_text(value)) == theirs
    assert result_text(value) == strict_result_text(value)


@given(st.timedeltas())
@unhurried
def test_durations_are_formatted_as_in_pydantic(span: timedelta) -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")
    try:
        theirs = pydantic.TypeAdapter(timedelta).dump_json(span).decode()
    except Exception:  # pydantic cannot encode the longest ones
        return

    assert result_text(span) == theirs


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (Text("as it is"), "as it is"),
        (Name.A, '"a"'),
        (Attrs(Decimal("1.5")), '{"private": "1.5"}'),
        (Usage(1, 2, 3), json.dumps(Usage(1, 2, 3).to_dict())),
        (b"\xff\x00", '"/wA="'),
        (PurePosixPath("/x"), '"/x"'),
        (range(2), "[0, 1]"),
        (counted(), "[1, 2]"),
        (map(str, [1]), '["1"]'),
        ({"a": 1}.keys(), '["a"]'),
        (MappingProxyType({"a": Decimal(1)}), '{"a": "1"}'),
    ],
)
def test_results_of_other_types_are_encoded(value: Any, text: str) -> None:
    assert result_text(value) == text


def test_models_and_arrays_convert_themselves() -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")
    numpy = pytest.importorskip("numpy", reason="NumPy is an extra, and not installed")
    model = pydantic.create_model("Model", cost=(Decimal, ...), share=(float, ...))

    assert result_text(model(cost=Decimal("1.5"), share=nan)) == '{"cost": "1.5", "share": null}'
    assert result_text([numpy.float32(1.5), numpy.array([1, 2])]) == "[1.5, [1, 2]]"
    assert result_text({numpy.int64(1): numpy.float64("nan")}) == '{"1": null}'


class Silent:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Broken:
    def to_dict(self) -> dict[str, Any]:
        raise ValueError("no dict")

    def __repr__(self) -> str:
        return "Broken()"


class Endless:
    def to_dict(self) -> Any:
        return self.to_dict()

    def __repr__(self) -> str:
        return "Endless()"


def circle() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


NOTE = "(the repr of the value, which has no JSON form"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (len, f'"<built-in function len> {NOTE})"'),
        ({"a": 1, "b": ValueError("x")}, f'{{"a": 1, "b": "ValueError(\'x\') {NOTE})"}}'),
        ([Silent()], f'["<Silent> {NOTE})"]'),
        (Broken(), f'"Broken() {NOTE}: ValueError)"'),
        (Plain, f"\"<class '{__name__}.Plain'> {NOTE})\""),
        ([Endless()], f"[Endless()] {NOTE}: RecursionError)"),
        (circle(), f"[[...]] {NOTE}: RecursionError)"),
        ({frozenset({1}): len}, f'{{"[1]": "<built-in function len> {NOTE})"}}'),
    ],
)
def test_value_without_a_json_form_becomes_its_repr_with_a_note(value: Any, text: str) -> None:
    assert result_text(value) == text


@pytest.mark.parametrize(
    ("value", "error"),
    [(len, TypeError), ([object()], TypeError), (Broken(), ValueError), (circle(), RecursionError)],
)
def test_strict_encoding_rejects_values_without_a_json_form(
    value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        strict_result_text(value)


def test_function_in_a_message_is_rejected_with_a_hint() -> None:
    with pytest.raises(TypeError, match=r"function_tool\(\) makes a tool of it"):
        strict_result_text(len)


def test_number_too_long_for_python_is_not_an_error() -> None:
    assert result_text(10**5000) == f"<int> {NOTE}: ValueError)"


def test_a_long_repr_is_shortened() -> None:
    class Long:
        def __repr__(self) -> str:
            return "x" * 100_000

    assert len(result_text(Long())) < 10_000
