"""/v1/completions, where the recordings do not cover it."""

from typing import Any

from tests.testing.wire import WireAnswer, ask
from vllm_client.testing import Call, InStreamError, Reply, SimulatedVllm


def complete(server: SimulatedVllm, prompt: Any = "Hi", **options: Any) -> WireAnswer:
    return ask(server, "POST", "/v1/completions", {"prompt": prompt, **options})


def texts(answer: WireAnswer) -> list[str]:
    return [choice["text"] for choice in answer.json["choices"]]


def test_each_prompt_has_its_choices(server: SimulatedVllm) -> None:
    answer = complete(server, ["One", "Two"], n=2)
    assert ['"One"' in text for text in texts(answer)] == [True, True, False, False]
    assert ['"Two"' in text for text in texts(answer)] == [False, False, True, True]
    assert [choice["index"] for choice in answer.json["choices"]] == [0, 1, 2, 3]


def test_choices_of_prompts_can_be_scripted(server: SimulatedVllm) -> None:
    server.reply(["a", "b", "c", "d"])
    assert texts(complete(server, ["One", "Two"], n=2)) == ["a", "b", "c", "d"]


def test_prompts_may_be_token_ids(server: SimulatedVllm) -> None:
    tokens = ask(server, "POST", "/tokenize", {"prompt": "Once upon"}).json["tokens"]
    assert '"Once upon"' in texts(complete(server, tokens))[0]
    assert '"Once upon"' in texts(complete(server, [tokens, tokens]))[1]


def test_text_offsets_add_up_the_lengths_of_texts(server: SimulatedVllm) -> None:
    server.reply(["aa"], ["aa"], "ab cde f", "ab cde f")
    complete(server)
    complete(server)
    plain = complete(server, logprobs=1).json["choices"][0]["logprobs"]
    events = complete(server, logprobs=1, stream=True).events
    streamed = [event["choices"][0]["logprobs"]["text_offset"][0] for event in events]
    assert plain["text_offset"] == streamed == [0, 2, 6, 8]
    assert plain["tokens"] == ["ab", " cde", " f", "<|endoftext|>"]
    assert all(len(scores) == 1 for scores in plain["top_logprobs"])


def test_continuous_usage_counts_the_prompt_of_the_choice(server: SimulatedVllm) -> None:
    options = {"include_usage": True, "continuous_usage_stats": True}
    server.reply("x")
    events = complete(server, ["a", "b c d"], stream=True, stream_options=options).events
    usages = [event["usage"] for event in events]
    assert [usage["prompt_tokens"] for usage in usages] == [1, 3, 1, 3, 4]
    assert [usage["completion_tokens"] for usage in usages] == [1, 1, 2, 2, 4]


def test_prompt_token_ids_are_in_the_first_chunk(server: SimulatedVllm) -> None:
    server.reply("x y")
    events = complete(server, "a b", stream=True, return_token_ids=True).events
    prompts = [event["choices"][0]["prompt_token_ids"] for event in events]
    assert [len(prompt) if prompt else None for prompt in prompts] == [2, None, None]
    assert all(len(event["choices"][0]["token_ids"]) == 1 for event in events)


def test_completions_have_reasoning_and_calls_as_text(server: SimulatedVllm) -> None:
    server.reply(Reply("text", reasoning="thought", tool_calls=[Call("f")]))
    [text] = texts(complete(server))
    call = '<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>'
    assert text == f"<think>thought</think>text\n{call}"


def test_error_is_sent_after_the_given_number_of_deltas(server: SimulatedVllm) -> None:
    server.reply(Reply("a b c", error=InStreamError("broken", after=2)))
    answer = complete(server, stream=True)
    assert [("choices" in event) for event in answer.events] == [True, True, False]
    assert answer.chunks[-1] == b"data: [DONE]\n\n"
