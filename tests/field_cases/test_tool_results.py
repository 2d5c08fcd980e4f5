"""Results of tools: each reaches the model, encoded as JSON."""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from ipaddress import IPv4Address
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any
from uuid import UUID

import attrs
import pydantic
import pytest

from tests.field_cases.tool_dialogue import result_of
from vllm_client import tool, user
from vllm_client.testing import SimulatedVllm

KEY = UUID(int=7)


class Color(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 2


@dataclass
class Total:
    amount: Decimal
    by_day: dict[date, float]
    where: Path


@attrs.frozen
class Trip:
    length: timedelta
    stops: frozenset[str]


class Bill(pydantic.BaseModel):
    total: Decimal
    color: Color = Color.RED


Pair = namedtuple("Pair", ["left", "right"])

ROWS = [
    (Total(Decimal("1.10"), {date(2026, 1, 2): math.inf}, PurePosixPath("/x")),
     {"amount": "1.10", "by_day": {"2026-01-02": None}, "where": "/x"}),
    (Trip(timedelta(days=1, seconds=1), frozenset({"a"})), {"length": "P1DT1S", "stops": ["a"]}),
    ({KEY: [IPv4Address("10.0.0.1")]}, {str(KEY): ["10.0.0.1"]}),
    ({Color.RED: Level.HIGH}, {"red": 2}),
    ([datetime(2026, 1, 2, 3, 4, tzinfo=UTC), time(5, 6)], ["2026-01-02T03:04:00Z", "05:06:00"]),
    ({1: {2.5: -math.inf}}, {"1": {"2.5": None}}),
    (Counter("aa"), {"a": 2}),
    (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
    (defaultdict(list, x=[Decimal(1)]), {"x": ["1"]}),
    (Pair(1, {"deep": Path("y")}), [1, {"deep": "y"}]),
    (range(3), [0, 1, 2]),
    ((n for n in (1, 2)), [1, 2]),
    ({"a": 1}.keys(), ["a"]),
    ([b"abc"], ["abc"]),
    ([Bill(total=Decimal("2.0"))], [{"total": "2.0", "color": "red"}]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), ROWS, ids=lambda value: type(value).__name__)
def test_tool_message_is_json(value: Any, expected: Any) -> None:
    if not hasattr(value, "__next__"):
        assert json.loads(tool(value, "c")["content"]) == expected


@pytest.mark.parametrize(("value", "expected"), ROWS, ids=lambda value: type(value).__name__)
def test_result_reaches_the_model(
    client: Any, server: SimulatedVllm, value: Any, expected: Any
) -> None:
    def act() -> Any:
        return (n for n in (1, 2)) if hasattr(value, "__next__") else value

    got = json.loads(result_of(client, server, act))
    assert got == expected


@pytest.mark.parametrize(
    "value",
    [MappingProxyType({"a": 1}), Fraction(1, 3), 1 + 2j, object(), ValueError("bad"), b"\xff\xfe"],
    ids=lambda value: type(value).__name__,
)
def test_value_that_has_no_json_is_told_all_the_same(
    client: Any, server: SimulatedVllm, value: Any
) -> None:
    acted = []

    def act() -> Any:
        acted.append(1)
        return {"outcome": value}

    content = result_of(client, server, act)
    assert acted == [1]
    assert content


def test_value_that_holds_itself_reaches_the_model_as_something(
    client: Any, server: SimulatedVllm
) -> None:
    def act() -> Any:
        loop: list[Any] = [1]
        loop.append(loop)
        return loop

    assert result_of(client, server, act)


@dataclass
class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def test_value_whose_repr_raises_ends_no_conversation(client: Any, server: SimulatedVllm) -> None:
    class Odd:
        __repr__ = Hostile.__repr__

    def act() -> Any:
        return Odd()

    assert isinstance(result_of(client, server, act), str)


def test_text_with_half_a_character_is_sent(client: Any, server: SimulatedVllm) -> None:
    def act() -> str:
        return "lone \ud83d and \udc4b"

    assert result_of(client, server, act).startswith("lone ")


def test_half_a_character_in_keys_and_values_is_sent(client: Any, server: SimulatedVllm) -> None:
    def act() -> Any:
        return {"\ud83d": ["\udc4b"]}

    assert json.loads(result_of(client, server, act))


def test_half_a_character_in_messages_and_tools_of_the_caller(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply("yes", "yes")
    assert client.chat.completions.create(messages=[user("half \ud83d")]).content == "yes"
    message = {"role": "user", "content": [{"type": "text", "text": "\udc4b"}]}
    assert client.chat.completions.create(messages=[message]).content == "yes"
    assert "half" in server.requests[0].json["messages"][0]["content"]
