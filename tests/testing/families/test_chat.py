"""/v1/chat/completions, where the recordings do not cover it."""

from typing import Any

import pytest

from tests.testing.wire import chat
from vllm_client.testing import Call, InStreamError, Reply, SimulatedVllm

USAGE = {"stream": True, "stream_options": {"include_usage": True}}
TOOL = {"type": "function", "function": {"name": "f"}}


def test_the_counts_add_up(server: SimulatedVllm) -> None:
    server.reply(Reply("one two", reasoning="a b c"), Reply("one two", reasoning="a b c"))
    plain = chat(server).json["usage"]
    streamed = chat(server, **USAGE).events[-1]["usage"]
    assert plain["completion_tokens"] == streamed["completion_tokens"] == 6
    assert plain["prompt_tokens"] == streamed["prompt_tokens"] > 0
    assert plain["total_tokens"] == plain["prompt_tokens"] + 6
    assert plain["completion_tokens_details"] == {"reasoning_tokens": 3}


def test_scripted_usage_replaces_computed_counts(server: SimulatedVllm) -> None:
    usage = {"prompt_tokens": 1000, "prompt_tokens_details": {"cached_tokens": 900}}
    server.reply(Reply("x", usage=usage), Reply("x", usage=usage))
    for said in (chat(server).json["usage"], chat(server, **USAGE).events[-1]["usage"]):
        assert said["prompt_tokens"] == 1000
        assert said["prompt_tokens_details"] == {"cached_tokens": 900}
        assert said["completion_tokens"] == 2


def test_continuous_usage_grows_by_one_per_token(server: SimulatedVllm) -> None:
    options = {"include_usage": True, "continuous_usage_stats": True}
    server.reply(Reply("b c", reasoning="a"))
    events = chat(server, stream=True, stream_options=options).events
    usages = [event["usage"] for event in events]
    assert [usage["completion_tokens"] for usage in usages] == [0, 1, 2, 3, 4, 4]
    reasoning = [usage["completion_tokens_details"]["reasoning_tokens"] for usage in usages]
    assert reasoning == [0, 1, 1, 1, 1, 1]


def test_stream_has_no_usage_without_include_usage(server: SimulatedVllm) -> None:
    for options in (None, {}, {"continuous_usage_stats": True}):
        events = chat(server, stream=True, stream_options=options).events
        assert not any("usage" in event for event in events)


def test_a_server_without_parser_counts_no_reasoning() -> None:
    with SimulatedVllm(reasoning_parser=False) as server:
        usage = chat(server, **USAGE).events[-1]["usage"]
    assert "completion_tokens_details" not in usage


@pytest.mark.parametrize(
    ("reply", "content"),
    [
        (Reply(""), ""),
        (Reply("", reasoning="a"), None),
        (Reply("\n\n", tool_calls=[Call("f")]), None),
        (Reply("Now.", tool_calls=[Call("f")]), "Now."),
    ],
)
def test_content_is_null_where_vllm_sends_null(
    server: SimulatedVllm, reply: Reply, content: str | None
) -> None:
    server.reply(reply)
    assert chat(server).json["choices"][0]["message"]["content"] == content


def test_several_calls_are_streamed_one_after_the_other(server: SimulatedVllm) -> None:
    server.reply(Reply(tool_calls=[Call("f", ['{"a":', "1}"], id="x"), Call("g", id="y")]))
    deltas = [event["choices"][0]["delta"] for event in chat(server, stream=True).events]
    parts = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert parts == [
        {"id": "x", "type": "function", "index": 0, "function": {"name": "f"}},
        {"index": 0, "function": {"arguments": '{"a":'}},
        {"index": 0, "function": {"arguments": "1}"}},
        {"id": "y", "type": "function", "index": 1, "function": {"name": "g"}},
        {"index": 1, "function": {"arguments": "{}"}},
    ]


def test_call_cut_by_length_stays_incomplete(server: SimulatedVllm) -> None:
    server.reply(Reply(tool_calls=[Call("f", ['{"a":', "1}"])]))
    choice = chat(server, max_tokens=2).json["choices"][0]
    assert choice["finish_reason"] == "length"
    assert choice["message"]["tool_calls"][0]["function"]["arguments"] == '{"a":'


@pytest.mark.parametrize("after", [0, 1, 2])
def test_error_is_sent_after_the_given_number_of_deltas(server: SimulatedVllm, after: int) -> None:
    server.reply(Reply("a b c", error=InStreamError("broken", after=after)))
    answer = chat(server, **USAGE)
    *before, last = answer.events
    assert answer.status == 200
    assert len(before) == (after + 1 if after else 0)
    assert last["error"]["message"] == "broken"
    assert answer.chunks[-1] == b"data: [DONE]\n\n"


def test_plain_request_gets_the_status_of_the_error(server: SimulatedVllm) -> None:
    server.reply(Reply("a b c", error=InStreamError("broken", after=2)))
    answer = chat(server)
    assert (answer.status, answer.json["error"]["message"]) == (500, "broken")


@pytest.mark.parametrize(
    "tool_choice", ["required", {"type": "function", "function": {"name": "f"}}]
)
def test_a_forced_call_has_empty_content(server: SimulatedVllm, tool_choice: Any) -> None:
    message = chat(server, tools=[TOOL], tool_choice=tool_choice).json["choices"][0]["message"]
    assert (message["content"], len(message["tool_calls"])) == ("", 1)


def test_logprobs_have_every_token(server: SimulatedVllm) -> None:
    server.reply("a b", "a b")
    plain = chat(server, logprobs=True).json["choices"][0]["logprobs"]["content"]
    assert [(entry["token"], entry["top_logprobs"]) for entry in plain] == [
        ("a", []), (" b", []), ("<|im_end|>", []),
    ]  # fmt: skip
    events = chat(server, logprobs=True, top_logprobs=2, stream=True).events
    streamed = [e["choices"][0]["logprobs"]["content"][0] for e in events[1:]]
    assert [entry["token"] for entry in streamed] == ["a", " b", "<|im_end|>"]
    assert {len(entry["top_logprobs"]) for entry in streamed} == {2}
    assert streamed[0]["bytes"] == [97]


def test_token_ids_equal_those_of_tokenize(server: SimulatedVllm) -> None:
    server.reply("a b a")
    answer = chat(server, return_token_ids=True).json
    first, second, third, end = answer["choices"][0]["token_ids"]
    assert first != second != third != end
    assert answer["prompt_token_ids"]


def test_answer_has_the_requested_model() -> None:
    with SimulatedVllm() as server:
        assert chat(server, model="any").json["model"] == "any"
        assert chat(server).json["model"] == "simulated"
    with SimulatedVllm(models=["first", "second"]) as server:
        assert chat(server, model="second").json["model"] == "second"
        assert chat(server).json["model"] == "first"
        assert chat(server, model="third").status == 404
