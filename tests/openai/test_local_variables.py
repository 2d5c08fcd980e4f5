"""No local variable in a frame of this package shows a secret header field of a failed call."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import pydantic
import pytest

from tests.facades.raw_server import RawServer
from tests.facades.test_local_variables import KEY, MESSAGES, TOKEN, refuse_key, shown
from vllm_client.openai import AsyncOpenAI, AuthenticationError, OpenAI


class Person(pydantic.BaseModel):
    name: str


HEADERS = {"X-Auth-Token": TOKEN}
CHAT: dict[str, Any] = {"messages": MESSAGES, "model": "m"}
INPUT: dict[str, Any] = {"input": "Hi", "model": "m"}
FILE: dict[str, Any] = {"file": b"RIFF", "model": "m"}

# Methods with the keywords of a call.
METHODS: dict[str, tuple[Callable[[Any], Any], dict[str, Any]]] = {
    "chat": (lambda client: client.chat.completions.create, CHAT),
    "chat stream": (lambda client: client.chat.completions.create, {**CHAT, "stream": True}),
    "chat events": (lambda client: client.chat.completions.stream, CHAT),
    "chat parse": (
        lambda client: client.chat.completions.parse,
        {**CHAT, "response_format": Person},
    ),
    "raw": (lambda client: client.chat.completions.with_raw_response.create, CHAT),
    "streaming": (lambda client: client.chat.completions.with_streaming_response.create, CHAT),
    "completion": (lambda client: client.completions.create, {"prompt": "Hi", "model": "m"}),
    "embeddings": (lambda client: client.embeddings.create, INPUT),
    "response": (lambda client: client.responses.create, INPUT),
    "response events": (lambda client: client.responses.stream, INPUT),
    "response parse": (lambda client: client.responses.parse, {**INPUT, "text_format": Person}),
    "retrieve": (lambda client: client.responses.retrieve, {"response_id": "r"}),
    "cancel": (lambda client: client.responses.cancel, {"response_id": "r"}),
    "models": (lambda client: client.models.list, {}),
    "model": (lambda client: client.models.retrieve, {"model": "m"}),
    "transcription": (lambda client: client.audio.transcriptions.create, FILE),
    "translation": (lambda client: client.audio.translations.create, FILE),
}
VERBS = ("get", "post", "put", "patch", "delete")


async def finished(result: Any) -> None:
    """Send the request of a call that is not sent before it is awaited or entered."""
    if inspect.isawaitable(result):
        await result
    elif hasattr(result, "__aenter__"):
        await result.__aenter__()
    elif hasattr(result, "__enter__"):
        result.__enter__()


async def failed(kind: Any, call: Callable[[Any], Any]) -> AuthenticationError:
    with RawServer(refuse_key) as server:
        client = kind(base_url=server.base_url, api_key=KEY, max_retries=0)
        with pytest.raises(AuthenticationError) as caught:
            await finished(call(client))
        await finished(client.close())
    return caught.value


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
@pytest.mark.parametrize(("method", "keywords"), METHODS.values(), ids=METHODS)
def test_method_shows_no_secret(
    kind: Any, method: Callable[[Any], Any], keywords: dict[str, Any]
) -> None:
    error = asyncio.run(
        failed(kind, lambda client: method(client)(**keywords, extra_headers=HEADERS))
    )
    assert shown(error) == []


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
@pytest.mark.parametrize("verb", VERBS)
def test_verb_shows_no_secret(kind: Any, verb: str) -> None:
    options = {"headers": HEADERS}
    error = asyncio.run(failed(kind, lambda client: getattr(client, verb)("/x", options=options)))
    assert shown(error) == []
    assert options == {"headers": HEADERS}
    assert type(options["headers"]) is dict


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
def test_fields_of_a_client_show_no_secret(kind: Any) -> None:
    error = asyncio.run(
        failed(
            kind,
            lambda client: client.with_options(default_headers=HEADERS).chat.completions.create(
                **CHAT
            ),
        )
    )
    assert shown(error) == []


def test_refused_keyword_shows_no_secret() -> None:
    with OpenAI(api_key=KEY) as client, pytest.raises(TypeError) as caught:
        client.chat.completions.create(**CHAT, temprature=1, extra_headers=HEADERS)
    assert shown(caught.value) == []
