"""Stored responses: continue, retrieve, create in the background, cancel.

A server with a response store behaves as vLLM with VLLM_ENABLE_RESPONSES_API_STORE=1. Without that
variable vLLM stores no response.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from .. import body_shapes
from ..body_kinds import Fields, Flag, Maybe, Whole
from ..endpoint import EVENT_STREAM
from ..generation import Generation
from ..generation_endpoint import AnswerWriter, GenerationEndpoint
from ..ids import new_id
from ..replies import ReceivedRequest
from ..request_checks import Refusal, check_conversation, read_json, read_shape
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import Close, Event, SocketResponse, Step
from .chat import chat_prompts
from .response_stream import StreamedResponses
from .responses import as_chat, given
from .stored_response import SharedSteps, StoredResponse

Json = Mapping[str, Any]


@frozen
class ResponsesEndpoint(GenerationEndpoint):
    """The endpoint of Responses: store responses, and generate some in the background."""

    def write(
        self, generation: Generation, writer: AnswerWriter, state: ServerState
    ) -> SocketResponse:
        assert isinstance(writer, StreamedResponses)
        if not _keeps(generation.body, state):
            return super().write(generation, writer, state)
        if generation.body.get("background"):
            return _in_background(generation, writer, state)
        final = writer.plain()
        stored = StoredResponse(_messages(generation), final, lambda: final)
        if generation.request.get("stream"):
            steps = _storing(writer.stream(), generation.id, stored, state)
            return SocketResponse(200, EVENT_STREAM, steps, length=None)
        if generation.error is not None:
            return super().write(generation, writer, state)
        state.responses[generation.id] = stored
        return json_answer(final)


def _keeps(body: Json, state: ServerState) -> bool:
    return state.settings.response_store and bool(given(body, "store", True))


def _messages(generation: Generation) -> list[Json]:
    return list(generation.request["messages"])


def _storing(
    steps: Iterable[Step], id: str, stored: StoredResponse, state: ServerState
) -> Iterator[Step]:
    """Yield the steps of a stream and store the response after the last one."""
    yield from steps
    state.responses[id] = stored


def _in_background(
    generation: Generation, writer: StreamedResponses, state: ServerState
) -> SocketResponse:
    begun = writer.response("queued", [])
    failed = {**begun, "status": "failed"}
    stored = StoredResponse(
        _messages(generation),
        begun,
        writer.plain if generation.error is None else lambda: failed,
        time.monotonic() + generation.wait,
        generation.run,
    )
    state.responses[generation.id] = stored
    if not generation.request.get("stream"):
        return json_answer(begun)
    stored.steps = SharedSteps.of(writer.stream())
    return SocketResponse(200, EVENT_STREAM, stored.steps, length=None)


_RETRIEVAL = {"stream": Maybe(Flag()), "starting_after": Maybe(Whole())}


def retrieve(request: ReceivedRequest, state: ServerState, response_id: str) -> SocketResponse:
    """Return a response; with `stream`, its events, optionally after a sequence number."""
    query = read_shape(Fields(_RETRIEVAL), dict(request.query), "query")
    stored = _stored(response_id, state)
    if not query.get("stream"):
        return json_answer(stored.current)
    first = 0 if query.get("starting_after") is None else query["starting_after"] + 1
    return SocketResponse(200, EVENT_STREAM, _again(stored, first), length=None)


def _again(stored: StoredResponse, first: int) -> Iterator[Step]:
    # vLLM 0.32 cuts this stream unless the response was created with both background and stream.
    if not stored.steps:
        yield Close()
    number = 0
    for step in stored.steps or ():
        if not isinstance(step, Event) or number >= first:
            yield step
        number += isinstance(step, Event)


def cancel(request: ReceivedRequest, state: ServerState, response_id: str) -> SocketResponse:
    """Cancel a response that is generated in the background."""
    stored = _stored(response_id, state)
    if stored.current["status"] not in ("queued", "in_progress"):
        message = "Cannot cancel a synchronous response."
        raise Refusal(message, "response_id", type=_INVALID)
    stored.cancel()
    return json_answer(stored.current)


def _stored(id: str, state: ServerState) -> StoredResponse:
    if id not in state.responses:
        message = f"Response with id '{id}' not found."
        raise Refusal(message, "response_id", 404, _INVALID)
    return state.responses[id]


_INVALID = "invalid_request_error"


def _read(request: ReceivedRequest) -> dict[str, Any]:
    body = dict(read_json(request))
    # vLLM 0.32 sets this field before it validates the body, so it is in the errors of validation.
    if not body.get("tools") and body.get("tool_choice", "auto") in ("auto", "none"):
        body["tool_choice"] = "none"
    return body


def _name(request: ReceivedRequest, body: Json) -> str:
    return body.get("request_id") or f"resp_{new_id()}"


def _options(body: Json, state: ServerState) -> Json:
    former = body.get("previous_response_id")
    return as_chat(body, () if former is None else _stored(former, state).conversation)


def _check(body: Json, state: ServerState) -> None:
    if body.get("prompt") is not None:
        raise _misplaced("prompt", "prompt template is not supported")
    _check_background(body, state)
    _check_tool_choice(body.get("tool_choice"), body.get("tools") or ())
    if body["input"] == [] and not body.get("instructions"):
        check_conversation([])


def _check_background(body: Json, state: ServerState) -> None:
    if not body.get("background"):
        return
    if not given(body, "store", True):
        raise _misplaced("background", "background can only be used when `store` is true")
    if not state.settings.response_store:
        raise Refusal(_NO_STORE, "background", type=_INVALID)


_NO_STORE = (
    "This vLLM engine does not support `store=True` and therefore does not support the background"
    " mode. To enable these features, set the environment variable"
    " `VLLM_ENABLE_RESPONSES_API_STORE=1` when launching the vLLM server."
)


def _check_tool_choice(choice: Any, tools: Sequence[Json]) -> None:
    if choice == "required" and not tools:
        message = "Tool choice 'required' must be specified with 'tools' parameter."
        raise _misplaced("tool_choice", message)
    if not isinstance(choice, Mapping) or choice.get("type") not in ("function", "custom"):
        return
    if choice.get("name") not in [tool.get("name") for tool in tools]:
        message = "Tool choice 'function' not found in 'tools' parameter."
        raise _misplaced("tool_choice", message)


def _misplaced(parameter: str, message: str) -> Refusal:
    return Refusal(f"{message} (parameter={parameter})", parameter)


RESPONSES = ResponsesEndpoint(
    name=_name,
    shape=body_shapes.RESPONSE,
    writer=StreamedResponses,
    prompts=chat_prompts,
    check=_check,
    options=_options,
    read_body=_read,
)
