"""Whether sockets can be read or written, asked of the system at once."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable
from functools import partial
from math import ceil, inf

# CPython hands poll() milliseconds in 32 bits, which would wrap.
_MAX_POLL_SECONDS = 1_000_000.0


def input_check(descriptor: int) -> Callable[[], object]:
    """A function that says, truthy or falsy, whether the socket has input, its end or an error."""
    if not hasattr(select, "poll"):
        return lambda: select.select([descriptor], [], [], 0)[0]
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    return partial(poller.poll, 0)


def writable(descriptors: Iterable[int], seconds: float) -> list[int]:
    """Those of the sockets that are connected, or failed to; after so many seconds none."""
    if not hasattr(select, "poll"):  # Windows reports what failed as an exceptional condition
        given = list(descriptors)
        _, ready, failed = select.select([], given, given, None if seconds == inf else seconds)
        return [*ready, *failed]
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLOUT)
    milliseconds = None if seconds == inf else ceil(1000 * min(seconds, _MAX_POLL_SECONDS))
    return [descriptor for descriptor, _ in poller.poll(milliseconds)]
