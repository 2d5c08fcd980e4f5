"""How many requests may be in flight with the connections and descriptors that there are."""

from __future__ import annotations

# Descriptors that other parts of the process need.
SPARE_DESCRIPTORS = 64


def max_in_flight(max_connections: int | None) -> int:
    """As many as `max_connections` and the limit of open files, less some spare ones, allow."""
    allowed = max(1, _descriptors() - SPARE_DESCRIPTORS)
    return allowed if max_connections is None else min(allowed, max_connections)


def _descriptors() -> int:
    try:
        import resource
    except ImportError:  # Windows has no such limit on sockets
        return 1 << 31
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 1 << 31 if limit == resource.RLIM_INFINITY else limit
