"""The base class of answers: it keeps unknown keys, and converts back to JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from ..record import Recorded
from .tensor import Tensor

# Key of a field's metadata whose value is the name of the field in older servers.
EARLIER_NAME = "earlier_name"
# Metadata of a field that is not part of the JSON.
NOT_IN_JSON = {"not_in_json": True}
# Metadata of a field with the requested content: text, tool calls, embeddings, scores. A value of a
# wrong type is an error there. In other fields that have a default it is not: the decoder moves the
# value to `unknown_fields` and uses the default. Defaults are None, an empty list, or a value that
# is known without the server (the first index, a constant of the route).
CONTENT = {"content": True}
# Metadata of a field in which an empty string is read as null: gateways send `finish_reason: ""` in
# every chunk, and tool calls with an empty id.
EMPTY_IS_NULL = {"empty_is_null": True}


@attrs.frozen(repr=False, kw_only=True)
class Answer(Recorded):
    """An answer of the server, or a part of one.

    The JSON name of a field is its attrs alias, which is its name without leading underscores.

    Attributes:
        unknown_fields: The JSON keys for which this class has no field, with their values.
    """

    unknown_fields: dict[str, Any] = attrs.field(factory=dict, metadata=NOT_IN_JSON)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a JSON object, without nulls."""
        named = {
            field.alias: _plain(value)
            for field in attrs.fields(type(self))
            if not field.metadata.get("not_in_json")
            and (value := getattr(self, field.name)) is not None
        }
        return named | self.unknown_fields

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the answer as JSON text, without nulls.

        Args:
            indent: The number of spaces for each level; None for a single line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def __repr__(self) -> str:
        """Return a repr without the fields that are None, [] or {}."""
        shown = [
            f"{field.alias}={value!r}"
            for field in attrs.fields(type(self))
            if (value := getattr(self, field.name)) not in (None, [], {})
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def json_fields(cls: type[Answer]) -> dict[str, attrs.Attribute[Any]]:
    """Return the fields of an answer class by their JSON names."""
    fields = attrs.fields(attrs.resolve_types(cls))
    return {str(field.alias): field for field in fields if field.name != "unknown_fields"}


def earlier_names(cls: type[Answer]) -> dict[str, str]:
    """Return the current field names of a class by their names in older servers."""
    fields = json_fields(cls).items()
    return {f.metadata[EARLIER_NAME]: name for name, f in fields if EARLIER_NAME in f.metadata}


def is_content(field: attrs.Attribute[Any]) -> bool:
    """Return whether a field holds requested content; see `CONTENT`."""
    return bool(field.metadata.get("content"))


def is_optional(field: attrs.Attribute[Any]) -> bool:
    """Return whether a missing value or a value of a wrong type is accepted for a field."""
    return field.default is not attrs.NOTHING and not is_content(field)


def with_new_names(value: dict[str, Any], earlier: dict[str, str]) -> dict[str, Any]:
    """Rename keys of an older server.

    Args:
        value: A JSON object; it is not modified.
        earlier: The current names by earlier names. If the object has both, the value of the
            current name is used, unless it is empty.

    Returns:
        The object without the earlier names.
    """
    for old, new in earlier.items():
        if value.get(old) is not None:
            rest = {name: item for name, item in value.items() if name != old}
            value = {**rest, new: value.get(new) or value[old]}
    return value


_A = TypeVar("_A", bound=Answer)


def extended(answer: Answer, answer_class: type[_A], **more: Any) -> _A:
    """Convert an answer to a subclass with more fields, and keep its `call`."""
    fields = {field.name: getattr(answer, field.name) for field in attrs.fields(type(answer))}
    made = answer_class(**fields, **more)
    if hasattr(answer, "_call"):
        Recorded.__dict__["_call"].__set__(made, answer._call)
    return made


# An alias, because inside a class with a field `type` the name `type` means that field.
Kinds = dict[str, type[Answer]]


def by_type(*classes: type[Answer]) -> Kinds:
    """Return classes by the value of the `type` key in their JSON.

    If a class has this mapping as its attribute KINDS, the decoder chooses the class by the `type`
    of the object. For an unknown type, as a newer server may send, it uses the class with KINDS.
    """
    return {str(attrs.fields_dict(cls)["type"].default): cls for cls in classes}


def registered_in(kinds: Kinds) -> Callable[[type[_A]], type[_A]]:
    """Return a class decorator that adds a class to `kinds`; see `by_type`."""

    def register(cls: type[_A]) -> type[_A]:
        kinds.update(by_type(cls))
        return cls

    return register


def _plain(value: Any) -> Any:
    if isinstance(value, Answer):
        return value.to_dict()
    if isinstance(value, Tensor):
        return value.as_json()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
