"""How streams end: one table for all protocols, and the errors of streams that end badly.

Each signal ends the stream. The stream is complete if the signal is in the row of its protocol and
what the row requires has arrived; otherwise it is a StreamError that names what is missing. An
error of the server, data that cannot be decoded and a lost connection break a stream at any time.
After its end nothing changes a stream.

vLLM sends [DONE] after an error, too, so that [DONE] alone never means success.

A stream may stay open although all that is required has arrived, as behind a gateway that drops
[DONE] and keeps the connection. Where the row allows it, the stream then ends after a grace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Literal, TypeAlias

import attrs

from ..errors import ApiError, IoError, IoTimeout, StreamError, StreamTimeout, VllmError

StreamProtocol: TypeAlias = Literal[
    "chat", "completions", "inference", "audio", "responses", "anthropic", "raw"
]


class Signal(Enum):
    """What a stream may end with."""

    LAST_EVENT = "the event that ends the protocol's streams"
    DONE = "[DONE]"
    END_OF_BYTES = "the end of the bytes"
    END_OF_GRACE = "the end of the grace, without any of the others"


@attrs.frozen
class Ending:
    """How the streams of one protocol end.

    Attributes:
        complete_at: the signals at which a stream is complete, once what is required has arrived.
        required: what is missing from a stream that ends earlier: "the stream ended before …".
    """

    complete_at: frozenset[Signal]
    required: str


_LAST_EVENT = frozenset({Signal.LAST_EVENT})
_DONE = frozenset({Signal.DONE})
_END_OF_BYTES = frozenset({Signal.END_OF_BYTES})
_END_OF_GRACE = frozenset({Signal.END_OF_GRACE})
_ANY_END = _DONE | _END_OF_BYTES | _END_OF_GRACE

ENDINGS: Mapping[StreamProtocol, Ending] = {
    "chat":        Ending(_ANY_END, "every choice had its finish_reason"),
    "completions": Ending(_ANY_END, "every choice had its finish_reason"),
    "inference":   Ending(_ANY_END, "every choice had its finish_reason"),
    # A finish_reason ends a piece of the recording; only [DONE] says which piece is the last. The
    # next piece may take longer than any grace, so that Timeout.token alone limits the wait for it.
    "audio":       Ending(_DONE, "a finish_reason and [DONE] after it"),
    # These streams have no [DONE]: where a gateway adds one, it comes after the last event. That
    # event ends them at once, without a grace.
    "responses":   Ending(_LAST_EVENT, "response.completed, .incomplete or .failed"),
    "anthropic":   Ending(_LAST_EVENT, "message_delta and message_stop"),
    # whether the bytes are whole, only their reader knows; [DONE] is bytes like any other
    "raw":         Ending(_END_OF_BYTES, "the end of the bytes"),
}  # fmt: skip


def ended_early(ending: Ending, signal: Signal, words: str = "") -> StreamError:
    """The error of a stream that this signal ended before what its protocol requires.

    Args:
        ending: how streams of the protocol end.
        signal: what ended the stream.
        words: what the server said in it about the stream itself.
    """
    done = ", though [DONE] came" if signal is Signal.DONE else ""
    said = f"; the server says: {words}" if words else ""
    error = StreamError(f"the stream ended before {ending.required}{done}{said}")
    error.failure = "cut"
    return error


def closed_by_reader(begun: bool, partial: object) -> StreamError:
    """The error of reading on in a stream that its reader has closed early."""
    error = StreamError("closed by the reader")
    error.begun, error.partial = begun, partial
    return error


def connection_lost(error: VllmError) -> VllmError:
    """The error of a connection, as the error of the stream that it carried."""
    if isinstance(error, IoTimeout):
        broken: StreamError = StreamTimeout(error.message, error.clock, error.seconds)
    elif isinstance(error, IoError):
        broken = StreamError(error.message)
        broken.failure = "cut"
    else:
        return error
    broken.__cause__ = error
    return broken


def error_for_reader(error: VllmError, begun: bool, partial: Callable[[], object]) -> VllmError:
    """The error that a stream's reader gets.

    Before the first delta it is the error itself, as a plain call raises it. Later it is a
    StreamError with what had arrived, which must not be retried.
    """
    if not begun:
        return error
    broken = error if isinstance(error, StreamError) else StreamError(error.message)
    if broken is not error:
        broken.__cause__ = error
    if isinstance(error, ApiError):
        broken.code, broken.type, broken.param = error.code, error.type, error.param
    broken.begun = True
    broken.partial = partial()
    return broken
