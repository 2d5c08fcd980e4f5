"""Converting a single object; test_decoder.py tests complete answers."""

from __future__ import annotations

from types import NoneType
from typing import Any

import attrs
import pytest
from cattrs import Converter

from vllm_client.codec.answer import Answer
from vllm_client.codec.answer_fields import CONTENT, EARLIER_NAME
from vllm_client.codec.quick_decoder import accepted_types, converted, quick_hook


@attrs.frozen(repr=False)
class Node(Answer):
    name: str
    size: float | None = attrs.field(default=None, metadata={EARLIER_NAME: "length"})
    next: Node | None = attrs.field(default=None, metadata=CONTENT)


def read(value: Any) -> Node:
    converter = Converter()
    converter.register_structure_hook_func(
        lambda kind: kind == Node | None, lambda value, _: hook(value, Node)
    )
    hook = quick_hook(Node, converter)
    node: Node = hook(value, Node)
    return node


@pytest.mark.parametrize(
    ("kind", "accepted"),
    [
        (int, (int,)),
        (float, (float, int)),
        (str | None, (str, NoneType)),
        (int | str, (int, str)),
        (list[int], None),
        (list[int] | None, None),
        (Any, None),
    ],
)
def test_accepted_python_types_of_a_scalar(kind: Any, accepted: tuple[type, ...] | None) -> None:
    assert accepted_types(kind) == accepted


@pytest.mark.parametrize(
    ("value", "node"),
    [
        ({"name": "a"}, Node("a")),
        ({"name": "a", "size": None, "more": None}, Node("a")),
        ({"name": "a", "size": 1}, Node("a", 1)),
        ({"name": "a", "length": 1.5}, Node("a", 1.5)),
        ({"name": "a", "next": {"name": "b"}}, Node("a", next=Node("b"))),
        ({"name": "a", "more": [1]}, Node("a", unknown_fields={"more": [1]})),
        ({"name": "a", "size": "1.5"}, Node("a", 1.5)),
        ({"name": "a", "size": True}, Node("a", unknown_fields={"size": True})),
    ],
)
def test_an_object_becomes_an_answer(value: Any, node: Node) -> None:
    assert read(value) == node


@pytest.mark.parametrize(
    ("value", "accepted", "number"),
    [
        (1.0, (int,), 1),
        ("7", (int,), 7),
        ("-7.0", (int,), -7),
        ("1e2", (int,), 100),
        ("12345678901234567890", (int,), 12345678901234567890),
        ("11.0", (float, int), 11.0),
        ("-0.5", (float, int, NoneType), -0.5),
    ],
)
def test_equal_number_of_an_accepted_type_is_used(value: Any, accepted: Any, number: Any) -> None:
    assert converted(value, accepted) == number
    assert type(converted(value, accepted)) is type(number)


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        (1.5, (int,)),
        ("1.5", (int,)),
        (True, (int,)),
        ("", (int,)),
        ("1_000", (int,)),
        (" 1", (int,)),
        ("٣", (int,)),
        ("nan", (float, int)),
        ("1e999", (float, int)),
        ("1" * 50, (int,)),
        (float("inf"), (int,)),
        (float("nan"), (int,)),
        ([], (int,)),
        (1, (bool,)),
        (1, (str,)),
    ],
)
def test_other_values_are_not_converted(value: Any, accepted: Any) -> None:
    with pytest.raises(TypeError):
        converted(value, accepted)


@pytest.mark.parametrize("value", [None, [], "x", {}, {"name": 1}, {"name": "a", "next": 1}])
def test_misfits_are_rejected(value: Any) -> None:
    with pytest.raises(TypeError):
        read(value)
