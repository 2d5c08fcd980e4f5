"""How streams fail, whatever their dialect: what cannot be read, what broke off, and what is told
of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..call.server_errors import error_of_event
from ..codec.answer import Answer
from ..codec.decoder import structure
from ..codec.json_codec import loads
from ..errors import (
    ApiError,
    IoError,
    IoTimeout,
    ParseError,
    StreamError,
    StreamTimeout,
    VllmError,
    shortened,
)

T = TypeVar("T", bound=Answer)


def payload_of(text: str) -> tuple[Any, ApiError | None]:
    """The JSON of an event's data, and the error of the server's that it tells of, if any.

    Raises ParseError.
    """
    try:
        payload = loads(text)
        return payload, error_of_event(payload) if isinstance(payload, dict) else None
    except (ValueError, RecursionError) as error:
        raise _unreadable(text, error) from error


def event_of(payload: Any, event_class: type[T], text: str) -> T:
    """The event that this JSON, once the text, is. Raises ParseError."""
    try:
        return structure(payload, event_class)
    except (ValueError, RecursionError) as error:
        raise _unreadable(text, error) from error


def early_end(missing: str) -> StreamError:
    """The error of a stream whose bytes ended before what is missing had come."""
    cut = StreamError(f"the stream ended before {missing}")
    cut.failure = "cut"
    return cut


def cut_off(error: VllmError) -> VllmError:
    """The error of a connection, as that of the stream that it carried."""
    if isinstance(error, IoTimeout):
        told: StreamError = StreamTimeout(error.message, error.clock, error.seconds)
    elif isinstance(error, IoError):
        told = StreamError(error.message)
        told.failure = "cut"
    else:
        return error
    told.__cause__ = error
    return told


def as_met(error: VllmError, begun: bool, partial: Callable[[], Answer]) -> VllmError:
    """The error as a reader meets it: of a stream that has begun, with what had arrived."""
    if not begun:
        return error
    told = error
    if not isinstance(told, StreamError):
        told = StreamError(error.message)
        told.__cause__ = error
    if isinstance(error, ApiError):
        told.code, told.type, told.param = error.code, error.type, error.param
    told.begun = True
    told.partial = partial()
    return told


def _unreadable(text: str, error: Exception) -> ParseError:
    where = error.where if isinstance(error, ParseError) else "$"
    failure = ParseError(f"an event of the stream is no chunk: {error}", where)
    failure.body = shortened(text)
    return failure
