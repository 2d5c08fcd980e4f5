"""What all answer classes share: unknown keys kept, a short repr, and the way back to JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from ..record import Recorded
from .tensor import Tensor

# Key of a field's metadata: the name that older servers have for it.
EARLIER_NAME = "earlier_name"
# Metadata of a field that is no part of the JSON.
NOT_IN_JSON = {"not_in_json": True}
# Metadata of a field that holds what the caller asked for: text, tool calls, embeddings, scores.
# A value of the wrong kind there is an error. In any other field that has a default, it is not:
# the decoder moves the value to `unknown_fields`, and the field has its default. That is None,
# unless a value is known without the server (the first index, a constant of the route) or says
# nothing (an empty list).
CONTENT = {"content": True}
# Metadata of a field in which an empty text means that nothing was given: gateways send
# `finish_reason: ""` in every chunk, and tool calls with an empty id.
EMPTY_IS_NULL = {"empty_is_null": True}


@attrs.frozen(repr=False, kw_only=True)
class Answer(Recorded):
    """An answer of the server, or a part of one. A field's name in JSON is its alias: its own name,
    without the underscores of a private one.

    unknown_fields: keys that this version of the package has no name for, as they came.
    """

    unknown_fields: dict[str, Any] = attrs.field(factory=dict, metadata=NOT_IN_JSON)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object again, without the nulls."""
        named = {
            field.alias: _plain(value)
            for field in attrs.fields(type(self))
            if not field.metadata.get("not_in_json")
            and (value := getattr(self, field.name)) is not None
        }
        return named | self.unknown_fields

    def to_json(self, *, indent: int | None = None) -> str:
        """The JSON text again, without the nulls."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def __repr__(self) -> str:
        """Only what is there: fields that are None, [] or {} are left out."""
        shown = [
            f"{field.alias}={value!r}"
            for field in attrs.fields(type(self))
            if (value := getattr(self, field.name)) not in (None, [], {})
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def json_fields(cls: type[Answer]) -> dict[str, attrs.Attribute[Any]]:
    """The fields of an answer class by their names in JSON."""
    fields = attrs.fields(attrs.resolve_types(cls))
    return {str(field.alias): field for field in fields if field.name != "unknown_fields"}


def earlier_names(cls: type[Answer]) -> dict[str, str]:
    """The names that older servers have for fields of the class, each with its present name."""
    fields = json_fields(cls).items()
    return {f.metadata[EARLIER_NAME]: name for name, f in fields if EARLIER_NAME in f.metadata}


def is_content(field: attrs.Attribute[Any]) -> bool:
    """Whether the decoder accepts nothing in this field but its own type."""
    return bool(field.metadata.get("content"))


def is_optional(field: attrs.Attribute[Any]) -> bool:
    """Whether an answer without this field, or with an odd value in it, is still an answer."""
    return field.default is not attrs.NOTHING and not is_content(field)


def with_new_names(value: dict[str, Any], earlier: dict[str, str]) -> dict[str, Any]:
    """Rename keys of an older server.

    Args:
        value: A JSON object; it is not changed.
        earlier: Present names by earlier ones. The present name wins where both are given, unless
            its value is empty.

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
    """The answer as one of a class that carries more. It has the same call."""
    fields = {field.name: getattr(answer, field.name) for field in attrs.fields(type(answer))}
    made = answer_class(**fields, **more)
    if hasattr(answer, "_call"):
        Recorded.__dict__["_call"].__set__(made, answer._call)
    return made


# Has a name of its own because in a class with a field `type` the word means that field.
Kinds = dict[str, type[Answer]]


def by_type(*classes: type[Answer]) -> Kinds:
    """The classes by what stands in the `type` of their answers.

    A class that has these as its KINDS is read as that one of them which `type` names, and as
    itself where it names none: what a later server sends is kept, not refused.
    """
    return {str(attrs.fields_dict(cls)["type"].default): cls for cls in classes}


def registered_in(kinds: Kinds) -> Callable[[type[_A]], type[_A]]:
    """A class decorator that registers a class in these KINDS by its `type`; see `by_type`."""

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
