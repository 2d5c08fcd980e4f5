"""vllm_client.openai: openai-python's names on our connections."""

from time import perf_counter

from request import plain_body, stream_body

from vllm_client.openai import AsyncOpenAI, OpenAI


class SyncClient:
    def __init__(self, url, connections):
        self._client = OpenAI(base_url=url, api_key="key")

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
    def __init__(self, url, connections):
        self._client = AsyncOpenAI(base_url=url, api_key="key")

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
