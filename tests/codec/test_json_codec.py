"""Decoding and encoding JSON."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given, settings, strategies as st

from vllm_client.codec.json_codec import (
    _reader,
    dumps,
    has_halves,
    is_json,
    loads,
    with_whole_characters,
    without_halves,
)
from vllm_client.errors import RequestError

HIGH, LOW = "\ud83d", "\ude00"

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
texts = st.builds(json.dumps, values, ensure_ascii=st.booleans(), indent=st.none() | st.just(1))


def outcome(read: Callable[[str], Any], text: str) -> str:
    """Return the repr of the decoded value, which differs for 1, 1.0 and True and works for NaN."""
    try:
        return repr(read(text))
    except ValueError:
        return "no JSON"


@settings(deadline=None, max_examples=500)
@given(texts | st.text('{}[]",:0123456789.eE+-truefalsn \\u/\n\t\x00é', max_size=12))
@example('{"a":1,"a":2}')
@example("NaN")
@example("[Infinity,-Infinity]")
@example('"\\ud800"')
@example('"\ud800"')
@example("1e400")
@example("-0")
@example("-0.0")
@example("\ufeff1")
@example('"\n"')
@example("1 2")
@example("")
def test_a_text_is_decoded_equally_with_and_without_orjson(text: str) -> None:
    assert outcome(loads, text) == outcome(json.loads, text)


def test_orjson_is_used_if_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("orjson", reason="the extra of this name is not installed")
    assert loads("123456789012345678901234567890") == 1.2345678901234568e29  # the only difference

    monkeypatch.setitem(sys.modules, "orjson", None)
    assert _reader()("123456789012345678901234567890") == 123456789012345678901234567890


@pytest.mark.parametrize("has_orjson", [True, False])
def test_bytes_are_decoded_like_text(monkeypatch: pytest.MonkeyPatch, has_orjson: bool) -> None:
    if not has_orjson:
        monkeypatch.setitem(sys.modules, "orjson", None)
    read = _reader()

    for text in ('{"a": "é😀"}', '["\\ud83d", NaN]', '\ufeff{"a": 1}'):
        assert repr(read(text.encode())) == repr(json.loads(text.removeprefix("\ufeff")))
    for body in (b"\xff", b'"\xed\xa0\x80"', "{}".encode("utf-16"), b""):
        with pytest.raises(ValueError, match=r"decode|Expecting value"):
            read(body)


def test_too_deep_nesting_is_an_error() -> None:
    with pytest.raises((ValueError, RecursionError)):
        loads("[" * 1_000_000)


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)  # fmt: skip
def test_encoded_values_are_decoded_unchanged(value: Any) -> None:
    assert json.loads(dumps(value)) == value


def test_json_is_written_in_utf_8_without_spaces() -> None:
    assert dumps({"a": ["é", 1, None], "b": True}) == '{"a":["é",1,null],"b":true}'.encode()


class Answer:
    def as_input(self) -> dict[str, str]:
        return {"role": "assistant"}


class Part:
    def to_dict(self) -> dict[str, str]:
        return {"type": "text"}


class Array:
    def tolist(self) -> list[float]:
        return [0.5, 1.0]


class Column:
    """An object like a pandas Series, which has `tolist` and `to_dict`."""

    def tolist(self) -> list[str]:
        return ["a"]

    def to_dict(self) -> dict[int, str]:
        return {0: "a"}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Answer(), b'{"role":"assistant"}'),
        (Part(), b'{"type":"text"}'),
        (Array(), b"[0.5,1.0]"),
        (Column(), b'["a"]'),
        (MappingProxyType({"a": Array()}), b'{"a":[0.5,1.0]}'),
        ((1, 2), b"[1,2]"),
    ],
)
def test_objects_with_a_json_equivalent_are_encoded(value: Any, written: bytes) -> None:
    assert dumps(value) == written
    assert dumps({"in": [value]}) == b'{"in":[' + written + b"]}"


def circular() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


def test_lone_surrogate_of_a_response_can_be_sent_back() -> None:
    assert dumps(["lone \ud83d", "\ud83d\ude00", "日本"]) == '["lone \ufffd","😀","日本"]'.encode()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (float("nan"), "not JSON compliant"),
        (float("-inf"), "not JSON compliant"),
        (b"bytes", "bytes b'bytes' is not JSON serializable"),
        ({1, 2}, "set {1, 2} is not JSON serializable"),
        (Path, r"is not JSON serializable; parse\(response_format=…\)"),
        (circular, "function_tool.. makes a tool of it"),
        (b"x" * 1000, "^.{,160}$"),
        ({(1, 2): 3}, "keys must be"),
        (circular(), "Circular"),
        (deep(), "recursion"),
    ],
    ids=lambda value: repr(type(value)),
)
def test_values_that_json_cannot_represent_are_rejected(value: Any, words: str) -> None:
    with pytest.raises(RequestError, match=words) as caught:
        dumps({"value": value})

    assert str(caught.value).startswith("the request cannot be written as JSON: ")
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("plain", "plain"),
        ("日本 😀", "日本 😀"),
        (HIGH, "\ufffd"),
        (LOW, "\ufffd"),
        (f"a{HIGH}{LOW}b", "a😀b"),
        (f"{LOW}{HIGH}", "\ufffd\ufffd"),
    ],
)
def test_surrogate_pairs_are_joined_and_lone_surrogates_replaced(text: str, whole: str) -> None:
    assert without_halves(text) == whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [('{"a": 1}', True), ("7", True), ('{"a": ', False), ("", False), ("[" * 200_000, False)],
)
def test_is_json_is_false_for_broken_and_for_too_deep_json(text: str, expected: bool) -> None:
    assert is_json(text) is expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain", False),
        ("日本 😀", False),
        (HIGH, True),
        (LOW, True),
        (f"a{HIGH}{LOW}b", True),
        (f"{LOW}{HIGH}", True),
    ],
)
def test_surrogates_are_found(text: str, found: bool) -> None:
    assert has_halves(text) is found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a": ["x\ud83d"], "\ude00": 1e99}', {"a": ["x\ufffd"], "\ufffd": 1e99}),
        (r'"\uD83D\ude00"', "😀"),
        (r'"\\ud83d"', "\\ud83d"),
        (r'["\u00e9", 10000000000000000000000]', ["é", 10**22]),
    ],
)
def test_lone_surrogates_in_a_value_are_replaced(text: str, value: Any) -> None:
    assert with_whole_characters(json.loads(text), text) == value
