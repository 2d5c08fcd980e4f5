"""Compute how many requests may be in flight, given the limits on connections and open files."""

from __future__ import annotations

# File descriptors left for other parts of the process.
SPARE_DESCRIPTORS = 64


def max_in_flight(max_connections: int | None, servers: int = 1) -> int:
    """Return the max number of requests in flight to each server.

    The limits are `max_connections` and the process's limit on open files. One connection of
    `max_connections` is reserved for polling the server's metrics and health.
    """
    allowed = (_descriptors() - SPARE_DESCRIPTORS) // servers
    if max_connections is not None:
        allowed = min(allowed, max_connections - 1)
    return max(1, allowed)


def _descriptors() -> int:
    try:
        import resource
    except ImportError:  # Windows has no limit on open sockets
        return 1 << 31
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1 << 31 if limit == resource.RLIM_INFINITY else limit
