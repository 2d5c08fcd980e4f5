"""Test that each event of a Responses stream is decoded as its class."""

from typing import Any

import pytest

from tests.helpers.responses import without_nulls
from vllm_client.api.responses.events import ResponseStreamEvent
from vllm_client.codec.decoder import structure

RESPONSE = {"id": "resp_1", "object": "response", "created_at": 0, "model": "m", "status": "s",
            "output": [], "tools": []}  # fmt: skip
ITEM = {"item_id": "i", "output_index": 1}
PART = {**ITEM, "content_index": 2}
TEXT = {"type": "output_text", "text": "a", "annotations": []}
LOGPROB = {"token": "a", "logprob": -1.0, "bytes": [97], "top_logprobs": []}
CALL = {"type": "mcp_call", "name": "n", "arguments": "{}", "id": "i", "server_label": "s",
        "status": "completed"}  # fmt: skip
CODE = {"type": "code_interpreter_call", "id": "i", "container_id": "auto", "code": "1",
        "outputs": [], "status": "completed"}  # fmt: skip
SEARCH = {"type": "web_search_call", "id": "i", "action": {"type": "search", "query": "q"},
          "status": "completed"}  # fmt: skip
CUSTOM = {"type": "custom_tool_call", "id": "i", "call_id": "c", "name": "n", "input": "x"}

# Fields that vLLM 0.32 (streaming_events.py, serving.py) sends beside type and sequence_number.
SENT: dict[str, dict[str, Any]] = {
    "response.created": {"response": RESPONSE},
    "response.in_progress": {"response": RESPONSE},
    "response.completed": {"response": RESPONSE},
    "response.output_item.added": {"item": CUSTOM, "output_index": 1},
    "response.output_item.done": {"item": SEARCH, "output_index": 1},
    "response.content_part.added": {**PART, "part": {"type": "reasoning_text", "text": ""}},
    "response.content_part.done": {**PART, "part": TEXT},
    "response.output_text.delta": {**PART, "delta": "a", "logprobs": [LOGPROB]},
    "response.output_text.done": {**PART, "text": "a", "logprobs": []},
    "response.reasoning_text.delta": {**PART, "delta": "a"},
    "response.reasoning_text.done": {**PART, "text": "a"},
    "response.function_call_arguments.delta": {**ITEM, "delta": "{"},
    "response.function_call_arguments.done": {**ITEM, "arguments": "{}", "name": "f"},
    "response.custom_tool_call_input.delta": {**ITEM, "delta": "a"},
    "response.custom_tool_call_input.done": {**ITEM, "input": "a"},
    "response.mcp_call.in_progress": ITEM,
    "response.mcp_call_arguments.delta": {**ITEM, "delta": "{"},
    "response.mcp_call_arguments.done": {**ITEM, "arguments": "{}", "name": "n"},
    "response.mcp_call.completed": ITEM,
    "response.code_interpreter_call.in_progress": ITEM,
    "response.code_interpreter_call_code.delta": {**ITEM, "delta": "1"},
    "response.code_interpreter_call_code.done": {**ITEM, "code": "1"},
    "response.code_interpreter_call.interpreting": ITEM,
    "response.code_interpreter_call.completed": ITEM,
    "response.web_search_call.in_progress": ITEM,
    "response.web_search_call.searching": ITEM,
    "response.web_search_call.completed": ITEM,
}
# Events that other servers of this API send, but vLLM 0.32 does not.
SENT_BY_OTHERS: dict[str, dict[str, Any]] = {
    "response.queued": {"response": RESPONSE},
    "response.incomplete": {"response": RESPONSE},
    "response.failed": {"response": RESPONSE},
    "error": {"message": "m", "code": "server_error", "param": "p"},
}
ALL = SENT | SENT_BY_OTHERS


def test_each_event_has_a_class() -> None:
    assert ResponseStreamEvent.KINDS.keys() == ALL.keys()


@pytest.mark.parametrize("name", ALL)
def test_event_is_decoded_as_its_class_and_round_trips(name: str) -> None:
    value = {"type": name, "sequence_number": 3, **ALL[name]}
    event = structure(value, ResponseStreamEvent)

    assert type(event) is ResponseStreamEvent.KINDS[name]
    assert (event.type, event.sequence_number) == (name, 3)
    assert without_nulls(event.to_dict()) == value
    assert not event.unknown_fields


@pytest.mark.parametrize("item", [CALL, CODE, SEARCH, CUSTOM], ids=lambda item: str(item["type"]))
def test_items_of_tools_of_the_server_are_decoded_completely(item: dict[str, Any]) -> None:
    value = {"type": "response.output_item.done", "item": item, "output_index": 0}
    event = structure(value, ResponseStreamEvent)

    assert event.to_dict() == value
    assert not event.to_dict()["item"].keys() - item.keys()


def test_the_time_of_a_response_is_an_int_though_vllm_0_11_streams_a_float() -> None:
    value = {"type": "response.created", "response": RESPONSE | {"created_at": 1764360123.0}}
    response = structure(value, ResponseStreamEvent).response

    assert (response.created_at, type(response.created_at)) == (1764360123, int)
    assert not response.unknown_fields
