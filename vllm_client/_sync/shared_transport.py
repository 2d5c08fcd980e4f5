# Generated from vllm_client/_async/shared_transport.py by `python tests/tools/generate_sync.py`.
"""A transport that is shared by clients and closed by the last of them."""

from __future__ import annotations

import weakref
from typing import Any

from .._io.threads.connection_options import ConnectionOptions
from .._io.threads.http1_transport import SyncTransport
from .server_version import SyncServerVersion


class SyncSharedTransport:
    """The transport of a client and its copies. It is closed when the last of them is closed.

    Attributes:
        options: The options of the transport's connections.
    """

    def __init__(self, transport: SyncTransport, options: ConnectionOptions) -> None:
        self.transport = transport
        self.options = options
        self.version = SyncServerVersion()
        self._members: weakref.WeakSet[Any] = weakref.WeakSet()

    def join(self, member: object) -> None:
        """Count another client."""
        self._members.add(member)

    def leave(self, member: object) -> None:
        """Count one client less; the last one closes the idle connections."""
        self._members.discard(member)
        if not self._members:
            self.close()

    def close(self) -> None:
        """Close the connections as they become idle."""
        self.transport.close()
