"""Each family with both clients: they parse the simulated server's answers to equal values."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from tests.testing.test_audio import wav
from vllm_client import AsyncVllmClient, SyncVllmClient, user
from vllm_client.testing import SimulatedVllm

TOOL = {"type": "object", "properties": {"city": {"type": "string"}}}
FUNCTION = {"name": "get_weather", "parameters": TOOL}
QUESTION = [user("What is the weather in Tokyo?")]
MESSAGE = {"model": "simulated", "messages": QUESTION, "max_tokens": 300}
SOUND = ("a.wav", wav(1))

PLAIN: dict[str, Callable[[Any], Any]] = {
    "chat": lambda c: c.chat.completions.create(messages=QUESTION),
    "chat with tools": lambda c: c.chat.completions.create(
        messages=QUESTION, tools=[{"type": "function", "function": FUNCTION}]
    ),
    "batch": lambda c: c.chat.completions.batch(messages=[QUESTION, [user("Hi")]]),
    "completions": lambda c: c.completions.create(prompt="Once upon a time"),
    "responses": lambda c: c.responses.create(input="Hi"),
    "responses with tools": lambda c: c.responses.create(
        input="What is the weather in Tokyo?", tools=[{"type": "function", **FUNCTION}]
    ),
    "messages": lambda c: c.messages.create(**MESSAGE),
    "messages with tools": lambda c: c.messages.create(
        **MESSAGE, tools=[{"name": "get_weather", "input_schema": TOOL}]
    ),
    "count_tokens": lambda c: c.messages.count_tokens(model="simulated", messages=QUESTION),
    "generate": lambda c: c.inference.generate(token_ids=[999], sampling_params={"max_tokens": 9}),
    "embeddings": lambda c: c.embeddings.create(input=["a cat", "a dog"], dimensions=8),
    "pooling": lambda c: c.pooling(input="a cat", encoding_format="base64"),
    "score": lambda c: c.score(queries="a cat", documents=["a dog", "a cat"]),
    "rerank": lambda c: c.rerank(query="a cat", documents=["a dog", "a cat"]),
    "classify": lambda c: c.classify(input="a cat"),
    "transcriptions": lambda c: c.audio.transcriptions.create(file=SOUND),
    "translations": lambda c: c.audio.translations.create(file=SOUND),
    "models": lambda c: c.models.list(),
    "tokenize": lambda c: c.tokenize(prompt="a cat"),
    "tokenizer_info": lambda c: c.tokenizer_info(),
}
STREAMED: dict[str, Callable[[Any], Any]] = {
    "chat": lambda c: c.chat.completions.stream(messages=QUESTION),
    "completions": lambda c: c.completions.stream(prompt="Once upon a time"),
    "responses": lambda c: c.responses.stream(input="Hi"),
    "messages": lambda c: c.messages.stream(**MESSAGE),
    "generate": lambda c: c.inference.generate(
        token_ids=[999], sampling_params={"max_tokens": 9}, stream=True
    ),
    "transcriptions": lambda c: c.audio.transcriptions.stream(file=SOUND),
    "translations": lambda c: c.audio.translations.stream(file=SOUND),
}
# Ids, times and signatures differ in each answer.
FREE = re.compile(
    r"(chatcmpl-(tool-)?|cmpl-|resp_|msg_|rs_|fc_|embd-|pooling-|score-|classify-|modelperm-"
    r"|generate-tokens-|transcribe-|translate-)[0-9a-f]{16}([0-9a-f]{16})?|\b[0-9a-f]{32}\b|\b1\d{9}\b"
)


def told(answer: Any) -> str:
    """Return all fields of an answer, without those that differ in each."""
    return FREE.sub("~", str(attrs.asdict(answer) if attrs.has(type(answer)) else answer))


def by_sync(server: SimulatedVllm, call: Callable[[Any], Any], *, streamed: bool) -> Any:
    with SyncVllmClient(server.base_url) as client:
        if not streamed:
            return call(client)
        with call(client) as stream:
            return list(stream)


def by_async(server: SimulatedVllm, call: Callable[[Any], Any], *, streamed: bool) -> Any:
    async def run() -> Any:
        async with AsyncVllmClient(server.base_url) as client:
            answer = call(client)
            if not streamed:
                return await answer
            async with answer as stream:
                return [event async for event in stream]

    return asyncio.run(run())


@pytest.mark.parametrize("name", PLAIN)
def test_both_clients_parse_equal_answers(name: str) -> None:
    with SimulatedVllm() as server:
        answers = [by(server, PLAIN[name], streamed=False) for by in (by_sync, by_async)]
    assert told(answers[0]) == told(answers[1])


@pytest.mark.parametrize("name", STREAMED)
def test_both_clients_parse_equal_events(name: str) -> None:
    with SimulatedVllm() as server:
        first, second = (by(server, STREAMED[name], streamed=True) for by in (by_sync, by_async))
    assert len(first) > 3
    assert list(map(told, first)) == list(map(told, second))
