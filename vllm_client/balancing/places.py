"""The servers that may have a row of a bulk run."""

from __future__ import annotations

from .look_ahead import ANYWHERE, Place
from .servers import ServerSet
from .wanted import Wanted


def place_of(wanted: Wanted, servers: ServerSet) -> Place:
    """The servers that may have a row of a bulk run.

    The rows of a session go to one server as long as it takes requests.

    Raises:
        RequestError: No server may have it.
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
    return Place(servers.preferred(wanted.keys, allowed), names)
