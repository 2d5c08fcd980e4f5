"""Convert a JSON object to an answer class in one pass over its keys.

This takes a quarter of the time of the hook that cattrs generates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, get_args

import attrs
from cattrs import Converter

from .answer_fields import earlier_names, is_content, is_optional, json_fields, with_new_names

Hook = Callable[[Any, Any], Any]

# Scalar types of fields -> the accepted Python types of JSON values. bool is not accepted for int.
SCALARS: dict[type, tuple[type, ...]] = {
    int: (int,),
    float: (float, int),
    str: (str,),
    bool: (bool,),
}


class Misfit(TypeError):
    """A JSON value does not fit the type of its field.

    Attributes:
        where: The path of the value, such as `.choices[0].index`.
        reason: What was expected, and the value.
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason

    @classmethod
    def at(cls, step: str, error: Exception) -> Misfit:
        """Convert an inner value's error to one of the outer value: prepend `step` to its path."""
        if isinstance(error, Misfit):
            return cls(step + error.where, error.reason)
        return cls(step, str(error))


def expected(accepted: tuple[type, ...], value: Any) -> Misfit:
    """Build the error of a value that has none of these types."""
    names = " or ".join(kind.__name__ for kind in accepted if kind is not NoneType)
    return Misfit("", f"expected {names}, got {value!r:.80}")


# compiled on first use, to keep the import fast; rarely needed
_NUMBER = r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?"
MAX_NUMBER_LENGTH = 40


def accepted_types(kind: Any) -> tuple[type, ...] | None:
    """Return the Python types that are accepted for a scalar type.

    Args:
        kind: A type, or a union of types.

    Returns:
        The accepted types; None if `kind`, or a member of the union, is not a scalar type.
    """
    parts = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    if not all(part is NoneType or part in SCALARS for part in parts):
        return None
    return tuple(accepted for part in parts for accepted in SCALARS.get(part, (part,)))


def converted(value: Any, accepted: tuple[type, ...]) -> int | float:
    """Convert a value to an equal number of an accepted type: 1.0 to 1, "11.0" to 11.0.

    Raises:
        TypeError: There is no such number.
    """
    number: Any = _number_in(value) if type(value) is str else value
    if type(number) is float and float not in accepted and number.is_integer():
        number = int(number)
    if type(number) not in (int, float) or type(number) not in accepted:
        raise expected(accepted, value)
    return number  # type: ignore[no-any-return]  # its type was checked


def _number_in(text: str) -> int | float | None:
    """Parse a text as a JSON number; None if it is not a number or too long."""
    if len(text) > MAX_NUMBER_LENGTH or not re.fullmatch(_NUMBER, text):
        return None
    number = float(text)
    if text.lstrip("-").isdigit():
        return int(text)
    return number if isfinite(number) else None


@attrs.frozen
class FieldReaders:
    """Rules for the fields of an answer class.

    Attributes:
        scalars: Fields of scalar types, with their accepted Python types.
        others: All other fields, with their hooks and types.
        optional: Fields whose values of a wrong type go to `unknown_fields`.
        required: Fields without a default.
        content: Fields with requested content, in which numbers are not converted.
        parts: Content fields that are lists of answers.
        never_empty: Fields in which an empty string is treated as null.
        earlier: The current field names by the names in older servers.
    """

    scalars: dict[str, tuple[type, ...]]
    others: dict[str, tuple[Hook, Any]]
    optional: frozenset[str]
    required: tuple[str, ...]
    content: frozenset[str]
    parts: frozenset[str]
    never_empty: frozenset[str]
    earlier: dict[str, str]

    @classmethod
    def of(cls, answer: type[Any], converter: Converter) -> FieldReaders:
        """Build the rules of a class, with the hooks of a converter."""
        fields = json_fields(answer)
        scalars = {
            name: accepted
            for name, field in fields.items()
            if (accepted := accepted_types(field.type))
        }
        others = {
            name: _hook_of(_without_null(field.type), converter)
            for name, field in fields.items()
            if name not in scalars
        }
        content = frozenset(name for name, field in fields.items() if is_content(field))
        return cls(
            scalars,
            others,
            frozenset(name for name, field in fields.items() if is_optional(field)),
            tuple(name for name, f in fields.items() if f.default is attrs.NOTHING),
            content,
            frozenset(name for name in content if _is_list_of_parts(fields[name].type)),
            frozenset(name for name, f in fields.items() if f.metadata.get("empty_is_null")),
            earlier_names(answer),
        )

    def odd_scalar(self, name: str, value: Any) -> Any:
        """Convert a value of a wrong type to an equal number of an accepted type.

        Raises:
            Misfit: There is no such number, or the field is content.
        """
        accepted = self.scalars[name]
        if name in self.content:
            raise expected(accepted, value)
        return converted(value, accepted)

    def without_nulls(self, name: str, value: Any, error: Exception) -> Any:
        """Convert a list of answers again, without its nulls, after it failed with `error`.

        Raises:
            Exception: `error` if the list has no nulls, or the error of another item.
        """
        if name not in self.parts or type(value) is not list or None not in value:
            raise error
        hook, kind = self.others[name]
        return hook([part for part in value if part is not None], kind)

    def missing(self, given: Mapping[str, Any]) -> Misfit | None:
        """Return the error of the first required field that is missing; None if there is none."""
        return next((Misfit(f".{n}", "missing") for n in self.required if n not in given), None)


def _hook_of(kind: Any, converter: Converter) -> tuple[Hook, Any]:
    return converter.get_structure_hook(kind), kind


def _without_null(kind: Any) -> Any:
    """Return the other member of a union with None, because null is treated as missing."""
    options = get_args(kind) if isinstance(kind, UnionType) else ()
    given = [option for option in options if option is not NoneType]
    return given[0] if len(given) == 1 else kind


def is_part(kind: Any) -> bool:
    """Return whether a type is an answer class.

    The module of `Answer` imports the decoder, so the classes are recognised by an attribute.
    """
    return isinstance(kind, type) and hasattr(kind, "unknown_fields")


def _is_list_of_parts(kind: Any) -> bool:
    options = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    return any(is_part(item) for option in options for item in get_args(option))


def quick_hook(cls: type[Any], converter: Converter) -> Hook:
    """Return the hook of an answer class."""

    @cache
    def fields_of() -> FieldReaders:  # built on first use, because a class may contain itself
        return FieldReaders.of(cls, converter)

    def read(value: Any, _: Any) -> Any:
        if type(value) is not dict:
            raise Misfit("", f"expected an object, got {value!r:.80}")
        fields = fields_of()
        scalars, others = fields.scalars, fields.others
        if fields.earlier and not fields.earlier.keys().isdisjoint(value):
            value = with_new_names(value, fields.earlier)
        given: dict[str, Any] = {}
        unknown: dict[str, Any] = {}
        for name, item in value.items():
            if not item and (item is None or (item == "" and name in fields.never_empty)):
                continue  # treated as missing
            if type(item) in scalars.get(name, ()):
                given[name] = item
                continue
            try:
                if name in others:
                    hook, kind = others[name]
                    given[name] = hook(item, kind)
                elif name in scalars:
                    given[name] = fields.odd_scalar(name, item)
                else:
                    unknown[name] = item
            except Exception as error:  # whatever a hook raises
                if name in fields.optional:
                    unknown[name] = item
                else:
                    given[name] = _again(fields, name, item, error)
        try:
            return cls(**given, unknown_fields=unknown)
        except TypeError as error:
            raise fields.missing(given) or error from None

    return read


def _again(fields: FieldReaders, name: str, item: Any, error: Exception) -> Any:
    """Try to convert the value of a failed field without its nulls. Raise Misfit if that fails."""
    try:
        return fields.without_nulls(name, item, error)
    except Exception as problem:  # whatever a hook raises
        raise Misfit.at(f".{name}", problem) from None
