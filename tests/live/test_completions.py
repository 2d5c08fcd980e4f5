"""/v1/completions: the continuation of a prompt."""

from typing import Any

from tests.live.dialogues import STORY, STORY_PROMPT
from tests.live.drivers import Driver
from vllm_client import StreamEvent

QUESTION: dict[str, Any] = {
    "model": "tiny",
    "prompt": STORY_PROMPT,
    "max_tokens": 80,
    "temperature": 0,
}
TWO_OF_TWO = QUESTION | {
    "prompt": [STORY_PROMPT, STORY_PROMPT],
    "n": 2,
    "temperature": 0.01,
    "seed": 1,
    "top_k": 1,
}


def test_plain(chat: Driver) -> None:
    response = chat.call(lambda client: client.completions.create(**QUESTION))
    assert [choice.text for choice in response.choices] == [STORY]
    assert response.choices[0].finish_reason == "stop"
    assert response.usage.prompt_tokens > 0


def test_events(chat: Driver) -> None:
    heard = chat.hear(lambda client: client.completions.stream(**QUESTION))
    *contents, usage, done = heard.events
    assert "".join(event.delta for event in contents) == STORY
    assert usage == StreamEvent.Usage(heard.response.usage)
    assert done == StreamEvent.Done("stop", {0: "stop"})
    assert heard.response.choices[0].text == STORY


def test_chunks(chat: Driver) -> None:
    chunks = chat.read(lambda client: client.completions.create(**QUESTION, stream=True))
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == STORY


def test_several_prompts_with_two_answers_each(chat: Driver) -> None:
    response = chat.call(lambda client: client.completions.create(**TWO_OF_TWO))
    assert [choice.text for choice in response.choices] == [STORY] * 4


def test_several_prompts_streamed(chat: Driver) -> None:
    heard = chat.hear(lambda client: client.completions.stream(**TWO_OF_TWO))
    texts = dict.fromkeys(range(4), "")
    for event in heard.events:
        if isinstance(event, StreamEvent.Content):
            texts[event.index] += event.delta
    assert texts == dict.fromkeys(range(4), STORY)
    assert [choice.text for choice in heard.response.choices] == [STORY] * 4
    assert heard.events[-1] == StreamEvent.Done("stop", dict.fromkeys(range(4), "stop"))


def test_log_probabilities_are_returned(chat: Driver) -> None:
    options = QUESTION | {"logprobs": 1}
    response = chat.call(lambda client: client.completions.create(**options))
    heard = chat.hear(lambda client: client.completions.stream(**options))
    plain, streamed = response.choices[0].logprobs, heard.response.choices[0].logprobs
    assert "".join(plain.tokens) == STORY + "<|endoftext|>"
    assert streamed.tokens == plain.tokens


def test_weight_versions_of_the_tokens_are_returned(chat: Driver) -> None:
    options = TWO_OF_TWO | {"return_weight_versions": True}
    response = chat.call(lambda client: client.completions.create(**options))
    heard = chat.hear(lambda client: client.completions.stream(**options))
    for answer in (response, heard.response):
        spans = [span for choice in answer.choices for span in choice.weight_versions]
        assert {(span.version, span.start) for span in spans} == {("default", 0)}
        assert sum(span.end for span in spans) == answer.usage.completion_tokens
