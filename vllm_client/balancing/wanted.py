"""The requirements of a request for its server."""

from __future__ import annotations

from collections.abc import Collection

import attrs


@attrs.frozen
class Wanted:
    """The requirements of a request for its server.

    Attributes:
        server: The name of the one server that may have it, if the caller or its state says so.
        keys: The hashes of its prefix, the shortest first; for a session its hash, twice, as the
            first key is never remembered.
        session: Whether `keys` is that of a session, which counts under each policy.
        model: The model's name; None for the default model of the server.
        avoid: Servers that failed this request, which get it only if no other can.
    """

    server: str | None = None
    keys: tuple[int, ...] = ()
    session: bool = False
    model: str | None = None
    avoid: Collection[str] = ()

    def without(self, server: str) -> Wanted:
        """The same, after this server has failed the request."""
        return attrs.evolve(self, avoid=frozenset({*self.avoid, server}))

    def anew(self) -> Wanted:
        """The same, as if no server had failed the request."""
        return attrs.evolve(self, avoid=()) if self.avoid else self
