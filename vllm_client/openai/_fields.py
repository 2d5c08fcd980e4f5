"""The fields of value classes, and the conversion of JSON to nested values."""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

Read = Callable[[Any], Any]
# A subclass of BaseModel. The module of BaseModel imports this one.
ValueClass = Any


class FieldInfo:
    """One field of a value class."""

    def __init__(self, annotation: Any, default: Any, required: bool) -> None:
        self.annotation = annotation
        self.default = default
        self._required = required

    def is_required(self) -> bool:
        """Return whether the field has no default."""
        return self._required

    def __repr__(self) -> str:
        return f"FieldInfo(annotation={self.annotation!r}, required={self._required})"


def fields_of(cls: ValueClass) -> dict[str, FieldInfo]:
    """Return the declared fields of a class, those of its base classes first."""
    found: dict[str, FieldInfo] | None = cls.__dict__.get("__fields_table__")
    if found is None:
        hints = get_type_hints(cls)
        found = {
            name: FieldInfo(hint, getattr(cls, name, None), not hasattr(cls, name))
            for name, hint in hints.items()
            if not name.startswith("_") and get_origin(hint) is not ClassVar
        }
        cls.__fields_table__ = found
    return found


def nested_of(cls: ValueClass) -> tuple[tuple[str, Read], ...]:
    """Return the fields with nested values, each with the function that converts its JSON."""
    found: tuple[tuple[str, Read], ...] | None = cls.__dict__.get("__nested_table__")
    if found is None:
        reads = ((name, reader_of(field.annotation)) for name, field in fields_of(cls).items())
        found = tuple((name, read) for name, read in reads if read is not None)
        cls.__nested_table__ = found
    return found


@cache
def reader_of(kind: Any) -> Read | None:
    """Return the function that converts JSON to this type, or None if none is needed."""
    origin = get_origin(kind) or kind
    if _is_value_class(origin):
        return _object_reader(origin)
    if origin in (Union, types.UnionType):
        return _union_reader([arg for arg in get_args(kind) if arg is not type(None)])
    item = reader_of(get_args(kind)[-1]) if origin in (list, dict) and get_args(kind) else None
    if item is None:
        return None
    return _list_reader(item) if origin is list else _dict_reader(item)


def _is_value_class(kind: Any) -> bool:
    return isinstance(kind, type) and hasattr(kind, "_is_api_value")


def _object_reader(cls: ValueClass) -> Read:
    made = cls._of

    def read(value: Any) -> Any:
        return made(value) if type(value) is dict else value

    return read


def _list_reader(item: Read) -> Read:
    def read(value: Any) -> Any:
        return [item(one) for one in value] if type(value) is list else value

    return read


def _dict_reader(item: Read) -> Read:
    def read(value: Any) -> Any:
        return {key: item(one) for key, one in value.items()} if type(value) is dict else value

    return read


def _union_reader(kinds: list[Any]) -> Read | None:
    """Return the function that converts JSON to a type of a union.

    An object becomes an instance of the class for its `type`, else of the first value class. A
    list is converted by the first list type with nested values.
    """
    classes = [get_origin(kind) or kind for kind in kinds]
    classes = [cls for cls in classes if _is_value_class(cls)]
    lists = list(filter(None, (reader_of(kind) for kind in kinds if get_origin(kind) is list)))
    if len(kinds) == 1:
        return reader_of(kinds[0])
    if not classes:
        return lists[0] if lists else None
    return _kind_reader(classes, lists)


def _kind_reader(classes: list[ValueClass], lists: list[Read]) -> Read:
    by_type = {name: cls for cls in classes for name in _types_of(cls)}
    first: Any = classes[0]

    def read(value: Any) -> Any:
        if type(value) is dict:
            return by_type.get(value.get("type"), first)._of(value)
        return lists[0](value) if lists and type(value) is list else value

    return read


def _types_of(cls: ValueClass) -> tuple[Any, ...]:
    """Return the values that `type` can have in JSON objects of this class."""
    field = fields_of(cls).get("type")
    if field is None or get_origin(field.annotation) is not Literal:
        return ()
    return get_args(field.annotation)
