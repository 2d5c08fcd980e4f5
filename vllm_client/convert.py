"""JSON values into answer classes: the one cattrs converter.

Strict about types (`"1"` is no int), generous about keys: unknown ones are kept. Errors say where.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import attrs
from cattrs import Converter
from cattrs.cols import list_structure_factory
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, mapping_structure_factory, override

from .answer import EARLIER_NAME, Answer
from .errors import ParseError

T = TypeVar("T")

# What JSON calls it, and the Python types that it may be. A bool is an int only to Python.
_SCALARS: dict[type, tuple[type, ...]] = {
    int: (int,),
    float: (float, int),
    str: (str,),
    bool: (bool,),
}


def structure(value: Any, cls: type[T]) -> T:
    """The value as an instance of `cls`. Raises ParseError that says where it does not fit."""
    try:
        return _converter(detailed=False).structure(value, cls)
    except Exception as error:  # cattrs lets through whatever a hook raises
        where, reason = _first_place(_detailed(value, cls, error))
        raise ParseError(f"{where}: {reason}", where) from error


def _detailed(value: Any, cls: type[Any], error: Exception) -> Exception:
    """Convert once more, slowly, to learn where it failed."""
    try:
        _converter(detailed=True).structure(value, cls)
    except Exception as detailed:
        error = detailed
    return error


def _first_place(error: BaseException) -> tuple[str, str]:
    where = "$"
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
        where += "".join(_step(note) for note in getattr(error, "__notes__", ()))
    missing = error.args[0] if isinstance(error, KeyError) else None
    if missing is not None:
        return f"{where}.{missing}" if not where.endswith(f".{missing}") else where, "missing"
    return where, str(error)


def _step(note: str) -> str:
    if isinstance(note, AttributeValidationNote):
        return f".{note.name}"
    if isinstance(note, IterableValidationNote):
        return f"[{note.index!r}]"
    return ""


@cache
def _converter(detailed: bool) -> Converter:
    converter = Converter(detailed_validation=detailed)
    for scalar, accepted in _SCALARS.items():
        converter.register_structure_hook(scalar, _scalar_hook(accepted))
    converter.register_structure_hook_func(lambda kind: kind == int | str, _scalar_hook((int, str)))
    converter.register_structure_hook_func(
        lambda kind: kind == int | str | None, _scalar_hook((int, str, type(None)))
    )
    _check_container(converter, list, list_structure_factory)
    _check_container(converter, dict, mapping_structure_factory)
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, type) and issubclass(kind, Answer),
        lambda kind: _answer_hook(kind, converter, detailed),
    )
    return converter


def _scalar_hook(accepted: tuple[type, ...]) -> Callable[[Any, Any], Any]:
    names = " or ".join("null" if t is type(None) else t.__name__ for t in accepted)

    def check(value: Any, _: Any) -> Any:
        if type(value) in accepted:
            return value
        raise TypeError(f"expected {names}, got {value!r:.80}")

    return check


def _check_container(
    converter: Converter, container: type, factory: Callable[[Any, Converter], Any]
) -> None:
    """cattrs takes any iterable for a list, so that "abc" would be one of three strings."""

    def hook(kind: Any) -> Callable[[Any, Any], Any]:
        read = factory(kind, converter)
        name = "an array" if container is list else "an object"

        def check(value: Any, kind: Any) -> Any:
            if type(value) is not container:
                raise TypeError(f"expected {name}, got {value!r:.80}")
            return read(value, kind)

        return check

    converter.register_structure_hook_factory(
        lambda kind: getattr(kind, "__origin__", None) is container, hook
    )


def _answer_hook(
    cls: type[Answer], converter: Converter, detailed: bool
) -> Callable[[Any, Any], Answer]:
    fields = [field for field in attrs.fields(cls) if field.name != "unknown_fields"]
    earlier = {f.metadata[EARLIER_NAME]: f.name for f in fields if EARLIER_NAME in f.metadata}
    known = frozenset(field.name for field in fields)
    make = make_dict_structure_fn(
        cls,
        converter,
        _cattrs_detailed_validation=detailed,
        unknown_fields=override(omit=True),
    )

    def read(value: Any, _: Any) -> Answer:
        if type(value) is not dict:
            raise TypeError(f"expected an object, got {value!r:.80}")
        if None in value.values():  # the same as absent
            value = {name: item for name, item in value.items() if item is not None}
        for old, new in earlier.items():
            if old in value:
                value = _renamed(value, old, new)
        answer = make(value, cls)
        if not value.keys() <= known:
            answer.unknown_fields.update({k: v for k, v in value.items() if k not in known})
        return answer

    return read


def _renamed(value: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """With the one name instead of the other, or of both."""
    return {**{k: v for k, v in value.items() if k != old}, new: value.get(new) or value[old]}
