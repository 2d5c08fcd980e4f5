"""How many requests may be in flight with the connections and descriptors that there are."""

from __future__ import annotations

# Descriptors that other parts of the process need.
SPARE_DESCRIPTORS = 64


def max_in_flight(max_connections: int | None, servers: int = 1) -> int:
    """How many requests `max_connections` and the limit of open files allow at each server.

    One of `max_connections` is left for the polls of the server's gauges and of its health.
    """
    allowed = (_descriptors() - SPARE_DESCRIPTORS) // servers
    if max_connections is not None:
        allowed = min(allowed, max_connections - 1)
    return max(1, allowed)


def _descriptors() -> int:
    try:
        import resource
    except ImportError:  # Windows has no such limit on sockets
        return 1 << 31
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1 << 31 if limit == resource.RLIM_INFINITY else limit
