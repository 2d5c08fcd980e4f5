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

from ..errors import ParseError
from .answer import EARLIER_NAME, Answer, Kinds
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
        where, reason = first_place(_detailed(value, cls, error))
        raise ParseError(f"{where}: {reason}", where) from error


def _detailed(value: Any, cls: type[Any], error: Exception) -> Exception:
    """Convert once more, slowly, to learn where it failed."""
    try:
        _converter(detailed=True).structure(value, cls)
    except Exception as detailed:
        error = detailed
    return error


def first_place(error: BaseException) -> tuple[str, str]:
    """Where a value first does not fit, like `$.choices[0].index`, and why."""
    where = "$"
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
        where += "".join(_step(note) for note in getattr(error, "__notes__", ()))
    missing = error.args[0] if isinstance(error, KeyError) and error.args else None
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
        converter.register_structure_hook(scalar, scalar_hook(accepted))
    converter.register_structure_hook(Tensor, lambda value, _: Tensor.of_json(value))
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, UnionType), lambda kind: _union_hook(kind, converter)
    )
    _check_container(converter, list, list_structure_factory)
    _check_container(converter, dict, mapping_structure_factory)
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, type) and issubclass(kind, Answer),
        lambda kind: _hook_by_type(
            kind, (_detailed_hook if detailed else _quick_hook)(kind, converter), converter
        ),
    )
    return converter


def _hook_by_type(cls: type[Answer], read: Hook, converter: Converter) -> Hook:
    """Reads an answer as that of the class's KINDS which its `type` names; else as the class."""
    kinds: Kinds | None = vars(cls).get("KINDS")
    if kinds is None:
        return read

    def read_kind(value: Any, _: Any) -> Any:
        kind = kinds.get(str(value.get("type"))) if type(value) is dict else None
        return read(value, cls) if kind is None else converter.get_structure_hook(kind)(value, kind)

    return read_kind


def _union_hook(kind: UnionType, converter: Converter) -> Hook:
    """For scalars, or for one class or container, with or without null."""
    accepted = _accepted(kind)
    if accepted is not None:
        return scalar_hook(accepted)
    (only,) = (part for part in get_args(kind) if part is not NoneType)
    read = converter.get_structure_hook(only)
    return lambda value, _: None if value is None else read(value, only)


def _accepted(kind: Any) -> tuple[type, ...] | None:
    """The Python types of a scalar, or of one of several; None for what is no scalar."""
    parts = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    if not all(part is NoneType or part in _SCALARS for part in parts):
        return None
    return tuple(accepted for part in parts for accepted in _SCALARS.get(part, (part,)))


def scalar_hook(accepted: tuple[type, ...]) -> Hook:
    """What takes values of just these types, as they are."""
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


@attrs.frozen
class _Fields:
    """What an answer class takes: scalars by the types they may be, the rest by their hooks."""

    scalars: dict[str, tuple[type, ...]]
    others: dict[str, tuple[Hook, Any]]
    earlier: dict[str, str]

    @classmethod
    def of(cls, answer: type[Answer], converter: Converter) -> _Fields:
        kinds = {name: field.type for name, field in _fields(answer).items()}
        scalars = {name: accepted for name, kind in kinds.items() if (accepted := _accepted(kind))}
        others = {
            name: (converter.get_structure_hook(kind), kind)
            for name, kind in kinds.items()
            if name not in scalars
        }
        return cls(scalars, others, _earlier_names(answer))


def _fields(cls: type[Answer]) -> dict[str, attrs.Attribute[Any]]:
    """The fields by their names in JSON."""
    fields = attrs.fields(attrs.resolve_types(cls))
    return {str(field.alias): field for field in fields if field.name != "unknown_fields"}


def _earlier_names(cls: type[Answer]) -> dict[str, str]:
    fields = _fields(cls).items()
    return {f.metadata[EARLIER_NAME]: name for name, f in fields if EARLIER_NAME in f.metadata}


def _quick_hook(cls: type[Answer], converter: Converter) -> Hook:
    """Reads an answer in one pass over its keys: what cattrs accepts, four times as fast.

    Why it refuses need not be said well: `_detailed` says it.
    """

    @cache
    def fields_of() -> _Fields:  # later than the hook is made, since a class may hold itself
        return _Fields.of(cls, converter)

    def read(value: Any, _: Any) -> Answer:
        if type(value) is not dict:
            raise TypeError
        fields = fields_of()
        scalars, others = fields.scalars, fields.others
        if not fields.earlier.keys().isdisjoint(value):
            value = _with_new_names(value, fields.earlier)
        given: dict[str, Any] = {}
        unknown: dict[str, Any] = {}
        for name, item in value.items():
            if item is None:  # the same as absent
                continue
            if type(item) in scalars.get(name, ()):
                given[name] = item
            elif name in others:
                hook, kind = others[name]
                given[name] = hook(item, kind)
            elif name in scalars:
                raise TypeError
            else:
                unknown[name] = item
        return cls(**given, unknown_fields=unknown)

    return read


def _detailed_hook(cls: type[Answer], converter: Converter) -> Hook:
    """Reads an answer with cattrs, which tells where it does not fit."""
    known = _fields(cls).keys()
    earlier = _earlier_names(cls)
    make = make_dict_structure_fn(
        cls, converter, _cattrs_use_alias=True, unknown_fields=override(omit=True)
    )

    def read(value: Any, _: Any) -> Answer:
        if type(value) is not dict:
            raise TypeError(f"expected an object, got {value!r:.80}")
        given = {name: item for name, item in value.items() if item is not None}
        given = _with_new_names(given, earlier)
        answer = make(given, cls)
        answer.unknown_fields.update({k: v for k, v in given.items() if k not in known})
        return answer

    return read


def _with_new_names(value: dict[str, Any], earlier: dict[str, str]) -> dict[str, Any]:
    """With the new name instead of an older server's, or of both."""
    for old, new in earlier.items():
        if value.get(old) is not None:
            rest = {name: item for name, item in value.items() if name != old}
            value = {**rest, new: value.get(new) or value[old]}
    return value
