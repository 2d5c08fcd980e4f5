"""openai-python, with its default limits and with as many connections as there are requests.

The timeout for connecting is 600 s, because the default of 5 s is too short for 2000 connections.
"""

from time import perf_counter

import httpx2
from openai import (
    AsyncOpenAI,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    OpenAI,
    Stream,
)
from openai.types.chat import ChatCompletionChunk
from request import plain_body, stream_body

TIMEOUT = 600


def settings(connections):
    # Numbers, never None: None means 100 connections on the aiohttp transport.
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return {"limits": limits, "timeout": TIMEOUT}


class SyncClient:
    def __init__(self, url, connections):
        http_client = DefaultHttpxClient(**settings(connections))
        self._client = OpenAI(base_url=url, api_key="key", http_client=http_client)

    def stream(self, model):
        first, characters = None, 0
        for chunk in self._client.chat.completions.create(**stream_body(model)):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                first = first or perf_counter()
                characters += len(text)
        return first, characters

    def plain(self, model):
        answer = self._client.chat.completions.create(**plain_body(model))
        return len(answer.choices[0].message.content)


class AsyncClient:
    http_client = DefaultAsyncHttpxClient

    def __init__(self, url, connections):
        http_client = self.http_client(**settings(connections))
        self._client = AsyncOpenAI(base_url=url, api_key="key", http_client=http_client)

    async def stream(self, model):
        first, characters = None, 0
        async for chunk in await self._client.chat.completions.create(**stream_body(model)):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                first = first or perf_counter()
                characters += len(text)
        return first, characters

    async def plain(self, model):
        answer = await self._client.chat.completions.create(**plain_body(model))
        return len(answer.choices[0].message.content)

    async def aclose(self):
        await self._client.close()


class AiohttpClient(AsyncClient):
    http_client = DefaultAioHttpClient


class DefaultLimits(AsyncClient):
    def __init__(self, url, connections):
        self._client = AsyncOpenAI(base_url=url, api_key="key", timeout=TIMEOUT)


class Decoder:
    _client = OpenAI(base_url="http://127.0.0.1:1/v1", api_key="key")

    @classmethod
    def decode(cls, pieces):
        characters = 0
        for chunk in Stream(
            cast_to=ChatCompletionChunk, response=_Body(pieces), client=cls._client
        ):
            if chunk.choices and (text := chunk.choices[0].delta.content):
                characters += len(text)
        return characters


class _Body:
    """The part of a response that openai's Stream uses."""

    def __init__(self, pieces):
        self._pieces = pieces

    def iter_bytes(self):
        return iter(self._pieces)

    def close(self):
        pass
