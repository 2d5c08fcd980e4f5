"""Find the servers that may get a row of a bulk run."""

from __future__ import annotations

from collections.abc import Callable

from .look_ahead import ANYWHERE, Place
from .servers import ServerSet
from .wanted import Wanted


def place_of(
    wanted: Wanted, servers: ServerSet, is_crowded: Callable[[str], bool] = lambda name: False
) -> Place:
    """Return the servers that may get a row of a bulk run.

    All rows of a session go to one server as long as it accepts requests.

    Args:
        wanted: The requirements of the row.
        servers: The servers of the client.
        is_crowded: Tells whether too many rows prefer a server; see `ServerSet.preferred`.

    Raises:
        RequestError: No server accepts requests, or `wanted` names an unknown server.
    """
    if wanted.server is not None:
        name = servers[wanted.server].name
        return Place(name, frozenset({name}))
    allowed = servers.allowed(wanted)
    if wanted.session:
        home = servers.preferred(wanted.keys, allowed)
        return Place(home, frozenset({home}))
    names = None if allowed is None else frozenset(server.name for server in allowed)
    if not wanted.keys:
        return ANYWHERE if names is None else Place(None, names)
    return Place(servers.preferred(wanted.keys, allowed, is_crowded), names)
