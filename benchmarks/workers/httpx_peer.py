"""httpx 0.28 without a client library: split the stream in lines, decode with the standard json."""

import json
from time import perf_counter

import httpx
from request import plain_body, stream_body


def settings(url, connections):
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    return {"base_url": url, "limits": limits, "timeout": 600}


def text_of(line):
    if not line.startswith("data: ") or line == "data: [DONE]":
        return ""
    choices = json.loads(line[6:])["choices"]
    return choices[0]["delta"].get("content", "") if choices else ""


class SyncClient:
    def __init__(self, url, connections):
        self._client = httpx.Client(**settings(url, connections))

    def stream(self, model):
        first, characters = None, 0
        with self._client.stream("POST", "/chat/completions", json=stream_body(model)) as response:
            for line in response.iter_lines():
                if text := text_of(line):
                    first = first or perf_counter()
                    characters += len(text)
        return first, characters

    def plain(self, model):
        response = self._client.post("/chat/completions", json=plain_body(model))
        return len(response.json()["choices"][0]["message"]["content"])


class AsyncClient:
    def __init__(self, url, connections):
        self._client = httpx.AsyncClient(**settings(url, connections))

    async def stream(self, model):
        first, characters = None, 0
        async with self._client.stream(
            "POST", "/chat/completions", json=stream_body(model)
        ) as response:
            async for line in response.aiter_lines():
                if text := text_of(line):
                    first = first or perf_counter()
                    characters += len(text)
        return first, characters

    async def plain(self, model):
        response = await self._client.post("/chat/completions", json=plain_body(model))
        return len(response.json()["choices"][0]["message"]["content"])

    async def aclose(self):
        await self._client.aclose()
