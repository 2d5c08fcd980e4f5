"""Surrogate pairs that were split between events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from vllm_client.streams.halved_text import HalvedTexts, HasEnded, TextPlace

HIGH, LOW = "\ud83d", "\ude00"


def find(payload: dict[str, Any]) -> tuple[Iterable[TextPlace], HasEnded]:
    """Find texts by their names, all in one group; a key `end` ends the group."""
    places = [
        TextPlace(name, "all", payload, name, lambda text, name=name: {name: text})
        for name in ("a", "b")
        if name in payload
    ]
    return places, lambda _: "end" in payload


@pytest.mark.parametrize(
    ("payloads", "joined"),
    [
        ([{"a": f"x{HIGH}"}, {"a": f"{LOW}y"}], [{"a": "x"}, {"a": "😀y"}]),
        ([{"a": HIGH}, {"a": ""}, {"a": LOW}], [{"a": ""}, {"a": ""}, {"a": "😀"}]),
        ([{"a": HIGH}, {"a": "y"}], [{"a": ""}, {"a": "\ufffdy"}]),
        ([{"a": HIGH}, {"b": "y"}], [{"a": ""}, {"a": "\ufffd"}, {"b": "y"}]),
        ([{"a": HIGH}, {"end": 1}], [{"a": ""}, {"a": "\ufffd"}, {"end": 1}]),
        ([{"a": HIGH, "end": 1}], [{"a": "\ufffd", "end": 1}]),
        ([{"a": HIGH}, {"a": LOW, "end": 1}], [{"a": ""}, {"a": "😀", "end": 1}]),
        ([{"a": HIGH}], [{"a": ""}, {"a": "\ufffd"}]),
        ([{"a": LOW}], [{"a": "\ufffd"}]),
    ],
)
def test_a_lone_surrogate_waits_for_the_next_piece_of_its_text(
    payloads: list[dict[str, Any]], joined: list[dict[str, Any]]
) -> None:
    texts = HalvedTexts(find)
    given_out = [one for payload in payloads for one in texts.joined(payload)]

    assert given_out + texts.rest() == joined
    assert not texts.held


def test_held_lists_the_texts_with_a_held_back_surrogate() -> None:
    texts = HalvedTexts(find)
    texts.joined({"a": HIGH})

    assert list(texts.held) == ["a"]
