"""The state of one server, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs


@attrs.frozen
class ServerStatus:
    """The state of one server of a client at one moment.

    Attributes:
        name: As the caller calls it.
        state: "in" if it gets requests, "out" if it is away, or "draining".
        in_flight: Requests of this client in flight there.
        concurrency: How many requests the bulk runs of this client may have in flight there; None
            without a run.
        waiting: Requests of all clients in its queue, as a bulk run has read last; else None.
        cache_usage: The used share of its KV cache, 0 to 1, as a bulk run has read last; else None.
        errors: Failed attempts of this client so far.
        cause: Why it is out; None if it is not.
    """

    name: str
    state: Literal["in", "out", "draining"]
    in_flight: int
    concurrency: int | None = None
    waiting: int | None = None
    cache_usage: float | None = None
    errors: int = 0
    cause: str | None = None

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(self._parts())}"

    def _parts(self) -> Iterator[str]:
        yield self.state if self.cause is None else f"{self.state} ({self.cause})"
        of = "" if self.concurrency is None else f" of {self.concurrency:,}"
        yield f"{self.in_flight:,}{of} in flight"
        if self.waiting is not None:
            yield f"{self.waiting:,} waiting"
        if self.cache_usage is not None:
            yield f"cache {self.cache_usage:.0%}"
        if self.errors:
            yield f"{self.errors:,} errors" if self.errors > 1 else "1 error"
