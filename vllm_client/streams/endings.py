"""The end of streams: a table for all protocols, and the errors of streams that end early.

Any `Signal` ends a stream. The stream is complete if the signal is in the `ENDINGS` row of its
protocol and everything that the row requires has arrived. Otherwise the stream fails with a
StreamError that names the missing part. An error of the server, undecodable data and a lost
connection break a stream at any time. Data after the end of a stream are ignored.

vLLM sends [DONE] also after an error, so [DONE] alone does not mean success.

A stream may stay open although everything required has arrived, for example behind a gateway that
drops [DONE] and keeps the connection. If the row allows it, the stream then ends after a grace
period.
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
    """The signals that end a stream."""

    LAST_EVENT = "the event that ends the protocol's streams"
    DONE = "[DONE]"
    END_OF_BYTES = "the end of the bytes"
    END_OF_GRACE = "the end of the grace period, without any of the others"


@attrs.frozen
class Ending:
    """The end of the streams of one protocol.

    Attributes:
        complete_at: The signals that complete a stream once everything required has arrived.
        required: The required part, to complete the message "the stream ended before …".
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
    # Transcription is done in pieces with a finish_reason each; only [DONE] marks the last one. The
    # next piece may take longer than any grace period, so only Timeout.token limits the wait.
    "audio":       Ending(_DONE, "a finish_reason and [DONE] after it"),
    # These streams have no [DONE]; a gateway may add one after the last event. The last event ends
    # them at once, without a grace period.
    "responses":   Ending(_LAST_EVENT, "response.completed, .incomplete or .failed"),
    "anthropic":   Ending(_LAST_EVENT, "message_delta and message_stop"),
    # Only the caller can check whether the bytes are complete. [DONE] has no special meaning here.
    "raw":         Ending(_END_OF_BYTES, "the end of the bytes"),
}  # fmt: skip


def ended_early(ending: Ending, signal: Signal, words: str = "") -> StreamError:
    """Return the error of a stream that ended before everything required had arrived.

    Args:
        ending: The row of the stream's protocol.
        signal: The signal that ended the stream.
        words: The server's own message in the stream, if any.
    """
    done = ", although [DONE] arrived" if signal is Signal.DONE else ""
    said = f"; the server says: {words}" if words else ""
    error = StreamError(f"the stream ended before {ending.required}{done}{said}")
    error.failure = "cut"
    return error


def closed_by_reader(begun: bool, partial: object) -> StreamError:
    """Return the error for reading from a stream that its reader has closed early."""
    error = StreamError("closed by the reader")
    error.begun, error.partial = begun, partial
    return error


def connection_lost(error: VllmError) -> VllmError:
    """Convert the error of a connection to the error of the stream that it carried."""
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
    """Return the error that the reader of a stream gets.

    Before the first delta it is the error itself, as for a call without streaming. Later it is a
    StreamError with the partial response, and the call must not be retried.
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
