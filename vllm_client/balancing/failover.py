"""The next server for a request whose attempt failed: one table.

`call/retry.py` says whether a request may be sent again at all, and how patiently. With several
servers there is another question before that one: whether another server can answer at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from ..errors import ApiError, IoError, IoTimeout, StreamError, VllmError

# Other servers that may get a request which was sent and lost. It may be what broke the connection,
# and must not break one server after the other.
MAX_SERVERS_AFTER_LOSS = 2


class Failure(StrEnum):
    """The kinds of failure that matter for the choice of the next server."""

    CONNECT = "connect failed"
    LOST = "sent and lost"
    REFUSED = "refused"
    UNKNOWN_MODEL = "unknown model"
    BEGUN = "after the first event of a stream"
    OTHER = "other"


@attrs.frozen
class Move:
    """How a request moves to another server after a failure.

    Attributes:
        at_once: Whether it moves at once; otherwise after the wait of the retry policy, if that
            allows a retry.
        counts: Whether it is one of the policy's `max_retries`.
        max_servers: The number of other servers that it may move to after such failures. None is
            no limit.
        worked_on: Whether a server may have worked on it, so that the retry ratio bounds it.
    """

    at_once: bool
    counts: bool = False
    max_servers: int | None = None
    worked_on: bool = False


# None: the request does not move.
MOVES: Mapping[Failure, Move | None] = {
    # no server has received it
    Failure.CONNECT: Move(at_once=True),
    Failure.LOST: Move(
        at_once=True, counts=True, max_servers=MAX_SERVERS_AFTER_LOSS, worked_on=True
    ),
    # vLLM answers 503 before it works on a request: "try again later or on a different instance"
    Failure.REFUSED: Move(at_once=True),
    Failure.UNKNOWN_MODEL: Move(at_once=True),
    # the reader has events of the first answer already
    Failure.BEGUN: None,
    Failure.OTHER: Move(at_once=False, counts=True, worked_on=True),
}


def failure_of(error: VllmError) -> Failure:
    """The row of `MOVES` for an error."""
    match error:
        case StreamError(begun=True):
            return Failure.BEGUN
        case StreamError(failure="cut"):
            return Failure.LOST
        case IoTimeout(clock="connect"):
            return Failure.CONNECT
        case IoTimeout():
            return Failure.OTHER
        case IoError(failure="refused" | "no_address"):
            return Failure.CONNECT
        case IoError(failure="lost"):
            return Failure.LOST
        case ApiError(code=503):
            return Failure.REFUSED
        case ApiError(code=404, type="NotFoundError", param="model" | None):
            # the Messages API names no field, and other things than models may be missing there
            return Failure.UNKNOWN_MODEL if "The model" in error.message else Failure.OTHER
    return Failure.OTHER
