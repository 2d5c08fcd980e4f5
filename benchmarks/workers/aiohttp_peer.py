"""aiohttp without a client library: split the stream in lines, decode with the standard json."""

import json
from time import perf_counter

import aiohttp
from request import plain_body, stream_body


def text_of(line):
    if not line.startswith(b"data: ") or line.startswith(b"data: [DONE]"):
        return ""
    choices = json.loads(line[6:])["choices"]
    return choices[0]["delta"].get("content", "") if choices else ""


class AsyncClient:
    def __init__(self, url, connections):
        self._url = url + "/chat/completions"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections),
            timeout=aiohttp.ClientTimeout(total=600),
        )

    async def stream(self, model):
        first, characters = None, 0
        async with self._session.post(self._url, json=stream_body(model)) as response:
            async for line in response.content:
                if text := text_of(line):
                    first = first or perf_counter()
                    characters += len(text)
        return first, characters

    async def plain(self, model):
        async with self._session.post(self._url, json=plain_body(model)) as response:
            answer = await response.json()
        return len(answer["choices"][0]["message"]["content"])

    async def aclose(self):
        await self._session.close()
