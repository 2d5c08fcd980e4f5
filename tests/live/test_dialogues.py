"""All dialogues of the tiny model, with every way to call the client."""

from typing import Any

import pytest

from tests.live.answers import said, said_by_chunks, said_by_events
from tests.live.dialogues import DIALOGUES, UNSCRIPTED, Dialogue
from tests.live.drivers import Driver, Heard
from vllm_client import StreamEvent

pytestmark = [
    pytest.mark.parametrize("dialogue", [*DIALOGUES, UNSCRIPTED], ids=str),
    pytest.mark.parametrize("thinking", [True, False], ids=["thinking", "not_thinking"]),
]


def test_create_with_keywords_returns_the_answer(
    chat: Driver, dialogue: Dialogue, thinking: bool
) -> None:
    options = dialogue.options(thinking=thinking)
    response = chat.call(lambda client: client.chat.completions.create(**options))
    assert said(response) == dialogue.answer(thinking=thinking)
    assert response.choices[0].finish_reason == ("tool_calls" if dialogue.calls else "stop")


def test_builder_returns_the_answer(chat: Driver, dialogue: Dialogue, thinking: bool) -> None:
    response = chat.call(lambda client: _built(client, dialogue, thinking).send())
    assert said(response) == dialogue.answer(thinking=thinking)


def test_builder_streams_the_answer(chat: Driver, dialogue: Dialogue, thinking: bool) -> None:
    events = chat.read(lambda client: _built(client, dialogue, thinking).send_stream())
    assert said_by_events(events) == dialogue.answer(thinking=thinking)


def test_events_fold_to_the_plain_answer(chat: Driver, dialogue: Dialogue, thinking: bool) -> None:
    options = dialogue.options(thinking=thinking)
    heard = chat.hear(lambda client: client.chat.completions.stream(**options))
    plain = chat.call(lambda client: client.chat.completions.create(**options))
    assert said_by_events(heard.events) == dialogue.answer(thinking=thinking)
    assert _comparable(heard.response.to_dict()) == _comparable(plain.to_dict())
    _assert_fragments_join(heard)
    usage, done = heard.events[-2:]
    assert usage == StreamEvent.Usage(heard.response.usage)
    assert done == StreamEvent.Done(plain.finish_reason, {0: plain.finish_reason})


def test_chunks_fold_to_the_answer(chat: Driver, dialogue: Dialogue, thinking: bool) -> None:
    options = dialogue.options(thinking=thinking)
    chunks = chat.read(lambda client: client.chat.completions.create(**options, stream=True))
    assert said_by_chunks(chunks) == dialogue.answer(thinking=thinking)


def _assert_fragments_join(heard: Heard) -> None:
    """Assert that the deltas of each call join to its arguments, and that each call completes."""
    whole = heard.response.tool_calls
    names = {call.id: call.function.name for call in whole}
    joined = dict.fromkeys(names, "")
    for event in heard.events:
        if isinstance(event, StreamEvent.ToolCallDelta):
            assert event.name == names[event.tool_call_id]
            joined[event.tool_call_id] += event.delta
    assert joined == {call.id: call.function.arguments for call in whole}
    assert whole == [
        event.tool_call for event in heard.events if isinstance(event, StreamEvent.ToolCallComplete)
    ]


def _built(client: Any, dialogue: Dialogue, thinking: bool) -> Any:
    """Ask the question with the builder, with `extra` for options that it has no method for."""
    options = dialogue.options(thinking=thinking)
    builder = client.chat.completions.create().model("tiny").temperature(0)
    builder = builder.messages(options["messages"])
    if dialogue.tools:
        builder = builder.tools(options["tools"])
    return builder.extra({"chat_template_kwargs": {"enable_thinking": thinking}})


ONLY_IN_PLAIN_ANSWERS = {
    "kv_transfer_params",
    "ec_transfer_params",
    "service_tier",
    "prompt_logprobs",
    "routed_experts",
}
OF_ITS_OWN = {"id", "created", "prompt_tokens_details", "reasoning_tokens"}
"""Fields in which two answers to one question differ.

`prompt_tokens_details` depends on the server's prefix cache. `reasoning_tokens` of a stream counts
only those tokens that complete a character (vLLM 0.32: 11 where the plain answer has 20, in
recordings/chat/haiku_zh).
"""


def _comparable(value: Any) -> Any:
    """Return an answer as JSON, without the fields in which a stream may differ."""
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    if isinstance(value, dict):
        left_out = ONLY_IN_PLAIN_ANSWERS | OF_ITS_OWN
        return {key: _comparable(item) for key, item in value.items() if key not in left_out}
    return value
