"""The quick reader alone; test_decoder.py compares it with the detailed one."""

from __future__ import annotations

from types import NoneType
from typing import Any

import attrs
import pytest
from cattrs import Converter

from vllm_client.codec.answer import EARLIER_NAME, Answer
from vllm_client.codec.quick_decoder import accepted_types, quick_hook


@attrs.frozen(repr=False)
class Node(Answer):
    name: str
    size: float | None = attrs.field(default=None, metadata={EARLIER_NAME: "length"})
    next: Node | None = None


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
def test_the_python_types_of_a_scalar(kind: Any, accepted: tuple[type, ...] | None) -> None:
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
    ],
)
def test_an_object_becomes_an_answer(value: Any, node: Node) -> None:
    assert read(value) == node


@pytest.mark.parametrize(
    "value", [None, [], "x", {}, {"name": 1}, {"name": "a", "size": True}, {"name": "a", "next": 1}]
)
def test_what_does_not_fit_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        read(value)
