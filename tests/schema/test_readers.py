"""Each reader: the values that it accepts, and the path of a mismatch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vllm_client.schema.readers import (
    Mismatch,
    Read,
    anything,
    array,
    by_pydantic,
    exactly,
    fixed_array,
    instance,
    map_of,
    member,
    nullable,
    number,
    text_as,
    text_of,
    union,
)

integer = exactly(int, "int")
text = exactly(str, "str")
point = instance(dict, {"x": integer, "y": integer}, ["x"])


class Word(str):
    pass


@pytest.mark.parametrize(
    ("read", "value", "instance"),
    [
        (anything, {"a": [None]}, {"a": [None]}),
        (integer, 1, 1),
        (number, 1, 1.0),
        (number, 1.5, 1.5),
        (text_as(int), "12", 12),
        (member([(1, "one"), (True, "yes"), (1.0, "float")]), 1, "one"),
        (member([(1, "one"), (True, "yes"), (1.0, "float")]), True, "yes"),
        (member([(1, "one"), (True, "yes"), (1.0, "float")]), 1.0, "float"),
        (nullable(integer), None, None),
        (nullable(integer), 1, 1),
        (union([integer, text], "int or str"), "a", "a"),
        (union([text_as(int), text], "int or str"), "1", 1),
        (array(integer, tuple), [1, 2], (1, 2)),
        (fixed_array([integer, text]), [1, "a"], (1, "a")),
        (map_of(integer), {"a": 1}, {"a": 1}),
        (point, {"x": 1}, {"x": 1}),
        (point, {"y": 2, "x": 1}, {"x": 1, "y": 2}),
        (instance(dict, {"make": integer, "self": integer}, []), {"make": 1}, {"make": 1}),
    ],
)
def test_a_value_that_fits_is_read(read: Read, value: Any, instance: Any) -> None:
    made = read(value)

    assert made == instance
    assert type(made) is type(instance)


@pytest.mark.parametrize(
    ("read", "value", "where", "reason"),
    [
        (integer, True, "", "expected int, got True"),
        (text, Word("a"), "", "expected str, got 'a'"),
        (number, "1", "", "expected float, got '1'"),
        (number, True, "", "expected float, got True"),
        (number, float("nan"), "", "expected float, got nan"),
        (number, 10**400, "", "int too large to convert to float"),
        (text_as(int), 12, "", "expected str, got 12"),
        (text_as(int), "x", "", "invalid literal for int() with base 10: 'x'"),
        (member([(1, 1), ("a", "a")]), 1.0, "", 'expected one of 1, "a", got 1.0'),
        (member([(1, 1)]), [1], "", "expected one of 1, got [1]"),
        (nullable(integer), "1", "", "expected int, got '1'"),
        (union([array(integer, list)], "list"), ["1"], "[0]", "expected int, got '1'"),
        (union([array(integer, list), text], "A or B"), ["1"], "", "expected A or B, got ['1']"),
        (array(integer, list), (1,), "", "expected an array, got (1,)"),
        (array(integer, list), [1, "2"], "[1]", "expected int, got '2'"),
        (array(array(integer, list), set), [[1]], "", "unhashable type: 'list'"),
        (fixed_array([integer]), [1, 2], "", "expected an array of 1, got [1, 2]"),
        (fixed_array([integer, text]), [1, 2], "[1]", "expected str, got 2"),
        (map_of(integer), [], "", "expected an object, got []"),
        (map_of(point), {"a b": {"x": ""}}, "['a b'].x", "expected int, got ''"),
        (point, [], "", "expected an object, got []"),
        (point, {"y": 1}, ".x", "missing"),
        (point, {"z": 1, "x": "1"}, "", "unexpected key 'z'"),
        (array(point, list), [{"x": 1}, {"x": 1, "y": None}], "[1].y", "expected int, got None"),
    ],
)
def test_a_mismatch_has_a_path_and_a_reason(
    read: Read, value: Any, where: str, reason: str
) -> None:
    with pytest.raises(Mismatch) as caught:
        read(value)

    assert (caught.value.where, caught.value.reason) == (where, reason)


def test_a_long_value_is_truncated_in_the_reason() -> None:
    with pytest.raises(Mismatch) as caught:
        integer("x" * 1000)

    assert len(caught.value.reason) < 120


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_the_text_of_an_error_whose_str_raises_is_empty() -> None:
    assert text_of(ValueError("low")) == "low"
    assert text_of(Speechless()) == ""


def raising(error: Exception) -> Callable[..., Any]:
    def make(*_: Any, **__: Any) -> Any:
        raise error

    return make


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("too low"), "too low"),
        (ValueError(), "ValueError"),
        (KeyError("nokey"), "KeyError: 'nokey'"),
        (Speechless(), "Speechless"),
        (ExceptionGroup("two", [ValueError("a"), ValueError("b")]), "two (2 sub-exceptions)"),
    ],
)
def test_an_error_of_the_callers_class_is_reason_and_cause(error: Exception, reason: str) -> None:
    with pytest.raises(Mismatch) as caught:
        array(instance(raising(error), {}, []), list)([{}])

    assert (caught.value.where, caught.value.reason) == ("[0]", reason)
    assert caught.value.__cause__ is error


def test_a_model_that_raises_an_error_of_its_own_is_a_mismatch() -> None:
    class Model:
        model_validate_json = staticmethod(raising(KeyError("nokey")))

    with pytest.raises(Mismatch) as caught:
        by_pydantic(Model.model_validate_json)({})

    assert caught.value.reason == "KeyError: 'nokey'"
