"""The content of a request as a positional argument."""

from __future__ import annotations

from typing import Any

import pytest

from tests.facades.dialogue import QUESTION
from tests.facades.drivers import SyncFacade, thing_of
from vllm_client import RequestError
from vllm_client.testing import SimulatedVllm

MESSAGES = QUESTION["messages"]


def weather() -> str:
    """The weather."""
    return "mild"


CALLS: dict[str, tuple[str, Any, Any]] = {
    "create": ("messages", MESSAGES, lambda c, *a, **k: c.chat.completions.create(*a, **k)),
    "stream": (
        "messages",
        MESSAGES,
        lambda c, *a, **k: c.chat.completions.stream(*a, **k).response(),
    ),
    "parse": (
        "messages",
        MESSAGES,
        lambda c, *a, **k: c.chat.completions.parse(*a, **k, response_format=Any),
    ),
    "run_tools": (
        "messages",
        MESSAGES,
        lambda c, *a, **k: c.chat.completions.run_tools(*a, **k, tools=[weather]),
    ),
    "stream_tools": (
        "messages",
        MESSAGES,
        lambda c, *a, **k: c.chat.completions.stream_tools(*a, **k, tools=[weather]).response(),
    ),
    "batch": ("messages", [MESSAGES], lambda c, *a, **k: c.chat.completions.batch(*a, **k)),
    "completions": ("prompt", "Once", lambda c, *a, **k: c.completions.create(*a, **k)),
    "completions.stream": (
        "prompt",
        "Once",
        lambda c, *a, **k: c.completions.stream(*a, **k).response(),
    ),
    "responses": ("input", "Hi", lambda c, *a, **k: c.responses.create(*a, **k)),
    "responses.stream": ("input", "Hi", lambda c, *a, **k: c.responses.stream(*a, **k).response()),
    "messages": (
        "messages",
        MESSAGES,
        lambda c, *a, **k: c.messages.create(*a, **k, model="simulated", max_tokens=5),
    ),
    "messages.stream": (
        "messages",
        MESSAGES,
        lambda c, *a, **k: c.messages.stream(*a, **k, model="simulated", max_tokens=5).response(),
    ),
    "tokenize": ("prompt", "Once", lambda c, *a, **k: c.tokenize(*a, **k)),
}


@pytest.mark.parametrize(("name", "content", "call"), CALLS.values(), ids=CALLS)
def test_content_by_position_makes_the_same_request(
    client: Any, server: SimulatedVllm, name: str, content: Any, call: Any
) -> None:
    server.reply("1", "1")
    call(client, content)
    call(client, **{name: content})
    first, named = (request.json for request in server.requests)
    assert first[name] == content
    assert first == named


POOLING: dict[str, Any] = {
    "embeddings": lambda c, *a, **k: c.embeddings.create(*a, **k),
    "pooling": lambda c, *a, **k: c.pooling(*a, **k),
}


@pytest.mark.parametrize("call", POOLING.values(), ids=POOLING)
def test_input_of_pooling_models_can_be_positional(facade: SyncFacade, call: Any) -> None:
    with SimulatedVllm(task="embed") as server:
        client = facade.client(server.base_url)
        call(client, ["a", "b"])
        call(client, input=["a", "b"])
        first, named = (request.json for request in server.requests)
        assert first == named


@pytest.mark.parametrize("task", ["transcriptions", "translations"])
def test_recording_can_be_positional(facade: SyncFacade, task: str) -> None:
    client = facade.client("http://127.0.0.1:9/v1", retry=None)
    speech = getattr(client.audio, task)
    for call in (speech.create, speech.stream):
        with pytest.raises(RequestError, match=r"there-is-none\.wav"):
            call("there-is-none.wav")


def test_no_argument_returns_a_builder_and_none_is_an_error(client: Any) -> None:
    assert hasattr(client.chat.completions.create(), "send_stream")
    with pytest.raises(RequestError, match="messages: missing"):
        client.chat.completions.create(None)
    with pytest.raises(TypeError):
        thing_of(client).chat.completions.create(MESSAGES, "model")
