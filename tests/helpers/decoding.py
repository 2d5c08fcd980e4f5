"""Streams through the pure core, for its tests: bytes or chunks in, events out."""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, settings

from tests.recordings import Recording, all_recordings
from vllm_client.api.chat.request import build_chat, plan_chat_events
from vllm_client.api.chat.stream import ChatMachine
from vllm_client.api.completions.request import build_completion, plan_completion_events
from vllm_client.api.completions.stream import CompletionMachine
from vllm_client.call.response import HttpResponse
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import VllmError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers
from vllm_client.http.sse import SseDecoder
from vllm_client.streams import delta_template
from vllm_client.streams.events import AnyStreamEvent, DoneEvent, ErrorEvent

SETTINGS = ClientSettings(BaseUrl.parse("http://server:8000/v1"))

Machine = ChatMachine | CompletionMachine

# Settings of property tests that allow for a slow, busy machine.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def recorded(path: str, *, streamed: bool) -> list[Recording]:
    """Return the successful recordings whose path ends with `path`."""
    return [
        recording
        for recording in all_recordings()
        if recording.path.endswith(path)
        and recording.status == 200
        and recording.streamed is streamed
    ]


CHAT_STREAMS = recorded("/chat/completions", streamed=True)
COMPLETION_STREAMS = recorded("/v1/completions", streamed=True)
STREAMS = CHAT_STREAMS + COMPLETION_STREAMS


def machine_of(recording: Recording, settings: ClientSettings = SETTINGS) -> Machine:
    """Return the machine that the client makes for a recorded request."""
    if recording.path.endswith("/chat/completions"):
        return plan_chat_events(settings, {"extra_body": recording.request}).machine()
    return plan_completion_events(settings, {"extra_body": recording.request}).machine()


def plain_answer(recording: Recording, settings: ClientSettings = SETTINGS) -> Any:
    """Return what the client makes of a recorded plain answer."""
    chat = recording.path.endswith("/chat/completions")
    build: Callable[..., Any] = build_chat if chat else build_completion
    reply = HttpResponse(recording.status or 0, Headers(recording.headers.items()), recording.body)
    return build(settings, {"extra_body": recording.request}).read(reply)


def decode(machine: Machine, pieces: Iterable[bytes]) -> list[AnyStreamEvent]:
    """Return the events of a body that arrives in these pieces and then ends."""
    decoder, events = SseDecoder(), []
    for piece in pieces:
        try:
            texts = decoder.feed(piece)
        except VllmError as error:
            return events + machine.lose_connection(error)
        events += machine.receive(texts)
    return events + machine.receive(decoder.feed(b"")) + machine.end()


def run(machine: Machine, chunks: Iterable[Any]) -> list[AnyStreamEvent]:
    """Return the events of these chunks, each in its own read, and of the end after them."""
    events = []
    for chunk in chunks:
        events += machine.receive([chunk if isinstance(chunk, str) else json.dumps(chunk)])
    return events + machine.end()


def comparable(events: list[AnyStreamEvent]) -> list[Any]:
    """Return the events, with errors converted to comparable values."""
    return [
        (type(event.error), str(event.error), vars(event.error))
        if isinstance(event, ErrorEvent)
        else event
        for event in events
    ]


def without_templates() -> Any:
    """Return a context in which new machines parse each chunk completely, without templates."""
    return mock.patch.object(delta_template, "MAX_LEARNED_TEMPLATES", 0)


def part(index: int = 0, finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    """Return the part of a chat chunk for one choice, as vLLM 0.32 writes it."""
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def chunk(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a chat chunk, as vLLM 0.32 writes it."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "tiny"}
    return {**head, "choices": list(parts), **fields}


def said(text: str, index: int = 0) -> dict[str, Any]:
    """Return a chat chunk with content."""
    return chunk(part(index, content=text))


def called(*pieces: dict[str, Any]) -> dict[str, Any]:
    """Return a chat chunk with pieces of tool calls."""
    return chunk(part(content=None, tool_calls=list(pieces)))


def piece(index: int = 0, arguments: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a piece of a tool call. `name` is put into its function."""
    function = {"name": fields.pop("name")} if "name" in fields else {}
    if arguments is not None:
        function["arguments"] = arguments
    return {"index": index, **fields, "function": function}


def finished(reason: str = "stop", index: int = 0, **delta: Any) -> dict[str, Any]:
    """Return the last chat chunk of a choice."""
    return chunk(part(index, reason, **delta))


def text_chunk(text: str, finish_reason: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a completion chunk, as vLLM 0.32 writes it."""
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}
    return {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 7,
        "model": "tiny",
        "choices": [choice | fields],
    }


def check_end(machine: Machine, events: list[AnyStreamEvent]) -> None:
    """Assert what is true of every stream that is over, for any input."""
    assert machine.over
    assert [type(event) in (DoneEvent, ErrorEvent) for event in events].count(True) == 1
    assert type(events[-1]) in (DoneEvent, ErrorEvent)
    assert machine.error is getattr(events[-1], "error", None)
    assert machine.receive(['{"choices": []}', "[DONE]"]) == []
    assert machine.end() == []
    assert machine.fail(VllmError("late")) == []
    machine.partial().to_json()


def steps(action: Callable[[], object]) -> int:
    """Count the function calls of an action, including calls of built-in functions."""
    count = 0

    def watch(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count
