"""The base class of events with a field that grows with the stream, such as `snapshot`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

from ._models import BaseModel


class GrowingEvent(BaseModel):
    """An event with one field that is computed when it is read.

    The field contains everything received so far. Computing it for every event would take n²
    steps for a stream of n events.
    """

    __slots__ = ("_pending",)

    _pending: tuple[str, Callable[[], Any]] | None

    @classmethod
    def _growing(cls, fields: dict[str, Any], name: str, compute: Callable[[], Any]) -> Self:
        """Return an event with these fields, and a field `name` that is computed when read."""
        made = cls._of(fields)
        made._pending = (name, compute)
        return made

    def __getattr__(self, name: str) -> Any:
        if name != "_pending":
            pending = getattr(self, "_pending", None)
            if pending is not None and pending[0] == name:
                return self._computed()
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _computed(self) -> Any:
        """Compute the field, unless it was already computed or assigned."""
        pending = getattr(self, "_pending", None)
        if pending is None:
            return None
        self._pending = None
        name, compute = pending
        if name not in self.__dict__:
            setattr(self, name, compute())
        return self.__dict__[name]

    def _items(self, *, with_unset: bool = True) -> Iterator[tuple[str, Any]]:
        self._computed()
        return super()._items(with_unset=with_unset)

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that the server sent or that were assigned."""
        self._computed()
        return set(self.__dict__)

    def __getstate__(self) -> Any:
        self._computed()
        return super().__getstate__()
