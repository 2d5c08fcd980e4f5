"""Ask the system whether sockets are readable or writable."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable
from functools import partial
from math import ceil, inf

# CPython passes milliseconds to poll() as 32 bits, which would overflow.
_MAX_POLL_SECONDS = 1_000_000.0


def input_check(descriptor: int) -> Callable[[], object]:
    """Return a function whose result is truthy if the socket has input, EOF or an error."""
    if not hasattr(select, "poll"):
        return lambda: select.select([descriptor], [], [], 0)[0]
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return partial(poller.poll, 0)


def writable(descriptors: Iterable[int], seconds: float) -> list[int]:
    """Wait for connects to succeed or fail; return those descriptors, or [] after `seconds`."""
    if not hasattr(select, "poll"):  # Windows reports a failed connect as exceptional condition
        given = list(descriptors)
        _, ready, failed = select.select([], given, given, None if seconds == inf else seconds)
        return [*ready, *failed]
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLOUT)
    milliseconds = None if seconds == inf else ceil(1000 * min(seconds, _MAX_POLL_SECONDS))
    return [descriptor for descriptor, _ in poller.poll(milliseconds)]
