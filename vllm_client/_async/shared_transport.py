"""Clients that share one transport, and when it closes."""

from __future__ import annotations

import weakref
from typing import Any

from .._io.asyncio_.connection_options import ConnectionOptions
from .._io.asyncio_.http1_transport import AsyncTransport
from .server_version import AsyncServerVersion


class AsyncSharedTransport:
    """A client and those made from it. The last one to close, closes the transport.

    options: how the transport connects.
    """

    def __init__(self, transport: AsyncTransport, options: ConnectionOptions) -> None:
        self.transport = transport
        self.options = options
        self.version = AsyncServerVersion()
        self._members: weakref.WeakSet[Any] = weakref.WeakSet()

    def join(self, member: object) -> None:
        """One member more."""
        self._members.add(member)

    async def leave(self, member: object) -> None:
        """One member less; with the last, what is idle is closed."""
        self._members.discard(member)
        if not self._members:
            await self.close()

    async def close(self) -> None:
        """Close the connections, as soon as they are idle."""
        await self.transport.close()
