"""Header fields: in the order they came, found whatever their case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar, overload

from .secrets import Secrets, is_secret

D = TypeVar("D")


class Headers(Mapping[str, str]):
    """The header fields of an answer. Names are found in any case, repeated ones joined by ", "."""

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
        """The field's value, or the default."""
        return self._values.get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def without(self, secrets: Secrets) -> Headers:
        """The same fields, without a trace of these in their values."""
        if not secrets:
            return self
        return Headers((name, secrets.hide(value)) for name, value in self.pairs)

    def __repr__(self) -> str:
        shown = {k: "***" if is_secret(k) else v for k, v in self._values.items()}
        return f"Headers({shown})"
