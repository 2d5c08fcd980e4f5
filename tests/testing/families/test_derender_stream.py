"""Chunks derendered one by one, compared with a real server."""

from typing import Any

import pytest

from tests.recordings import load
from tests.testing.recorded import load_further, shape
from tests.testing.wire import ask
from vllm_client.testing import SimulatedVllm

CONFIG = "chat-scale-out"
CHAT = "/v1/chat/completions/derender"
# The texts of the recorded chunks' tokens: `<think>`, a text, its end, a call, the end.
STEPS = {
    "derender_stream_00": "<think>",
    "derender_stream_01": "\n",
    "derender_stream_18": "</think>",
    "derender_stream_19": "\n",
    "derender_stream_21": "<tool_call>",
    "derender_stream_30": '\n{"name": "get_weather",',
    "derender_stream_34": ' "arguments": {"',
    "derender_stream_41": 'location": "Tokyo"}}\n</tool_call>',
    "derender_stream_42": "<|im_end|>",
    "derender_stream_43": "",
}
FREE = ("output_token_ids", "output_chunk_lens", "logprob_context_token_ids", "last_tool_call_ids")


def of_kind(answer: Any) -> Any:
    """Return the shape without the texts of deltas and without lists as long as the answer."""
    state = {name: value for name, value in answer["stream_state"].items() if name not in FREE}
    choices = [
        {**one, "delta": [(name, type(item)) for name, item in one["delta"].items()]}
        for one in answer["chunk"]["choices"]
    ]
    return shape({"chunk": {**answer["chunk"], "choices": choices}, "stream_state": state})


def test_each_chunk_has_the_same_shape_as_the_recording() -> None:
    state: Any = None
    with SimulatedVllm(models=["tiny"]) as server:
        for name, text in STEPS.items():
            recording = load_further(CONFIG, name)
            chunk = recording.request["generate_chunk"]
            ids = ask(server, "POST", "/tokenize", {"prompt": text}).json["tokens"] if text else []
            choices = [{**choice, "token_ids": ids} for choice in chunk["choices"]]
            body = {
                **recording.request,
                "generate_chunk": {**chunk, "choices": choices},
                "stream_state": state,
            }
            answer = ask(server, "POST", CHAT, body).json
            state = answer["stream_state"]
            if name != "derender_stream_41":
                assert of_kind(answer) == of_kind(recording.json), name
    assert state["output_chunk_lens"][:3] == [1, 1, 1]
    assert sum(state["output_chunk_lens"]) == len(state["output_token_ids"])


def test_chunk_with_usage_has_no_choice() -> None:
    recording = load_further(CONFIG, "derender_stream_usage")
    with SimulatedVllm(models=["tiny"]) as server:
        answer = ask(server, "POST", CHAT, recording.request)
    assert shape(answer.json) == shape(recording.json)


def chunks(server: SimulatedVllm, path: str, texts: list[str], **options: Any) -> list[Any]:
    """Derender these texts in chunks; each request has the state of the one before."""
    told, state = [], None
    for text in texts:
        ids = ask(server, "POST", "/tokenize", {"prompt": text}).json["tokens"]
        chunk = {"request_id": "x", "choices": [{"index": 0, "token_ids": ids}]}
        body = {"stream": True, "generate_chunk": chunk, "stream_state": state, **options}
        told.append(ask(server, "POST", path, body).json)
        state = told[-1]["stream_state"]
    return [one["chunk"]["choices"][0] for one in told]


def test_arguments_are_streamed_as_generated() -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    chat = {"messages": [{"role": "user", "content": "Hi"}], "tools": tools}
    texts = ['Hi<tool_call>{"name": "f", "arguments": {"a"', ": 1}}</tool_call>"]
    with SimulatedVllm() as server:
        first, second = chunks(server, CHAT, texts, chat_request=chat, prompt_token_ids=[0])
    assert first["delta"]["content"] == "Hi"
    assert [call["function"] for call in first["delta"]["tool_calls"]] == [
        {"name": "f", "arguments": None},
        {"name": None, "arguments": '{"a"'},
    ]
    assert [call["function"]["arguments"] for call in second["delta"]["tool_calls"]] == [": 1}"]


@pytest.mark.parametrize("path", [CHAT, "/v1/completions/derender"])
def test_without_parsers_each_text_is_a_delta(path: str) -> None:
    with SimulatedVllm(reasoning_parser=False, tool_parser=False) as server:
        told = chunks(server, path, ["Hi", " there"])
    texts = [one["text"] if "text" in one else one["delta"]["content"] for one in told]
    assert texts == ["Hi", " there"]


def test_completion_chunk_has_the_same_shape_as_the_recording() -> None:
    recording = load(CONFIG, "completions_derender_chunk")
    with SimulatedVllm(version=recording.version, models=["tiny"]) as server:
        ids = ask(server, "POST", "/tokenize", {"prompt": ","}).json["tokens"]
        chunk = recording.request["generate_chunk"]
        choices = [{**chunk["choices"][0], "token_ids": ids}]
        body = {**recording.request, "generate_chunk": {**chunk, "choices": choices}}
        answer = ask(server, "POST", "/v1/completions/derender", body).json
    answer["stream_state"]["logprob_context_token_ids"] = [11]
    assert shape(answer) == shape(recording.json)


def test_chunk_with_several_choices_is_rejected() -> None:
    chunk = {"choices": [{"index": 0}, {"index": 1}]}
    body = {"stream": True, "generate_chunk": chunk, "chat_request": {"messages": []}}
    with SimulatedVllm() as server:
        answer = ask(server, "POST", CHAT, {**body, "prompt_token_ids": [0]})
    assert (answer.status, "at most one choice" in answer.json["error"]["message"]) == (400, True)
