"""JSON values into answer classes: the one cattrs converter.

Strict about types (`"1"` is no int), generous about keys: unknown ones are kept. Errors say where.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args

import attrs
from cattrs import Converter
from cattrs.cols import list_structure_factory
from cattrs.errors import AttributeValidationNote, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, mapping_structure_factory, override

from .answer import EARLIER_NAME, Answer
from .errors import ParseError
from .tensor import Tensor

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]

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
        answer: T = _converter(detailed=False).get_structure_hook(cls)(value, cls)
        return answer
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


def _step(note: AttributeValidationNote | IterableValidationNote) -> str:
    if isinstance(note, AttributeValidationNote):
        return f".{note.name.lstrip('_')}"
    return f"[{note.index!r}]"


@cache
def _converter(detailed: bool) -> Converter:
    converter = Converter(detailed_validation=detailed)
    for scalar, accepted in _SCALARS.items():
        converter.register_structure_hook(scalar, _scalar_hook(accepted))
    converter.register_structure_hook(Tensor, lambda value, _: Tensor.of_json(value))
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, UnionType), lambda kind: _union_hook(kind, converter)
    )
    _check_container(converter, list, list_structure_factory)
    _check_container(converter, dict, mapping_structure_factory)
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, type) and issubclass(kind, Answer),
        lambda kind: _answer_hook(kind, converter, detailed),
    )
    return converter


def _union_hook(kind: UnionType, converter: Converter) -> Hook:
    """For scalars, or for one class or container, with or without null."""
    kinds = [part for part in get_args(kind) if part is not NoneType]
    if all(part in _SCALARS for part in kinds):
        accepted = [kind for part in kinds for kind in _SCALARS[part]]
        return _scalar_hook((*accepted, *(NoneType,) * (NoneType in get_args(kind))))
    (only,) = kinds
    read = converter.get_structure_hook(only)
    return lambda value, _: None if value is None else read(value, only)


def _scalar_hook(accepted: tuple[type, ...]) -> Hook:
    names = " or ".join(kind.__name__ for kind in accepted if kind is not NoneType)

    def check(value: Any, _: Any) -> Any:
        if type(value) in accepted:
            return value
        raise TypeError(f"expected {names}, got {value!r:.80}")

    return check


def _check_container(
    converter: Converter, container: type, factory: Callable[[Any, Converter], Any]
) -> None:
    """cattrs takes any iterable for a list, so that "abc" would be one of three strings."""

    def hook(kind: Any) -> Hook:
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
    earlier = {f.metadata[EARLIER_NAME]: f.alias for f in fields if EARLIER_NAME in f.metadata}
    known = frozenset(field.alias for field in fields)
    make = make_dict_structure_fn(
        cls,
        converter,
        _cattrs_detailed_validation=detailed,
        _cattrs_use_alias=True,
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
