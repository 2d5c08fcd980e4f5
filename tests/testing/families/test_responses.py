"""Responses, compared with a real server, and their conversion to chat."""

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
from vllm_client import SyncVllmClient
from vllm_client.testing import Call, InStreamError, Reply, SimulatedVllm

PATH = "/v1/responses"
RECORDED = [
    one
    for one in all_recordings("*/responses*")
    + further("*/responses*")
    + further("chat/err_responses*")
    if one.path == PATH
]
# The simulated model generates no tokens for the tags around its reasoning.
TAGGED = ("responses_logprobs_think.plain",)
ANSWERED = [
    one for one in RECORDED if one.status == 200 and one.complete and one.name not in TAGGED
]
# In these errors vLLM lists the problems of the item or tool for each of its classes.
LISTED = ("err_responses_input_item.plain", "err_responses_tools_nameless.plain")
GRAMMAR = ("err_responses_bad_regex.plain", "err_responses_bad_schema.plain")
REFUSED = [one for one in RECORDED if one.status >= 400 and one.name not in (*LISTED, *GRAMMAR)]


def reply_of(recording: Recording) -> Reply:
    """Script the recorded answer, in the same pieces."""
    request = recording.request
    if not recording.streamed:
        return _reply(recording.json["output"], recording.json, request)
    told = events(recording.body)
    return _reply([_pieces(told, item) for item in _items(told)], told[-1]["response"], request)


def _items(told: list[Any]) -> list[Any]:
    return [one["item"] for one in told if one["type"] == "response.output_item.done"]


def _pieces(told: list[Any], item: Any) -> Any:
    """Return the item with its text as a list of deltas."""
    deltas = [one["delta"] for one in told if one.get("item_id") == item["id"] and "delta" in one]
    if item["type"] == "function_call":
        return {**item, "arguments": deltas}
    return {**item, "content": [{"text": deltas}]}


def _reply(items: list[Any], response: Any, request: Any) -> Reply:
    texts = {item["type"]: _text(item["content"][0]) for item in items if item.get("content")}
    calls = [Call(i["name"], i["arguments"]) for i in items if i["type"] == "function_call"]
    said = texts.get("message", "")
    stop = request.get("stop")
    if stop is not None:
        said = [*said, stop[0], " and never said"]
    return Reply(
        [said] if isinstance(said, str) and said else said,
        reasoning=texts.get("reasoning", ""),
        tool_calls=calls,
        finish_reason="length" if response["status"] == "incomplete" else None,
    )


def _text(part: Any) -> Any:
    """Return a text; if there are tokens, as tokens without the one that ends the turn."""
    logprobs = part.get("logprobs")
    return [one["token"] for one in logprobs[:-1]] if logprobs else part["text"]


def without_limit(recording: Recording) -> Any:
    """Return the request without its limit, which the simulated tokens may not reach."""
    return {k: v for k, v in recording.request.items() if k != "max_output_tokens"}


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_response_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(reply_of(recording))
        answer = ask(server, "POST", PATH, without_limit(recording))
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


def test_reasoning_and_tools_are_converted_to_chat() -> None:
    tool = {
        "type": "function",
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        first = client.responses.create(input="What is the weather in Tokyo?", tools=[tool])
        [call] = first.function_calls
        result = {"type": "function_call_output", "call_id": call.call_id, "output": "mild"}
        second = client.responses.create(
            input=[{"role": "user", "content": "?"}, *first.output, result], tools=[tool]
        )
        plain = client.responses.create(input="Hi", reasoning={"effort": "none"})

    assert call.arguments == '{"city": "Tokyo"}'
    assert second.output_text == "Here is what I found: get_weather says: mild."
    assert [item.type for item in plain.output] == ["message"]


def test_answer_fits_the_schema() -> None:
    schema = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
    format = {"type": "json_schema", "name": "person", "schema": schema}
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        response = client.responses.create(input="Hi", text={"format": format})

    assert response.output_text == '{"age": 1}'


def test_instructions_and_previous_items_are_converted_to_chat() -> None:
    with SimulatedVllm() as server:
        short = ask(server, "POST", PATH, {"input": "Hi"}).json["usage"]["input_tokens"]
        more = {"input": "Hi", "instructions": "Be kind."}
        long = ask(server, "POST", PATH, more).json["usage"]["input_tokens"]

    assert long > short


def test_failure_of_a_plain_request_is_an_error() -> None:
    with SimulatedVllm() as server:
        server.reply(Reply("x", error=InStreamError("broke")))
        answer = ask(server, "POST", PATH, {"input": "Hi"})

    assert (answer.status, answer.json["error"]["message"]) == (500, "broke")
