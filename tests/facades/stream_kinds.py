"""Every kind of stream except raw ones: how it is opened, and the events that a server sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs

from tests.facades.dialogue import DONE, LAST_CHUNK, QUESTION, STREAM_HEAD, chunk, chunked
from vllm_client import VllmError

PROMPT = {"model": "simulated", "prompt": "Once"}
SPEECH = {"file": b"RIFF"}
TOKENS: dict[str, Any] = {"token_ids": [1], "sampling_params": {"max_tokens": 8}, "stream": True}
MESSAGE: dict[str, Any] = {"model": "m", "messages": QUESTION["messages"], "max_tokens": 9}


def event(payload: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def _text(text: str, reason: str | None = None) -> bytes:
    return event({"choices": [{"index": 0, "text": text, "finish_reason": reason}]})


def _token(number: int, reason: str | None = None) -> bytes:
    choice = {"index": 0, "token_ids": [number], "text": str(number), "finish_reason": reason}
    return event({"request_id": "1", "choices": [choice]})


def _block(text: str) -> bytes:
    delta = {"type": "text_delta", "text": text}
    return event({"type": "content_block_delta", "index": 0, "delta": delta})


def _output(text: str) -> bytes:
    return event({"type": "response.output_text.delta", "delta": text, "output_index": 0})


def _completed(text: str) -> dict[str, Any]:
    message = {"type": "message", "content": [{"type": "output_text", "text": text}]}
    return {"id": "resp_1", "output": [message], "status": "completed"}


def usage(tokens: int) -> bytes:
    """Return the chunk with token counts of chat and completions."""
    counts = {"prompt_tokens": 1, "completion_tokens": tokens, "total_tokens": tokens + 1}
    return event({"choices": [], "usage": counts})


def _note() -> None:
    """A function that the model may call."""


@attrs.frozen
class Kind:
    """A kind of stream.

    Attributes:
        open: A function that opens the stream with further options.
        deltas: The first two deltas, with the texts "a" and "b", or the tokens 1 and 2.
        end: The events that complete the stream, without [DONE].
        text: A function that returns the text of a partial answer.
    """

    name: str
    open: Callable[..., Any] = attrs.field(repr=False)
    deltas: tuple[bytes, bytes] = attrs.field(repr=False)
    end: bytes = attrs.field(repr=False)
    text: Callable[[Any], str] = attrs.field(repr=False, default=lambda answer: answer.content)

    @property
    def whole(self) -> bytes:
        """Return the bytes of the whole stream."""
        return STREAM_HEAD + chunked(*self.deltas, self.end, DONE) + LAST_CHUNK


_CHAT = ((chunk("a"), chunk("b")), chunk("", "stop"))
_COMPLETION = ((_text("a"), _text("b")), _text("", "stop"))

EVENTS = Kind("events", lambda client, **o: client.chat.completions.stream(**QUESTION, **o), *_CHAT)
KINDS = [
    EVENTS,
    Kind(
        "builder",
        lambda client, **o: (
            client.chat.completions.create().messages(QUESTION["messages"]).send_stream(**o)
        ),
        *_CHAT,
    ),
    Kind(
        "chunks",
        lambda client, **o: client.chat.completions.create(**QUESTION, stream=True, **o),
        *_CHAT,
    ),
    Kind(
        "tools",
        lambda client, **o: client.chat.completions.stream_tools(tools=[_note], **QUESTION, **o),
        *_CHAT,
    ),
    Kind(
        "completion events",
        lambda client, **o: client.completions.stream(**PROMPT, **o),
        *_COMPLETION,
        text=lambda answer: answer.text,
    ),
    Kind(
        "completion builder",
        lambda client, **o: client.completions.create().prompt("Once").send_stream(**o),
        *_COMPLETION,
        text=lambda answer: answer.text,
    ),
    Kind(
        "completion chunks",
        lambda client, **o: client.completions.create(**PROMPT, stream=True, **o),
        *_COMPLETION,
        text=lambda answer: answer.text,
    ),
    Kind(
        "audio events",
        lambda client, **o: client.audio.transcriptions.stream(**SPEECH, **o),
        *_CHAT,
        text=lambda answer: answer.text,
    ),
    Kind(
        "audio chunks",
        lambda client, **o: client.audio.translations.create(**SPEECH, stream=True, **o),
        *_CHAT,
        text=lambda answer: answer.text,
    ),
    Kind(
        "inference",
        lambda client, **o: client.inference.generate(**TOKENS, **o),
        (_token(1), _token(2)),
        _token(3, "stop"),
        text=lambda answer: "".join("-ab"[n] for n in answer.token_ids if n < 3),
    ),
    Kind(
        "responses",
        lambda client, **o: client.responses.stream(input="Hi", **o),
        (_output("a"), _output("b")),
        event({"type": "response.completed", "response": _completed("ab")}),
        text=lambda answer: answer.output_text,
    ),
    Kind(
        "responses retrieved",
        lambda client, **o: client.responses.retrieve("resp_1", stream=True, **o),
        (_output("a"), _output("b")),
        event({"type": "response.completed", "response": _completed("ab")}),
        text=lambda answer: answer.output_text,
    ),
    Kind(
        "messages",
        lambda client, **o: client.messages.stream(**MESSAGE, **o),
        (_block("a"), _block("b")),
        event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})
        + event({"type": "message_stop"}),
        text=lambda answer: "".join(block.text for block in answer.content),
    ),
]


def error_of(read: Callable[[], object]) -> Any:
    """Read a stream and return the error that is raised."""
    try:
        read()
    except VllmError as error:
        return error
    raise AssertionError("nothing was raised")
