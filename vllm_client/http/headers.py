"""The header fields of a response, in order, with case-insensitive names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar, overload

from .secrets import Secrets, is_secret

D = TypeVar("D")


class Headers(Mapping[str, str]):
    """The header fields of an answer: a mapping with case-insensitive names.

    The values of repeated fields are joined by ", "; `pairs` has them separately.

    Attributes:
        pairs: All fields as (name, value), in the order they were received.
    """

    __slots__ = ("_values", "pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = tuple(pairs)
        values: dict[str, str] = {}
        for name, value in self.pairs:
            name = name.lower()
            values[name] = f"{values[name]}, {value}" if name in values else value
        self._values = values

    @overload
    def get(self, name: str, /) -> str | None: ...

    @overload
    def get(self, name: str, /, default: str | D) -> str | D: ...

    def get(self, name: str, /, default: object = None) -> object:
        """Return the field's value, or the default."""
        return self._values.get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def without(self, secrets: Secrets) -> Headers:
        """Return the same fields, with all occurrences of the secrets in their values replaced."""
        if not secrets:
            return self
        return Headers((name, secrets.hide(value)) for name, value in self.pairs)

    def __repr__(self) -> str:
        shown = {k: "***" if is_secret(k) else v for k, v in self._values.items()}
        return f"Headers({shown})"
