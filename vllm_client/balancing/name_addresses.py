"""The servers at the addresses of a name: when it is looked up, and the changes that follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import inf

import attrs

# Seconds between two look-ups, and after a failed one if none has succeeded yet.
LOOK_UP_SECONDS = 30.0
FIRST_RETRY_SECONDS = 1.0


@attrs.frozen
class Changes:
    """The changes to the servers after a look-up, to be made in this order.

    Attributes:
        add: New servers by name, with their addresses.
        resume: Servers that were draining, and whose addresses are back.
        drain: Servers whose addresses are gone, and which have requests in flight.
        remove: Servers whose addresses are gone, and which have none.
    """

    add: Mapping[str, str] = attrs.field(factory=dict)
    resume: Sequence[str] = attrs.field(factory=list)
    drain: Sequence[str] = attrs.field(factory=list)
    remove: Sequence[str] = attrs.field(factory=list)


class NameAddresses:
    """The servers of one name. Until a look-up has succeeded there is one, of the name itself.

    A look-up that fails changes nothing.

    Attributes:
        next_look_up: When the name is to be looked up.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.next_look_up = -inf
        self._current: Collection[str] = [name]
        self._draining: Collection[str] = ()

    @property
    def was_looked_up(self) -> bool:
        """Whether a look-up has ended, with whatever result."""
        return self.next_look_up > -inf

    def failed(self, now: float) -> None:
        """A look-up has failed."""
        is_first = self.name in self._current
        self.next_look_up = now + (FIRST_RETRY_SECONDS if is_first else LOOK_UP_SECONDS)

    def found(self, addresses: Sequence[str], in_flight: Mapping[str, int], now: float) -> Changes:
        """A look-up has succeeded; the changes to make.

        Args:
            addresses: The current addresses of the name.
            in_flight: The number of requests in flight at each existing server. A server that the
                caller has removed is not added again while its address stays.
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
