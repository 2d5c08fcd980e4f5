"""The state of one server, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import attrs


@attrs.frozen
class ServerStatus:
    """A snapshot of the state of one server.

    Attributes:
        name: The name that the caller gave the server.
        state: "in" if the server gets requests, "out" if it is unavailable, "draining" if it gets
            no new requests.
        in_flight: The number of requests of this client in flight at this server.
        concurrency: Max requests that the bulk runs of this client may have in flight at this
            server; None without a run.
        waiting: The number of requests of all clients in the server's queue, as last read by a bulk
            run; None if not read.
        cache_usage: The used share of the server's KV cache, 0 to 1, as last read by a bulk run;
            None if not read.
        errors: The number of failed attempts of this client so far.
        cause: Why the server is out; None if it is not.
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
