"""Test the response that is assembled from a Responses stream, complete or broken."""

import json
from typing import Any

import pytest

from tests.helpers.protocols import STREAMS, decode, machine_of, payloads_of, run
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, load
from vllm_client.api.responses.answers import (
    Response,
    ResponseCodeInterpreterToolCall,
    ResponseCustomToolCall,
    ResponseFunctionToolCall,
    ResponseLogprob,
    ResponseMcpCall,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseReasoningText,
)
from vllm_client.api.responses.stream import ResponsesMachine
from vllm_client.codec.decoder import structure
from vllm_client.errors import StreamError

RECORDED = [stream for stream in STREAMS if stream.path == "/v1/responses"]


def event(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{name}", "output_index": 0, "item_id": "item_1", **fields}


def state(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{name}", "response": {"id": "resp_1", "output": [], **fields}}


def told(response: Response) -> tuple[Any, ...]:
    """Return the content of a response, without the status of its items."""
    thoughts = [item.text for item in response.output if isinstance(item, ResponseReasoningItem)]
    calls = [(call.name, call.arguments, call.call_id) for call in response.function_calls]
    return [type(item) for item in response.output], response.output_text, thoughts, calls


@pytest.mark.parametrize("stream", RECORDED, ids=str)
def test_complete_stream_gives_the_response_of_its_last_event(stream: Recording) -> None:
    machine = machine_of(stream)
    decode(machine, [stream.body])
    last = payloads_of(stream)[-1]

    assert last["type"] == "response.completed"
    assert without_nulls(machine.partial().to_dict()) == without_nulls(last["response"])


@pytest.mark.parametrize("stream", RECORDED, ids=str)
def test_stream_without_its_last_event_assembles_the_same_output(stream: Recording) -> None:
    payloads = payloads_of(stream)
    whole, cut, pieces = ResponsesMachine(), ResponsesMachine(), ResponsesMachine()
    run(whole, payloads)
    run(cut, payloads[:-1])
    run(pieces, [one for one in payloads[:-1] if not one["type"].endswith(".done")])

    assert isinstance(cut.error, StreamError)
    assert cut.error.partial.output == whole.partial().output
    assert cut.error.partial.status == "in_progress"
    assert told(pieces.partial()) == told(whole.partial())


@pytest.mark.parametrize("name", ["responses", "responses_tool"])
def test_stream_equals_the_plain_answer(name: str) -> None:
    machine = machine_of(load("chat", f"{name}.stream"))
    decode(machine, [load("chat", f"{name}.stream").body])
    streamed = machine.partial()
    plain = structure(load("chat", f"{name}.plain").json, Response)

    assert streamed.output_text.strip() == plain.output_text.strip()
    assert [call.parse() for call in streamed.function_calls] == [
        call.parse() for call in plain.function_calls
    ]
    assert streamed.status == plain.status == "completed"
    assert streamed.usage is not None
    assert plain.usage is not None
    assert streamed.usage.total_tokens == plain.usage.total_tokens


@pytest.mark.parametrize("name", ["completed", "incomplete", "failed"])
def test_each_final_event_ends_the_stream(name: str) -> None:
    machine = ResponsesMachine()
    delta = event("output_text.delta", delta="Once")
    whole = [{"type": "message", "content": [{"type": "output_text", "text": "All"}]}]
    run(machine, [state("created"), delta, state(name, status=name, output=whole)])

    assert machine.over
    assert machine.error is None
    output = [ResponseOutputMessage([ResponseOutputText("All")])]
    assert machine.partial() == Response(output, id="resp_1", status=name)


@pytest.mark.parametrize("output", [{"output": None}, {"output": []}, {}])
def test_a_last_event_without_output_keeps_what_had_arrived(output: dict[str, Any]) -> None:
    machine = ResponsesMachine()
    last = {"type": "response.completed", "response": {"status": "completed", **output}}
    run(machine, [state("created"), event("output_text.delta", delta="Once"), last])

    assert machine.error is None
    assert machine.partial().output_text == "Once"


@pytest.mark.parametrize("name", ["created", "queued", "in_progress"])
def test_other_states_do_not_end_the_stream(name: str) -> None:
    machine = ResponsesMachine()
    run(machine, [state(name)])

    assert isinstance(machine.error, StreamError)
    assert not machine.begun


@pytest.mark.parametrize(
    ("name", "item"),
    [
        (
            "output_text",
            ResponseOutputMessage([ResponseOutputText("Hello")], id="item_1"),
        ),
        (
            "reasoning_text",
            ResponseReasoningItem([ResponseReasoningText("Hello")], id="item_1"),
        ),
        ("function_call_arguments", ResponseFunctionToolCall("", "Hello", "", id="item_1")),
        ("custom_tool_call_input", ResponseCustomToolCall("", "Hello", "", id="item_1")),
        ("mcp_call_arguments", ResponseMcpCall("", "Hello", id="item_1")),
        (
            "code_interpreter_call_code",
            ResponseCodeInterpreterToolCall("Hello", id="item_1"),
        ),
    ],
)
def test_deltas_are_assembled_in_a_stream_joined_late(name: str, item: Any) -> None:
    machine = ResponsesMachine()
    run(machine, [event(f"{name}.delta", delta="Hel"), event(f"{name}.delta", delta="lo")])

    assert machine.partial() == Response([item])


def test_event_of_an_unknown_type_changes_nothing() -> None:
    machine = ResponsesMachine()
    run(machine, [event("news", delta="a")])

    assert machine.partial() == Response([])


def test_part_of_an_unknown_item_is_dropped() -> None:
    machine = ResponsesMachine()
    part = {"type": "output_text", "text": "a"}
    run(machine, [event("content_part.added", part=part, content_index=0)])

    assert machine.partial() == Response([])


def test_log_probabilities_are_assembled() -> None:
    machine = ResponsesMachine()
    logprobs = [{"token": "a", "logprob": -1.0, "top_logprobs": [{"token": "b", "logprob": -2}]}]
    delta = event("output_text.delta", delta="a", logprobs=logprobs)
    run(machine, [delta, delta])

    (message,) = machine.partial().output
    assert isinstance(message, ResponseOutputMessage)
    row = structure(logprobs[0], ResponseLogprob)
    assert message.content == [ResponseOutputText("aa", logprobs=[row, row])]


def test_items_and_parts_are_in_order() -> None:
    machine = ResponsesMachine()
    run(
        machine,
        [
            event("output_text.delta", delta="d", output_index=1, content_index=1),
            event("output_text.delta", delta="c", output_index=1),
            event("reasoning_text.delta", delta="a"),
        ],
    )

    thoughts, message = machine.partial().output
    assert isinstance(thoughts, ResponseReasoningItem)
    assert thoughts.text == "a"
    assert isinstance(message, ResponseOutputMessage)
    assert machine.partial().output_text == "cd"


def test_deltas_that_do_not_match_their_item_are_dropped() -> None:
    machine = ResponsesMachine()
    call = {"type": "function_call", "name": "f", "arguments": "", "call_id": "c"}
    events = [
        {"type": "response.output_item.added", "item": call, "output_index": 0},
        event("output_text.delta", delta="no text of a call"),
        event("function_call_arguments.delta", delta="{}"),
    ]
    run(machine, events)

    assert machine.partial().output == [ResponseFunctionToolCall("f", "{}", "c")]


def test_parallel_calls_with_the_same_index_are_all_kept() -> None:
    machine = ResponsesMachine()
    calls = [
        {"type": "function_call", "id": id, "call_id": id, "name": "f", "arguments": ""}
        for id in ("a", "b")
    ]
    for number, call in enumerate(calls):
        arguments = f'{{"x": {number}}}'
        done = {**call, "arguments": arguments}
        run_events = [
            event("output_item.added", item=call),
            event("function_call_arguments.delta", delta=arguments),
            event("function_call_arguments.done", arguments=arguments),
            event("output_item.done", item=done),
        ]
        machine.receive([json.dumps(one) for one in run_events])

    found = machine.partial().function_calls
    assert [(call.call_id, call.parse()) for call in found] == [("a", {"x": 0}), ("b", {"x": 1})]


@pytest.mark.parametrize(
    ("arguments", "parsed"),
    [({"x": 1}, {"x": 1}), ("", {}), (None, {}), ('"{}"', {})],
)
def test_arguments_are_decoded_like_all_arguments(arguments: Any, parsed: Any) -> None:
    call = {"type": "function_call", "call_id": "a", "name": "f", "arguments": arguments}

    (found,) = structure({"output": [call]}, Response).function_calls
    assert found.parse() == parsed
    assert isinstance(found.arguments, str)


def test_call_replaces_another_item_with_its_index() -> None:
    machine = ResponsesMachine()
    message = {"type": "message", "role": "assistant", "content": []}
    call = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
    added = [event("output_item.added", item=item) for item in (message, call)]
    machine.receive([json.dumps(one) for one in added])

    assert [type(item) for item in machine.partial().output] == [ResponseFunctionToolCall]
