"""The error raised when a launched server fails."""

from __future__ import annotations

from .. import VllmError


class LaunchError(VllmError):
    """A server could not be started, ended unexpectedly, or was not ready in time.

    If the server was started, the message contains the end of its log.
    """
