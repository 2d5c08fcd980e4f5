"""The requirements of a request for its server."""

from __future__ import annotations

from collections.abc import Collection

import attrs


@attrs.frozen
class Wanted:
    """The requirements of a request for its server.

    Attributes:
        server: The name of the only server that may get the request, because the caller names it or
            it stores state of the request; None for any server.
        keys: The hashes of the prompt's prefixes, shortest prefix first. For a session, the hash of
            its id twice, because the first key is never remembered.
        session: Whether `keys` comes from a session id; sessions are sticky under each policy.
        model: The name of the model; None for the default model of the server.
        avoid: Servers that failed this request; they get it again only if no other server can.
    """

    server: str | None = None
    keys: tuple[int, ...] = ()
    session: bool = False
    model: str | None = None
    avoid: Collection[str] = ()

    def without(self, server: str) -> Wanted:
        """Return a copy that also avoids this server, which has failed the request."""
        return attrs.evolve(self, avoid=frozenset({*self.avoid, server}))

    def anew(self) -> Wanted:
        """Return a copy that avoids no server."""
        return attrs.evolve(self, avoid=()) if self.avoid else self
