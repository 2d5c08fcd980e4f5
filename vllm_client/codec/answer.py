"""The base class of answers: it keeps unknown keys, and converts to JSON and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Self, TypeVar

import attrs

from ..errors import ParseError
from ..record import Recorded
from .answer_fields import NOT_IN_JSON
from .json_codec import loads
from .tensor import Tensor


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

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Create an answer from the result of `to_dict`. It has no `call`.

        Args:
            fields: The JSON object; it is not modified.

        Raises:
            ParseError: The object does not fit the class; `where` is the place.
        """
        from .decoder import structure  # loads cattrs, which not every program needs

        return structure(fields, cls)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Create an answer from the result of `to_json`. It has no `call`.

        Args:
            text: The JSON text.

        Raises:
            ParseError: The text is not JSON, or does not fit the class; `where` is the place.
        """
        return cls.from_dict(decoded(text))

    def __repr__(self) -> str:
        """Return a repr without the fields that are None, [] or {}."""
        shown = [
            f"{field.alias}={value!r}"
            for field in attrs.fields(type(self))
            if (value := getattr(self, field.name)) not in (None, [], {})
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


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


def decoded(text: str | bytes) -> Any:
    """Decode the JSON text of an answer.

    Raises:
        ParseError: The text is not JSON.
    """
    try:
        return loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError(f"$: expected JSON: {error}") from error


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
