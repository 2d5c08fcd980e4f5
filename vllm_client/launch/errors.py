"""The error of servers that do not run."""

from __future__ import annotations

from .. import VllmError


class LaunchError(VllmError):
    """A server could not be started, ended, or did not become ready.

    If it was started, the message has the end of its log.
    """
