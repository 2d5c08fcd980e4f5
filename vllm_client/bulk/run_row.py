"""A row of a run from its admission to its end, and the step that follows a failed request."""

from __future__ import annotations

from typing import Any

import attrs

from ..balancing.wanted import Wanted
from .server_lane import ServerLane

NO_WISH = Wanted()


@attrs.define(eq=False)
class Row:
    """A row from its admission to its end.

    Attributes:
        index: Its place in the input, from 0.
        input: The value that the input gave.
        request: The request that is sent.
        size: How many rows of the caller it stands for, as in a batch of embeddings.
        wanted: Its requirements for its server.
        lane: The server that has it.
        began, sent_at: When it was first and last sent.
        attempts: How often it was sent.
        refusals, server_errors, losses: How often it was refused, answered with a server error, or
            lost with its connection.
    """

    index: int
    input: Any
    request: Any = None
    size: int = 1
    wanted: Wanted = NO_WISH
    lane: ServerLane = attrs.field(default=None, repr=False)
    began: float = 0.0
    sent_at: float = 0.0
    attempts: int = 0
    refusals: int = 0
    server_errors: int = 0
    losses: int = 0


@attrs.frozen
class Resend:
    """Send the row again after `wait` seconds, to the same or another server; it keeps its slot."""

    wait: float


@attrs.frozen
class Queued:
    """The row has given its slot back and waits to be sent again."""


@attrs.frozen
class Moved:
    """The row waits to be sent to another server. Its slot stays taken for `rest` seconds."""

    rest: float


@attrs.frozen
class Failed:
    """The row has failed; with this error, if it is not that of the request."""

    error: Exception | None = None


@attrs.frozen
class Ended:
    """The run ends with this error."""

    error: Exception


Step = Resend | Queued | Moved | Failed | Ended
