"""vllm_client's runs of many rows. `at_once=0` means adaptive concurrency."""

import json
import tempfile
from pathlib import Path

from request import MESSAGES, OPTIONS

from vllm_client import AsyncVllmClient, SyncVllmClient


def _ask(client, model):
    return client.chat.completions.create().model(model).options(**OPTIONS)


def _length(answer):
    return len(answer.choices[0].message.content)


class AsyncMap:
    def __init__(self, url):
        self._url = url

    async def run(self, model, rows, at_once):
        async with AsyncVllmClient(self._url) as client:
            questions = (MESSAGES for _ in range(rows))
            run = _ask(client, model).map(questions, concurrency=at_once or "auto")
            return sum([_length(answer) async for answer in run])


class SyncMap:
    def __init__(self, url):
        self._url = url

    async def run(self, model, rows, at_once):
        with SyncVllmClient(self._url) as client:
            questions = (MESSAGES for _ in range(rows))
            run = _ask(client, model).map(questions, concurrency=at_once or "auto")
            return sum(_length(answer) for answer in run)


class Files:
    """A bulk run that writes its output file, and reads it again to count the characters."""

    def __init__(self, url):
        self._url = url

    async def run(self, model, rows, at_once):
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "out.jsonl"
            async with AsyncVllmClient(self._url) as client:
                questions = (MESSAGES for _ in range(rows))
                ask = _ask(client, model)
                await ask.bulk(questions, output, concurrency=at_once or "auto")
            return sum(_characters(line) for line in output.open())


def _characters(line):
    body = json.loads(line)["response"]["body"]
    return len(body["choices"][0]["message"]["content"])
