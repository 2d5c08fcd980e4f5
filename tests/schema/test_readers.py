"""Values are read strictly, and an error has the place of the value."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from vllm_client.schema import readers
from vllm_client.schema.readers import Read


def whole(value: Any, _: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"expected int, got {value!r}")
    return value


def read(reader: Read, value: Any) -> Any:
    return reader(value, None)


def places_of(error: BaseException) -> list[Any]:
    """The keys and indices on the way to the innermost error."""
    if not isinstance(error, ExceptionGroup):
        return []
    (inner,) = error.exceptions
    (note,) = inner.__notes__
    return [note.name if hasattr(note, "name") else note.index, *places_of(inner)]


READS: dict[str, tuple[Read, Any, Any]] = {
    "float": (readers.number, 1.5, 1.5),
    "float of an integer": (readers.number, 2, 2.0),
    "date": (readers.text_as(date.fromisoformat), "2026-11-28", date(2026, 11, 28)),
    "member": (readers.member([("a", "A"), (1, "one")]), 1, "one"),
    "member null": (readers.member([(None, "nothing")]), None, "nothing"),
    "union": (readers.union([whole, readers.number], "", nullable=False), 1.5, 1.5),
    "nullable": (readers.union([whole], "", nullable=True), None, None),
    "array": (readers.array(whole, set), [1, 2, 1], {1, 2}),
    "fixed array": (readers.fixed_array([whole, readers.number]), [1, 2], (1, 2.0)),
    "map": (readers.map_of(whole), {"a": 1, "b": 2}, {"a": 1, "b": 2}),
    "instance": (readers.instance(dict, {"a": whole, "b": whole}, ["a"]), {"a": 1}, {"a": 1}),
}


@pytest.mark.parametrize(("reader", "value", "expected"), READS.values(), ids=READS)
def test_a_value_that_fits_is_read(reader: Read, value: Any, expected: Any) -> None:
    made = read(reader, value)

    assert made == expected
    assert type(made) is type(expected)


MISMATCHES: dict[str, tuple[Read, Any, str]] = {
    "float": (readers.number, "1.5", "expected float, got '1.5'"),
    "float of a bool": (readers.number, True, "expected float, got True"),
    "float that is infinite": (readers.number, float("inf"), "expected float, got inf"),
    "text": (readers.text_as(date.fromisoformat), 7, "expected str, got 7"),
    "member of another type": (readers.member([(1, "one")]), True, "one of 1, got True"),
    "member 1.0": (readers.member([(1, "one")]), 1.0, "one of 1, got 1.0"),
    "member that is a list": (readers.member([("a", 1)]), [], 'one of "a", got []'),
    "union": (readers.union([whole, whole], "int or int", nullable=False), None, "int or int"),
    "array": (readers.array(whole, list), {}, "expected an array, got {}"),
    "fixed array": (readers.fixed_array([whole]), [1, 2], "expected an array of 1, got [1, 2]"),
    "map": (readers.map_of(whole), [], "expected an object, got []"),
    "instance": (readers.instance(dict, {}, []), 7, "expected an object, got 7"),
    "unknown key": (readers.instance(dict, {"a": whole}, []), {"b": 1}, "there is no key 'b'"),
}


@pytest.mark.parametrize(("reader", "value", "message"), MISMATCHES.values(), ids=MISMATCHES)
def test_a_value_that_does_not_fit_is_a_type_error(reader: Read, value: Any, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        read(reader, value)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("reader", "value", "places"),
    [
        (readers.array(whole, list), [1, "x"], [1]),
        (readers.fixed_array([whole, whole]), [1, "x"], [1]),
        (readers.map_of(whole), {"a": "x"}, ["a"]),
        (readers.instance(dict, {"a": whole}, ["a"]), {"a": "x"}, ["a"]),
        (readers.instance(dict, {"a": whole}, ["a"]), {}, ["a"]),
        (readers.map_of(readers.array(whole, list)), {"a": [1, 2, "x"]}, ["a", 2]),
    ],
)
def test_an_error_inside_has_its_place(reader: Read, value: Any, places: list[Any]) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        read(reader, value)

    assert places_of(caught.value) == places


def raising(error: Exception) -> Callable[..., Any]:
    def make(*_: Any, **__: Any) -> Any:
        raise error

    return make


class SilentError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ZeroDivisionError("no zero"), "no zero"),
        (KeyError("a"), "KeyError: 'a'"),
        (ZeroDivisionError(), "ZeroDivisionError"),
        (SilentError(), "SilentError"),
    ],
)
@pytest.mark.parametrize("kind", ["array", "instance"])
def test_an_error_of_the_class_is_a_value_error_with_its_reason(
    error: Exception, message: str, kind: str
) -> None:
    make = raising(error)
    reader, value = {
        "array": (readers.array(whole, make), []),
        "instance": (readers.instance(make, {}, []), {}),
    }[kind]

    with pytest.raises(ValueError, match=f"^{message}$") as caught:
        read(reader, value)
    assert caught.value.__cause__ is error


def test_a_pydantic_model_reads_by_its_own_rules() -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic is an extra, and not installed")
    model = pydantic.create_model("Model", day=(date, ...))
    reader = readers.pydantic_model(model)

    assert read(reader, {"day": "2026-11-28"}).day == date(2026, 11, 28)
    with pytest.raises(ValueError, match=r"^day: Input should be a valid date"):
        read(reader, {"day": "soon"})


def test_an_error_that_no_validation_raised_is_told_as_it_is() -> None:
    class Model:
        model_validate_json = staticmethod(raising(KeyError("a")))

    with pytest.raises(ValueError, match=r"^KeyError: 'a'$"):
        read(readers.pydantic_model(Model), json.loads("{}"))
