"""Requests of these tests, functions that read the answers, and answers as bytes."""

from __future__ import annotations

import json
from typing import Any

import attrs

from vllm_client import StreamEvent, VllmError

QUESTION: dict[str, Any] = {
    "model": "simulated",
    "messages": [{"role": "user", "content": "What is recursion?"}],
}


def ask(client: Any, **options: Any) -> Any:
    """Return the plain answer."""
    return client.chat.completions.create(**QUESTION, **options)


def stream(client: Any, **options: Any) -> Any:
    """Return the stream of events."""
    return client.chat.completions.stream(**QUESTION, **options)


@attrs.frozen
class Heard:
    """The result of a stream: its events, and the error that was raised on opening or reading."""

    events: list[Any]
    error: VllmError | None = None
    opened: bool = True

    @property
    def text(self) -> str:
        return "".join(e.delta for e in self.events if isinstance(e, StreamEvent.Content))


def hear(client: Any, **options: Any) -> Heard:
    """Read a stream to its end, or past its error."""
    events: list[Any] = []
    try:
        opened = stream(client, **options)
    except VllmError as error:
        return Heard(events, error, opened=False)
    try:
        with opened as reading:
            for event in reading:
                events.append(event)
    except VllmError as error:
        return Heard(events, error)
    return Heard(events)


# Seconds of a timeout that has to expire after some words have arrived. On a busy machine the words
# may arrive too late; then the next timeout is tried.
PATIENCE = (0.2, 1.5, 10.0)


def http(
    body: bytes, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> bytes:
    """Return a whole HTTP response."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def chunk(text: str, finish_reason: str | None = None) -> bytes:
    """Return an event of a chat stream."""
    delta = {"content": text} if text else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return b"data: " + json.dumps({"id": "chat-1", "choices": [choice]}).encode() + b"\n\n"


def chunked(*pieces: bytes) -> bytes:
    """Return pieces as HTTP chunks, without the final chunk."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


_MESSAGE = {"role": "assistant", "content": "Hello!"}
ANSWER = json.dumps(
    {"id": "chat-1", "choices": [{"index": 0, "message": _MESSAGE, "finish_reason": "stop"}]}
).encode()
HELLO = http(ANSWER)
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
DONE = b"data: [DONE]\n\n"
LAST_CHUNK = b"0\r\n\r\n"
HELLO_STREAM = STREAM_HEAD + chunked(chunk("Hello!"), chunk("", "stop"), DONE) + LAST_CHUNK
