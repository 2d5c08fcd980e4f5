"""Anthropic's Messages, compared with a real server, and their conversion to chat."""

from typing import Any

import pytest

from tests.recordings import Recording, all_recordings
from tests.testing.recorded import (
    events,
    further,
    header_names,
    headers_of,
    repeat,
    server_like,
    shape,
)
from tests.testing.wire import ask
from vllm_client import SyncVllmClient, user
from vllm_client.testing import Call, ErrorReply, InStreamError, Reply, SimulatedVllm

PATH = "/v1/messages"
RECORDED = [
    one
    for one in all_recordings("*/messages*")
    + all_recordings("*/err_messages*")
    + further("*/messages*")
    + further("*/err_messages*")
    if one.path == PATH
]
BROKEN = further("chat*/err_messages_bad_schema*")
ANSWERED = [one for one in RECORDED if one.status == 200 and one not in BROKEN]
REFUSED = [one for one in RECORDED if one.status >= 400 and one not in BROKEN]
QUESTION: dict[str, Any] = {"model": "simulated", "messages": [user("Hi")], "max_tokens": 200}


def reply_of(recording: Recording) -> Reply:
    """Script the recorded answer, in the same pieces."""
    if not recording.streamed:
        return _reply(recording.json["content"], recording.json, recording.request)
    told = events(recording.body)
    starts = [one for one in told if one["type"] == "content_block_start"]
    blocks = [_with_pieces(one["content_block"], one["index"], told) for one in starts]
    [end] = [one for one in told if one["type"] == "message_delta"]
    return _reply(blocks, end["delta"], recording.request)


def _with_pieces(block: Any, index: int, told: list[Any]) -> Any:
    deltas = [one["delta"] for one in told if one.get("index") == index and "delta" in one]
    texts = [text for d in deltas for name, text in d.items() if name not in ("type", "signature")]
    return {**block, "input" if block["type"] == "tool_use" else block["type"]: texts}


def _reply(blocks: list[Any], end: Any, request: Any) -> Reply:
    texts = {block["type"]: block.get(block["type"]) for block in blocks}
    said = texts.get("text") or ""
    if end.get("stop_sequence"):
        said = [*said, end["stop_sequence"], " and never said"]
    calls = [Call(b["name"], b["input"]) for b in blocks if b["type"] == "tool_use"]
    return Reply(
        [said] if isinstance(said, str) and said else said,
        reasoning=texts.get("thinking") or "",
        tool_calls=calls,
        finish_reason="length" if end["stop_reason"] == "max_tokens" else None,
    )


def request_of(recording: Recording) -> Any:
    """Return the request without its limit, which the simulated tokens may not reach."""
    return {**recording.request, "max_tokens": 2000}


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_message_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(reply_of(recording))
        answer = ask(server, "POST", PATH, request_of(recording))
    assert answer.status == 200
    assert list(headers_of(answer)) == header_names(recording.headers)
    if recording.streamed:
        assert [shape(one) for one in events(answer.body)] == [
            shape(one) for one in events(recording.body)
        ]
        assert [chunk.partition(b"\n")[0] for chunk in answer.chunks] == [
            chunk.partition(b"\n")[0] for chunk in recording.chunks
        ]
    else:
        assert shape(answer.json) == shape(recording.json)


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


@pytest.mark.parametrize("recording", BROKEN, ids=str)
def test_failure_is_byte_identical_to_the_recording(recording: Recording) -> None:
    error = InStreamError("Grammar error: Invalid type: nope", 400, "BadRequestError")
    with server_like(recording) as server:
        server.reply(Reply("never said", error=error))
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_stream_equals_the_plain_answer() -> None:
    reply = Reply("Hi there", reasoning="Well.", tool_calls=[Call("f", {"a": 1}), Call("g")])
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        server.reply(reply, reply)
        plain = client.messages.create(**QUESTION)
        with client.messages.stream(**QUESTION) as stream:
            streamed = stream.response()

    assert (
        (streamed.text, streamed.thinking) == (plain.text, plain.thinking) == ("Hi there", "Well.")
    )
    uses = [(use.name, use.input) for use in streamed.tool_uses]
    assert (
        uses == [(use.name, use.input) for use in plain.tool_uses] == [("f", {"a": 1}), ("g", {})]
    )
    assert streamed.usage == plain.usage
    assert streamed.stop_reason == plain.stop_reason == "tool_use"


def test_tools_and_results_are_converted_to_chat() -> None:
    tool = {
        "name": "get_weather",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    question = {**QUESTION, "messages": [user("What is the weather in Tokyo?")], "tools": [tool]}
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        first = client.messages.create(**question)
        [use] = first.tool_uses
        result = {"type": "tool_result", "tool_use_id": use.id, "content": "mild"}
        more = [*question["messages"], first, {"role": "user", "content": [result]}]
        second = client.messages.create(**{**question, "messages": more})

    assert use.input == {"city": "Tokyo"}
    assert second.text == "Here is what I found: get_weather says: mild."


def test_truncated_call_is_not_a_block() -> None:
    with SimulatedVllm() as server:
        server.reply(Reply(tool_calls=[Call("f", ['{"a', '": 1}'])]))
        body = {**QUESTION, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 2}
        answer = ask(server, "POST", PATH, body)
    assert answer.json["content"] == [{"type": "text", "text": ""}]
    assert answer.json["stop_reason"] == "max_tokens"


def test_invalid_json_arguments_are_an_error() -> None:
    with SimulatedVllm() as server:
        server.reply(Reply(tool_calls=[Call("f", "nope")]))
        body = {**QUESTION, "messages": [{"role": "user", "content": "Hi"}]}
        answer = ask(server, "POST", PATH, body)
    assert (answer.status, answer.json["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    ("version", "named", "type"),
    [
        ("0.32.0", None, "Service Unavailable"),
        ("0.33.0", None, "overloaded_error"),
        ("0.33.0", "mine", "mine"),
    ],
)
def test_scripted_error_has_anthropics_format(version: str, named: str | None, type: str) -> None:
    with SimulatedVllm(version=version) as server:
        server.reply(ErrorReply(503, "busy", type=named, retry_after=1))
        body = {**QUESTION, "messages": [{"role": "user", "content": "Hi"}]}
        answer = ask(server, "POST", PATH, body)
    error = {"type": type, "message": "busy"}
    assert (answer.status, answer.json) == (503, {"type": "error", "error": error})
    assert answer.header("retry-after") == "1"


def test_call_with_tool_choice_none_is_text() -> None:
    body = {**QUESTION, "messages": [{"role": "user", "content": "Hi"}]}
    tool = {"name": "f", "input_schema": {}}
    with SimulatedVllm() as server:
        server.reply(Reply(tool_calls=[Call("f")]))
        answer = ask(
            server, "POST", PATH, {**body, "tools": [tool], "tool_choice": {"type": "none"}}
        )
    [block] = answer.json["content"]
    assert block["text"].startswith('<tool_call>\n{"name": "f"')
