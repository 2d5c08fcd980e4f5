"""How the values of shapes are read: strict about types, and telling where a value does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

from cattrs.errors import AttributeValidationNote, IterableValidationNote

Read: TypeAlias = Callable[[Any, Any], Any]
"""A hook of cattrs: takes the value, and its type, which is known already."""

Note: TypeAlias = AttributeValidationNote | IterableValidationNote


def text_of(error: BaseException) -> str:
    """What an error says; "" where a class of the caller's fails to say it."""
    try:
        return str(error)
    except Exception:
        return ""


def number(value: Any, _: Any) -> float:
    """A float; also of an integer, as JSON tells them not apart."""
    if type(value) in (int, float) and isfinite(value):
        return float(value)
    raise _mismatch("float", value)


def text_as(parse: Callable[[str], Any]) -> Read:
    """What a text stands for."""

    def read(value: Any, _: Any) -> Any:
        if type(value) is str:
            return parse(value)
        raise _mismatch("str", value)

    return read


def member(choices: Sequence[tuple[Any, Any]]) -> Read:
    """What stands behind one of these JSON values; 1, 1.0 and true are three."""
    known = {(type(choice), choice): meant for choice, meant in choices}
    names = ", ".join(json.dumps(choice) for choice, _ in choices)

    def read(value: Any, _: Any) -> Any:
        key = (type(value), value if isinstance(value, str | int | float) else None)
        if key in known:
            return known[key]
        raise _mismatch(f"one of {names}", value)

    return read


def union(reads: Sequence[Read], names: str, *, nullable: bool) -> Read:
    """What the first of them takes."""

    def read(value: Any, _: Any) -> Any:
        if nullable and value is None:
            return None
        if len(reads) == 1:
            return reads[0](value, None)
        for each in reads:
            try:
                return each(value, None)
            except Exception:  # whatever a class of the caller's raises
                continue
        raise _mismatch(names, value)

    return read


def array(read_item: Read, make: Callable[[list[Any]], Any]) -> Read:
    """The items of an array, all of one shape."""

    def read(value: Any, _: Any) -> Any:
        if type(value) is not list:
            raise _mismatch("an array", value)
        places = enumerate(value)
        return _made(make, _each((_at_index(number), read_item, item) for number, item in places))

    return read


def fixed_array(reads: Sequence[Read]) -> Read:
    """A tuple with a shape for each place."""

    def read(value: Any, _: Any) -> tuple[Any, ...]:
        if type(value) is not list or len(value) != len(reads):
            raise _mismatch(f"an array of {len(reads)}", value)
        places = enumerate(zip(reads, value, strict=True))
        return tuple(_each((_at_index(number), *place) for number, place in places))

    return read


def map_of(read_item: Read) -> Read:
    """An object with any keys, and values of one shape."""

    def read(value: Any, _: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise _mismatch("an object", value)
        items = _each((_at_index(key), read_item, item) for key, item in value.items())
        return dict(zip(value, items, strict=True))

    return read


def instance(
    make: Callable[..., Any], reads: Mapping[str, Read], required: Collection[str]
) -> Read:
    """An object with a shape for each key, made of its values by keyword."""
    needed = frozenset(required)

    def read(value: Any, _: Any) -> Any:
        if type(value) is not dict:
            raise _mismatch("an object", value)
        if unknown := sorted(value.keys() - reads.keys()):
            raise TypeError(f"there is no key {unknown[0]!r:.80}")
        keys = [key for key in reads if key in value or key in needed]
        values = _each(
            (AttributeValidationNote("", key, None), _at(key, reads), value) for key in keys
        )
        return _made(make, **dict(zip(keys, values, strict=True)))

    return read


def _made(make: Callable[..., Any], *args: Any, **fields: Any) -> Any:
    try:
        return make(*args, **fields)
    except Exception as error:  # the caller's class may raise whatever it likes
        raise ValueError(_reason(error)) from error


def _reason(error: Exception) -> str:
    text, name = text_of(error), type(error).__name__
    return f"{name}: {text}" if text and isinstance(error, KeyError) else text or name


def _at(key: str, reads: Mapping[str, Read]) -> Read:
    return lambda value, _: reads[key](value[key], None)


def pydantic_model(cls: Any) -> Read:
    """A pydantic model, by its own rules."""

    def read(value: Any, _: Any) -> Any:
        try:
            # from text, as what JSON has no type for is a text to a strict model
            return cls.model_validate_json(json.dumps(value))
        except Exception as error:  # a validator may raise whatever it likes
            raise ValueError(_sentence(error)) from error

    return read


def _sentence(error: Any) -> str:
    """A ValidationError as a sentence, without pydantic's links; another error's reason."""
    if not hasattr(error, "errors"):
        return _reason(error)
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else str(first["msg"])


def _each(items: Iterable[tuple[Note, Read, Any]]) -> list[Any]:
    """Each item read, with its place noted on what goes wrong, as cattrs does it."""
    made = []
    for note, read, item in items:
        try:
            made.append(read(item, None))
        except Exception as error:
            error.add_note(note)
            raise ExceptionGroup("", [error]) from error
    return made


def _at_index(place: int | str) -> Note:
    return IterableValidationNote("", place, None)


def _mismatch(expected: str, value: Any) -> TypeError:
    return TypeError(f"expected {expected}, got {value!r:.80}")
