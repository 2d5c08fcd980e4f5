"""The servers at the IP addresses of one host name: lookup times and changes after a lookup."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import inf

import attrs

# Seconds between two lookups.
LOOK_UP_SECONDS = 30.0
# Seconds between two lookups as long as no lookup has succeeded.
FIRST_RETRY_SECONDS = 1.0


@attrs.frozen
class Changes:
    """Changes to the servers after a lookup, to be applied in the order of the attributes.

    Attributes:
        add: The addresses of new servers, by server name.
        resume: Servers that were draining and whose addresses were found again.
        drain: Servers with requests in flight whose addresses were not found.
        remove: Servers without requests in flight whose addresses were not found.
    """

    add: Mapping[str, str] = attrs.field(factory=dict)
    resume: Sequence[str] = attrs.field(factory=list)
    drain: Sequence[str] = attrs.field(factory=list)
    remove: Sequence[str] = attrs.field(factory=list)


class NameAddresses:
    """The servers of one host name.

    Before the first successful lookup there is one server, which has the name itself. A failed
    lookup changes nothing.

    Attributes:
        next_look_up: The time of the next lookup.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.next_look_up = -inf
        self._current: Collection[str] = [name]
        self._draining: Collection[str] = ()

    @property
    def was_looked_up(self) -> bool:
        """Whether a lookup has ended, with success or not."""
        return self.next_look_up > -inf

    def failed(self, now: float) -> None:
        """Record a failed lookup."""
        is_first = self.name in self._current
        self.next_look_up = now + (FIRST_RETRY_SECONDS if is_first else LOOK_UP_SECONDS)

    def found(self, addresses: Sequence[str], in_flight: Mapping[str, int], now: float) -> Changes:
        """Record a successful lookup and return the changes to make.

        A server that the caller has removed is not added again, although its address is found.

        Args:
            addresses: The current addresses of the name.
            in_flight: The number of requests in flight at each existing server.
            now: The time.
        """
        self.next_look_up = now + LOOK_UP_SECONDS
        wanted = {f"{self.name}@{address}": address for address in addresses}
        draining = [server for server in self._draining if server in in_flight]
        gone = [
            server
            for server in (*self._current, *draining)
            if server in in_flight and server not in wanted
        ]
        busy = [server for server in gone if in_flight[server]]
        known = {*self._current, *in_flight}
        self._current, self._draining = list(wanted), busy
        return Changes(
            add={server: address for server, address in wanted.items() if server not in known},
            resume=[server for server in draining if server in wanted],
            drain=[server for server in busy if server not in draining],
            remove=[server for server in gone if server not in busy],
        )
