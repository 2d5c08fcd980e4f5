"""vllm_client with its defaults: timeouts, retries, typed events, request ids."""

from time import perf_counter

from request import plain_body, stream_body

from vllm_client import AsyncVllmClient, StreamEvent, SyncVllmClient
from vllm_client.api.chat.stream import ChatMachine
from vllm_client.http.sse import SseDecoder


class SyncEvents:
    transport = None

    def __init__(self, url, connections):
        self._client = SyncVllmClient(url, transport=self.transport)

    def stream(self, model):
        first, characters = None, 0
        with self._client.chat.completions.stream(**plain_body(model)) as stream:
            for event in stream:
                if isinstance(event, StreamEvent.Content):
                    first = first or perf_counter()
                    characters += len(event.delta)
        return first, characters

    def plain(self, model):
        answer = self._client.chat.completions.create(**plain_body(model))
        return len(answer.choices[0].message.content)


class SyncOverHttpx(SyncEvents):
    transport = "httpx"


class SyncChunks(SyncEvents):
    def stream(self, model):
        first, characters = None, 0
        with self._client.chat.completions.create(**stream_body(model)) as stream:
            for chunk in stream:
                if chunk.choices and (text := chunk.choices[0].delta.content):
                    first = first or perf_counter()
                    characters += len(text)
        return first, characters


class AsyncEvents:
    transport = None

    def __init__(self, url, connections):
        self._client = AsyncVllmClient(url, transport=self.transport)

    async def stream(self, model):
        first, characters = None, 0
        async with self._client.chat.completions.stream(**plain_body(model)) as stream:
            async for event in stream:
                if isinstance(event, StreamEvent.Content):
                    first = first or perf_counter()
                    characters += len(event.delta)
        return first, characters

    async def plain(self, model):
        answer = await self._client.chat.completions.create(**plain_body(model))
        return len(answer.choices[0].message.content)

    async def aclose(self):
        await self._client.aclose()


class AsyncOverHttpx(AsyncEvents):
    transport = "httpx"


class AsyncChunks(AsyncEvents):
    async def stream(self, model):
        first, characters = None, 0
        async with await self._client.chat.completions.create(**stream_body(model)) as stream:
            async for chunk in stream:
                if chunk.choices and (text := chunk.choices[0].delta.content):
                    first = first or perf_counter()
                    characters += len(text)
        return first, characters


class EventDecoder:
    @staticmethod
    def decode(pieces):
        decoder, machine = SseDecoder(), ChatMachine()
        return sum(
            len(event.delta)
            for piece in pieces
            for event in machine.receive(decoder.feed(piece))
            if isinstance(event, StreamEvent.Content)
        )
