"""Attrs validator that restricts a value to a set of choices."""

from collections.abc import Callable, Collection
from typing import Any

from attrs import Attribute


def one_of(choices: Collection[Any]) -> Callable[[object, "Attribute[Any]", Any], None]:
    """Return an attrs validator that raises ValueError with the list of choices."""

    def check(_instance: object, field: "Attribute[Any]", value: Any) -> None:
        if value not in choices:
            known = ", ".join(map(repr, choices))
            raise ValueError(f"{field.name}: expected one of {known}, got {value!r:.80}")

    return check
