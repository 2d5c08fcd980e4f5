# Generated from vllm_client/_async/shared_transport.py by `python tests/tools/generate_sync.py`.
"""Clients that share one transport, and when it closes."""

from __future__ import annotations

import weakref
from typing import Any

from .._io.threads.connection_options import ConnectionOptions
from .._io.threads.http1_transport import SyncTransport
from .server_version import SyncServerVersion


class SyncSharedTransport:
    """A client and those made from it. The last one to close, closes the transport.

    options: how the transport connects.
    """

    def __init__(self, transport: SyncTransport, options: ConnectionOptions) -> None:
        self.transport = transport
        self.options = options
        self.version = SyncServerVersion()
        self._members: weakref.WeakSet[Any] = weakref.WeakSet()

    def join(self, member: object) -> None:
        """One member more."""
        self._members.add(member)

    def leave(self, member: object) -> None:
        """One member less; with the last, what is idle is closed."""
        self._members.discard(member)
        if not self._members:
            self.close()

    def close(self) -> None:
        """Close the connections, as soon as they are idle."""
        self.transport.close()
