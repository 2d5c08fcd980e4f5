"""A transport that is shared by clients and closed by the last of them."""

from __future__ import annotations

import weakref
from typing import Any

from .._io.asyncio_.connection_options import ConnectionOptions
from .._io.asyncio_.http1_transport import AsyncTransport
from .server_version import AsyncServerVersion


class AsyncSharedTransport:
    """The transport of a client and its copies. It is closed when the last of them is closed.

    Attributes:
        options: The options of the transport's connections.
    """

    def __init__(self, transport: AsyncTransport, options: ConnectionOptions) -> None:
        self.transport = transport
        self.options = options
        self.version = AsyncServerVersion()
        self._members: weakref.WeakSet[Any] = weakref.WeakSet()

    def join(self, member: object) -> None:
        """Count another client."""
        self._members.add(member)

    async def leave(self, member: object) -> None:
        """Count one client less; the last one closes the idle connections."""
        self._members.discard(member)
        if not self._members:
            await self.close()

    async def close(self) -> None:
        """Close the connections as they become idle."""
        await self.transport.close()
