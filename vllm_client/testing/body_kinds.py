"""Types of request fields, and vLLM's error messages for values of other types.

vLLM checks bodies with pydantic: a string of digits is accepted as a number, and a value that fits
no type of a union is reported once for each of the types.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from attrs import field, frozen


@frozen
class Problem:
    """A validation error. `where`: the location, such as `body.messages.0`."""

    type: str
    where: str
    message: str
    value: Any
    context: Mapping[str, Any] = field(factory=dict)

    def __str__(self) -> str:
        shown = {"type": self.type, "loc": self.where, "msg": self.message}
        context = {"ctx": dict(self.context)} if self.context else {}
        return str({**shown, "input": summary(self.value), **context})


def summary(value: Any) -> str:
    """Return a value as vLLM 0.32 shows it in an error: containers as a count, long texts cut."""
    if isinstance(value, dict | list):
        return f"<{type(value).__name__} of {len(value)} items>"
    text = str(value)
    return text if len(text) <= _MAX_INPUT else f"{text[:_MAX_INPUT]}...[truncated]"


_MAX_INPUT = 200
_MAX_PROBLEMS = 10


def report(problems: Sequence[Problem]) -> str:
    """Return vLLM 0.32's message: one line for each of the first ten problems, then a count."""
    label = "error" if len(problems) == 1 else "errors"
    lines = [f"{len(problems)} validation {label}:"]
    lines += [f"  {problem}" for problem in problems[:_MAX_PROBLEMS]]
    if len(problems) > _MAX_PROBLEMS:
        lines.append(f"  ...and {len(problems) - _MAX_PROBLEMS} more {label}")
    return "\n".join(lines)


class Kind(Protocol):
    """A validator that returns the value as vLLM parses it, and adds errors to `problems`."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any: ...


@frozen
class Anything:
    """A value of any type, unchecked."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        return value


@frozen
class Text:
    """A string."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        if not isinstance(value, str):
            problems.append(Problem("string_type", where, "Input should be a valid string", value))
        return value


@frozen
class Whole:
    """An integer from `least` to `most`; unless `strict`, also a string of digits."""

    least: int | None = None
    most: int | None = None
    strict: bool = False

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        number = _NO_WHOLE if self.strict and not isinstance(value, int) else _whole(value)
        if not isinstance(number, int):
            problems.append(Problem(number[0], where, number[1], value))
        elif self.least is not None and number < self.least:
            problems.append(_beyond("greater", "ge", self.least, where, value))
        elif self.most is not None and number > self.most:
            problems.append(_beyond("less", "le", self.most, where, value))
        return number if isinstance(number, int) else value


def _beyond(word: str, sign: str, limit: int, where: str, value: Any) -> Problem:
    message = f"Input should be {word} than or equal to {limit}"
    return Problem(f"{word}_than_equal", where, message, value, {sign: limit})


_NO_WHOLE = ("int_type", "Input should be a valid integer")


def _whole(value: Any) -> int | tuple[str, str]:
    """Return the number; for an invalid value, the type and the message of the error."""
    message = _NO_WHOLE[1]
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    if isinstance(value, float):
        return "int_from_float", f"{message}, got a number with a fractional part"
    if not isinstance(value, str):
        return _NO_WHOLE
    try:
        return int(value)
    except ValueError:
        return "int_parsing", f"{message}, unable to parse string as an integer"


@frozen
class Number:
    """A float, or a string that can be parsed as one."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        message = "Input should be a valid number"
        if isinstance(value, int | float):
            return value
        if not isinstance(value, str):
            problems.append(Problem("float_type", where, message, value))
            return value
        try:
            return float(value)
        except ValueError:
            message += ", unable to parse string as a number"
            problems.append(Problem("float_parsing", where, message, value))
            return value


_FLAGS: Mapping[Any, bool] = {
    **dict.fromkeys((1, "1", "true", "t", "yes", "y", "on"), True),
    **dict.fromkeys((0, "0", "false", "f", "no", "n", "off"), False),
}


@frozen
class Flag:
    """A boolean, or a number or word that pydantic accepts as one."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        word = value.lower() if isinstance(value, str) else value
        message = "Input should be a valid boolean"
        if not isinstance(word, int | float | str):
            problems.append(Problem("bool_type", where, message, value))
        elif word in _FLAGS:
            return _FLAGS[word]
        else:
            message += ", unable to interpret input"
            problems.append(Problem("bool_parsing", where, message, value))
        return value


class Literal:
    """One of the given strings."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        if value not in self.words:
            quoted = [f"'{word}'" for word in self.words]
            expected = " or ".join([", ".join(quoted[:-1]), quoted[-1]][len(quoted) == 1 :])
            message = f"Input should be {expected}"
            problems.append(Problem("literal_error", where, message, value, {"expected": expected}))
        return value


@frozen
class ListOf:
    """A list whose elements have one type.

    Attributes:
        element: The type of the elements.
        least: The minimum length.
        noun: The type of container in vLLM's error message: "list", "iterable" or "sequence".
    """

    element: Kind = Anything()
    least: int = 0
    noun: str = "list"

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        if not isinstance(value, list):
            problems.append(self._wrong_kind(value, where))
            return value
        if len(value) < self.least:
            problems.append(_too_short(value, where, self.least))
        return [self.element.read(one, f"{where}.{n}", problems) for n, one in enumerate(value)]

    def _wrong_kind(self, value: Any, where: str) -> Problem:
        if self.noun == "sequence" and isinstance(value, str):
            message = "'str' instances are not allowed as a Sequence value"
            return Problem("sequence_str", where, message, value, {"type_name": "str"})
        if self.noun == "iterable":
            return Problem("iterable_type", where, "Input should be iterable", value)
        return Problem("list_type", where, "Input should be a valid list", value)


def _too_short(value: list[Any], where: str, least: int) -> Problem:
    items = "item" if least == 1 else "items"
    return Problem(
        "too_short",
        where,
        f"List should have at least {least} {items} after validation, not {len(value)}",
        value,
        {"field_type": "List", "min_length": least, "actual_length": len(value)},
    )


@frozen
class Maybe:
    """A value of this type, or null."""

    kind: Kind

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        return None if value is None else self.kind.read(value, where, problems)


@frozen
class Required:
    """A required field of this type."""

    kind: Kind = Anything()

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        return self.kind.read(value, where, problems)


_NO_DICTIONARY = {
    "dict_type": "Input should be a valid dictionary",
    "model_attributes_type": "Input should be a valid dictionary or object to extract fields from",
}


@frozen
class Fields:
    """An object with these fields and any others.

    Attributes:
        fields: The types of the known fields.
        name: The class name that error locations contain, if any.
        plain: Whether vLLM declares the field as a dictionary, not as a class.
    """

    fields: Mapping[str, Kind] = field(factory=dict)
    name: str = ""
    plain: bool = False

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        inside = f"{where}.{self.name}" if self.name else where
        if not isinstance(value, dict):
            type = "dict_type" if self.plain else "model_attributes_type"
            problems.append(Problem(type, inside, _NO_DICTIONARY[type], value))
            return value
        read = dict(value)
        for key, kind in self.fields.items():
            if key in value:
                read[key] = kind.read(value[key], f"{inside}.{key}", problems)
            elif isinstance(kind, Required):
                problems.append(Problem("missing", f"{inside}.{key}", "Field required", value))
        return read


class OneOf:
    """A union: a value of any of these types. An invalid value is reported once for each type."""

    def __init__(self, *kinds: Kind) -> None:
        self.kinds = kinds

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        found: list[Problem] = []
        for kind in self.kinds:
            own: list[Problem] = []
            read = kind.read(value, where, own)
            if not own:
                return read
            found += own
        problems.extend(found)
        return value
