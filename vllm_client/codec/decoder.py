"""Convert JSON values to answer classes, with a cattrs converter.

Types are strict in content: `"1"` is not an int. In metadata, a value of a wrong type goes to
`unknown_fields`. Unknown keys are kept. Errors have the path of the value. quick_decoder.py has the
rules for a single object.
"""

# Why not the tagged unions of cattrs in place of `_hook_by_type`: `configure_tagged_union` and
# `include_subclasses` of cattrs 26.2 were tried.
# - They are not clearly faster. CPU time of an event of a recorded stream, medians of five runs:
#   Responses 19.3 to 19.7 us with cattrs, 19.9 to 20.9 us without; Messages 11.4 to 12.1 us and
#   13.1 to 15.0 us.
# - They are slow to start: the first four streams of a process take 70 to 219 ms instead of 20 ms,
#   because cattrs prepares all classes at once, for encoding as well as for decoding.
# - They store every unknown `type` that a server sends, without limit.
# - Errors lack the path if the value is not an object or its `type` is a list; to add it would take
#   as much code as `_hook_by_type`.

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args

import attrs
from cattrs import Converter

from ..errors import ParseError
from .answer_fields import is_content, json_fields
from .converted import Converted
from .quick_decoder import SCALARS, Hook, Misfit, accepted_types, expected, is_part, quick_hook
from .tensor import Tensor

T = TypeVar("T")


def structure(value: Any, cls: type[T]) -> T:
    """Convert a JSON value to an instance of `cls`. Raise ParseError if it does not fit."""
    try:
        answer: T = _reader(cls)(value, cls)  # type: ignore[arg-type]  # classes are hashable
        return answer
    except Exception as error:  # whatever a hook raises
        misfit = Misfit.at("$", error)
        raise ParseError(str(misfit), misfit.where) from error


@cache
def _reader(cls: type[Any]) -> Hook:
    return _converter().get_structure_hook(cls)


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    for scalar, accepted in SCALARS.items():
        converter.register_structure_hook(scalar, _scalar_hook(accepted))
    converter.register_structure_hook(Tensor, lambda value, _: Tensor.of_json(value))
    converter.register_structure_hook_factory(
        lambda kind: isinstance(kind, UnionType), lambda kind: _union_hook(kind, converter)
    )
    converter.register_structure_hook_factory(
        lambda kind: _conversion(kind) is not None,
        lambda kind: _conversion(kind) or converter.get_structure_hook(kind),
    )
    for container, make in ((list, _list_hook), (dict, _dict_hook)):
        _register_container(converter, container, make)
    converter.register_structure_hook_factory(
        is_part, lambda kind: _hook_by_type(kind, quick_hook(kind, converter), converter)
    )
    return converter


def _conversion(kind: Any) -> Hook | None:
    for note in getattr(kind, "__metadata__", ()):
        if isinstance(note, Converted):
            return lambda value, _: note.convert(value)
    return None


def _hook_by_type(cls: type[Any], read: Hook, converter: Converter) -> Hook:
    """Return a hook that chooses among the KINDS of a class by the object's `type`.

    An unknown `type` is read as the class itself. If `type` is missing or not a string, the fields
    of the object decide (`_kind_by_fields`). A class without KINDS is always read as itself.
    """
    kinds: dict[str, type[Any]] | None = vars(cls).get("KINDS")
    if kinds is None:
        return read
    reader_of = cache(converter.get_structure_hook)

    def read_kind(value: Any, _: Any) -> Any:
        kind = kinds.get(str(value.get("type"))) if type(value) is dict else None
        if kind is None:
            kind = _kind_by_fields(kinds, value)
            if kind is None:
                return read(value, cls)
            value = {name: item for name, item in value.items() if name != "type"}
        return reader_of(kind)(value, kind)  # type: ignore[arg-type]  # classes are hashable

    return read_kind


def _kind_by_fields(kinds: dict[str, type[Any]], value: Any) -> type[Any] | None:
    """Guess the class of an object without a `type` from its fields.

    Only classes whose required fields, and at least one content field, are in the object are
    considered. Of these, the class with the most fields of the object is returned; None if several
    have equally many, if there is none, or if the object has a `type`.
    """
    if type(value) is not dict or (type(value.get("type")) is str and value["type"]):
        return None
    given = {name for name, item in value.items() if item is not None}
    fitting = [
        (len(given & json_fields(kind).keys()), kind)
        for kind in kinds.values()
        if _has_content_of(kind, given)
    ]
    most = max((count for count, _ in fitting), default=0)
    best = [kind for count, kind in fitting if count == most]
    return best[0] if len(best) == 1 else None


def _has_content_of(kind: type[Any], given: set[str]) -> bool:
    """Return whether the fields include content of a class and all its required fields."""
    fields = json_fields(kind).items()
    return any(name in given and is_content(field) for name, field in fields) and all(
        name in given for name, field in fields if field.default is attrs.NOTHING
    )


def _union_hook(kind: UnionType, converter: Converter) -> Hook:
    """Return a hook for a union of scalars, or of one other type and None."""
    accepted = accepted_types(kind)
    if accepted is not None:
        return _scalar_hook(accepted)
    (only,) = (part for part in get_args(kind) if part is not NoneType)
    read = converter.get_structure_hook(only)
    return lambda value, _: None if value is None else read(value, only)


def _scalar_hook(accepted: tuple[type, ...]) -> Hook:
    """Return a hook that accepts values of exactly these types, unchanged."""

    def check(value: Any, _: Any) -> Any:
        if type(value) in accepted:
            return value
        raise expected(accepted, value)

    return check


def _register_container(
    converter: Converter, container: type, make: Callable[[Hook, Any], Hook]
) -> None:
    def hook(kind: Any) -> Hook:
        item_kind = get_args(kind)[-1]
        return make(converter.get_structure_hook(item_kind), item_kind)

    converter.register_structure_hook_factory(
        lambda kind: getattr(kind, "__origin__", None) is container, hook
    )


def _list_hook(read: Hook, kind: Any) -> Hook:
    """Return a hook for lists. That of cattrs accepts any iterable, such as "abc"."""

    def read_list(value: Any, _: Any) -> list[Any]:
        if type(value) is not list:
            raise Misfit("", f"expected an array, got {value!r:.80}")
        try:
            return [read(item, kind) for item in value]
        except Exception as error:  # whatever a hook raises
            raise _misfit_among(enumerate(value), read, kind) or error from None

    return read_list


def _dict_hook(read: Hook, kind: Any) -> Hook:
    def read_dict(value: Any, _: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise Misfit("", f"expected an object, got {value!r:.80}")
        try:
            return {name: read(item, kind) for name, item in value.items()}
        except Exception as error:  # whatever a hook raises
            raise _misfit_among(value.items(), read, kind) or error from None

    return read_dict


def _misfit_among(items: Iterable[tuple[Any, Any]], read: Hook, kind: Any) -> Misfit | None:
    """Convert the items of a container one by one, to find the first that does not fit."""
    for place, item in items:
        try:
            read(item, kind)
        except Exception as error:  # whatever a hook raises
            return Misfit.at(f"[{place!r}]", error)
    return None
