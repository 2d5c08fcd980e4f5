"""What a streaming call needs beside its request: who makes sense of the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import attrs

from .errors import VllmError
from .request import RequestSpec

ItemT = TypeVar("ItemT")
ResponseT = TypeVar("ResponseT", covariant=True)


class Machine(Protocol[ItemT, ResponseT]):
    """From the data of server-sent events to items, and to what they add up to."""

    @property
    def begun(self) -> bool:
        """Whether anything has come that a reader may have seen."""
        ...

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        ...

    @property
    def error(self) -> VllmError | None:
        """What broke the stream; raised when one reads on."""
        ...

    def receive(self, texts: list[str]) -> list[ItemT]:
        """The items that these data make."""
        ...

    def end(self) -> list[ItemT]:
        """The last items, now that the bytes have ended."""
        ...

    def fail(self, error: VllmError) -> list[ItemT]:
        """The last items, now that the bytes broke off."""
        ...

    def response(self) -> ResponseT:
        """What has come so far."""
        ...


@attrs.frozen
class StreamPlan(Generic[ItemT, ResponseT]):
    """A streaming request, and a new machine for each attempt at it."""

    spec: RequestSpec[Any]
    machine: Callable[[], Machine[ItemT, ResponseT]]
