"""A row of a run, and the steps that may follow a failed request."""

from __future__ import annotations

from typing import Any

import attrs

from ..balancing.wanted import Wanted
from .server_lane import ServerLane

NO_WISH = Wanted()


@attrs.define(eq=False)
class Row:
    """The state of a row, from when it is read to when it is finished.

    Attributes:
        index: The position of the row in the input, from 0.
        input: The row as read from the input.
        request: The request to send.
        size: The number of the caller's rows in the request; above 1 for a batch of embeddings.
        wanted: The requirements for the server.
        lane: The server of the current attempt.
        began, sent_at: When the row was first and last sent.
        attempts: The number of times that the row was sent.
        refusals, server_errors, losses: The number of times that the row was refused, answered with
            a server error, or lost with its connection.
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
    """The row has released its slot and waits to be sent again."""


@attrs.frozen
class Moved:
    """The row waits to be sent to another server; its slot stays occupied for `rest` seconds."""

    rest: float


@attrs.frozen
class Failed:
    """The row has failed with `error`, or with the error of its request if `error` is None."""

    error: Exception | None = None


@attrs.frozen
class Ended:
    """The run ends with this error."""

    error: Exception


Step = Resend | Queued | Moved | Failed | Ended
