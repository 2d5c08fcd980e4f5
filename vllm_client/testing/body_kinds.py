"""The kinds of values that fields of a request have, and vLLM's words for a value of another kind.

vLLM checks bodies with pydantic: a string of digits is a number, too, and a value that fits none of
several kinds is reported once for each of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from attrs import field, frozen


@frozen
class Problem:
    """Why a value is refused. `where`: its place, such as `body.messages.0`."""

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
    """A value as vLLM 0.32 shows it in an error: containers are counted, long texts are cut."""
    if isinstance(value, dict | list):
        return f"<{type(value).__name__} of {len(value)} items>"
    text = str(value)
    return text if len(text) <= _MAX_INPUT else f"{text[:_MAX_INPUT]}...[truncated]"


_MAX_INPUT = 200
_MAX_PROBLEMS = 10


def report(problems: Sequence[Problem]) -> str:
    """The message of vLLM 0.32: the first ten problems, each on a line, and the number left."""
    label = "error" if len(problems) == 1 else "errors"
    lines = [f"{len(problems)} validation {label}:"]
    lines += [f"  {problem}" for problem in problems[:_MAX_PROBLEMS]]
    if len(problems) > _MAX_PROBLEMS:
        lines.append(f"  ...and {len(problems) - _MAX_PROBLEMS} more {label}")
    return "\n".join(lines)


class Kind(Protocol):
    """Reads a value: returns it as vLLM understands it, and adds what is wrong to `problems`."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any: ...


@frozen
class Anything:
    """A value that is not checked."""

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
    """An integer, or a string of digits unless `strict`, between `least` and `most`."""

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
    """The number, or the type and the message of the error."""
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
    """A float, or a string that stands for one."""

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
    """True or false, or a number or a word that stands for one of them."""

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
    """One of several words."""

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
    """A list of values of one kind. `least`: the smallest length that is valid.

    `noun`: what the error for another value calls it; vLLM has lists, iterables and sequences.
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
    """A value of this kind, or null."""

    kind: Kind

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        return None if value is None else self.kind.read(value, where, problems)


@frozen
class Required:
    """A field of this kind that must be there."""

    kind: Kind = Anything()

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        return self.kind.read(value, where, problems)


_NO_DICTIONARY = {
    "dict_type": "Input should be a valid dictionary",
    "model_attributes_type": "Input should be a valid dictionary or object to extract fields from",
}


@frozen
class Fields:
    """An object with these fields, and any others. `name`: of its class, where errors show it.

    `plain`: whether it is a dictionary to vLLM, rather than a class.
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
    """A value of any of these kinds; of none of them, it has the errors of all."""

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
