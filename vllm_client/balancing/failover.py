"""The failover table: whether a failed request may move to another server, and when.

`call/retry.py` decides whether a request is sent again, and after which wait. With several servers
this table is consulted first, because another server may answer at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from ..errors import ApiError, IoError, IoTimeout, StreamError, VllmError

# Max other servers for a request whose connection was lost after it was sent. If the request itself
# crashes the server, it must not crash one server after the other.
MAX_SERVERS_AFTER_LOSS = 2


class Failure(StrEnum):
    """A kind of failure, which decides where the next attempt goes."""

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
        at_once: Whether the request moves without a wait. Otherwise it waits as the retry policy
            says, if the policy allows a retry.
        counts: Whether the attempt counts towards `max_retries` of the policy.
        max_servers: Max number of other servers to try after failures of this kind; None for no
            limit.
        worked_on: Whether a server may have processed the request, so that the attempt is limited
            by the retry ratio (`RetryRatio`).
    """

    at_once: bool
    counts: bool = False
    max_servers: int | None = None
    worked_on: bool = False


# None: the request is not sent again.
MOVES: Mapping[Failure, Move | None] = {
    # no server has received the request
    Failure.CONNECT: Move(at_once=True),
    Failure.LOST: Move(
        at_once=True, counts=True, max_servers=MAX_SERVERS_AFTER_LOSS, worked_on=True
    ),
    # vLLM sends 503 before it processes a request: "try again later or on a different instance"
    Failure.REFUSED: Move(at_once=True),
    Failure.UNKNOWN_MODEL: Move(at_once=True),
    # the caller already has events of the first response
    Failure.BEGUN: None,
    Failure.OTHER: Move(at_once=False, counts=True, worked_on=True),
}


def failure_of(error: VllmError) -> Failure:
    """Return the kind of failure of an error, which is a key of `MOVES`."""
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
            # errors of the Messages API have no `param`, and its 404 need not be about a model
            return Failure.UNKNOWN_MODEL if "The model" in error.message else Failure.OTHER
    return Failure.OTHER
