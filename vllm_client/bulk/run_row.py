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

    index: its place in the input. input: what the input gave. request: what is sent. size: how
    many rows of the caller it stands for. wanted: its requirements for its server. lane: the
    server that has it. began, sent_at: its first and its last sending.
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
    """After so many seconds send the row again, to the same server or another one; until then it
    keeps its slot."""

    wait: float


@attrs.frozen
class Queued:
    """The row has given its slot back and waits to be sent again."""


@attrs.frozen
class Moved:
    """The row waits to be sent to another server. Its slot stays taken for so many seconds."""

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
