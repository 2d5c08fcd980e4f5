"""Types of request fields, for bodies that vLLM validates more strictly than others."""

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from .body_kinds import Fields, Kind, ListOf, Problem


@frozen
class StrictFlag:
    """A boolean, without pydantic's conversion of numbers and words."""

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        if not isinstance(value, bool):
            message = "Input should be a valid boolean"
            problems.append(Problem("bool_type", where, message, value))
        return value


@frozen
class Labelled:
    """A member of a union, with the label that errors show as its location."""

    label: str
    kind: Kind

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        return self.kind.read(value, f"{where}.{self.label}", problems)


@frozen
class Closed:
    """An object with these fields and no others."""

    fields: Mapping[str, Kind] = field(factory=dict)

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        read = Fields(self.fields).read(value, where, problems)
        problems += unknown_fields(value, self.fields, where)
        return read


def unknown_fields(value: Any, known: Mapping[str, Any], where: str) -> list[Problem]:
    """Return an error for each unknown field of an object."""
    names = [name for name in value if name not in known] if isinstance(value, dict) else []
    message = "Extra inputs are not permitted"
    return [Problem("extra_forbidden", f"{where}.{name}", message, value[name]) for name in names]


@frozen
class Short:
    """A list whose length is from `least` to `most`."""

    most: int
    element: Kind
    least: int = 0

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        if isinstance(value, list) and len(value) > self.most:
            most, actual = self.most, len(value)
            message = f"List should have at most {most} items after validation, not {actual}"
            context = {"field_type": "List", "max_length": most, "actual_length": actual}
            problems.append(Problem("too_long", where, message, value, context))
            return value
        return ListOf(self.element, least=self.least).read(value, where, problems)


@frozen
class Tagged:
    """A union of object types; the field `type` selects one."""

    kinds: Mapping[str, Kind]

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        tag = value.get("type") if isinstance(value, dict) else None
        if isinstance(tag, str) and tag in self.kinds:
            return self.kinds[tag].read(value, f"{where}.{tag}", problems)
        problems.append(self._unknown(tag, where, value))
        return value

    def _unknown(self, tag: Any, where: str, value: Any) -> Problem:
        context = {"discriminator": "'type'"}
        if tag is None:
            message = "Unable to extract tag using discriminator 'type'"
            return Problem("union_tag_not_found", where, message, value, context)
        expected = ", ".join(f"'{name}'" for name in self.kinds)
        found = f"Input tag '{tag}' found using 'type' does not match any of the expected tags"
        context = {**context, "tag": tag, "expected_tags": expected}
        return Problem("union_tag_invalid", where, f"{found}: {expected}", value, context)


@frozen
class Checked:
    """A value with an additional validator.

    Attributes:
        kind: The type of the value.
        check: The validator; it returns the error message, or None.
        first: Whether the validator runs before the type is checked. If it then finds an error,
            the type is not checked.
    """

    kind: Kind
    check: Callable[[Any], str | None]
    first: bool = False

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        if self.first and self._is_refused(value, where, problems):
            return value
        own: list[Problem] = []
        read = self.kind.read(value, where, own)
        problems += own
        if not own and not self.first:
            self._is_refused(value, where, problems)
        return read

    def _is_refused(self, value: Any, where: str, problems: list[Problem]) -> bool:
        message = self.check(value)
        if message is None:
            return False
        error = ValueError(message)
        problems.append(
            Problem("value_error", where, f"Value error, {error}", value, {"error": error})
        )
        return True


@frozen
class Constant:
    """A boolean with one valid value."""

    value: bool

    def read(self, value: Any, where: str, problems: list[Problem]) -> Any:
        if value is not self.value:
            message, context = f"Input should be {self.value}", {"expected": f"{self.value}"}
            problems.append(Problem("literal_error", where, message, value, context))
        return value
