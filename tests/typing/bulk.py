"""Type-checked, never run: what `map` gives, sync and async, in every family."""

from collections.abc import AsyncIterator
from typing import assert_type

import attrs

from vllm_client import (
    AsyncBulkRun,
    AsyncVllmClient,
    BulkItem,
    BulkReport,
    ChatCompletionResponse,
    ClassificationResponse,
    CompletionResponse,
    Concurrency,
    EmbeddingResponse,
    MessagesResponse,
    ParsedChatCompletion,
    RerankResponse,
    Response,
    RunStats,
    ScoreResponse,
    SyncBulkRun,
    SyncVllmClient,
    Transcription,
    TranscriptionVerbose,
)


@attrs.frozen
class Invoice:
    total: float


@attrs.frozen
class Row:
    text: str


def chat(client: SyncVllmClient, rows: list[Row]) -> None:
    ask = client.chat.completions.create().model("m").max_tokens(200)
    assert_type(ask.map(["Hi"]), SyncBulkRun[ChatCompletionResponse])
    for answer in ask.map(rows, body=lambda row: row.text, ordered=False):
        assert_type(answer, ChatCompletionResponse)
    with ask.map(rows, body=lambda row: row.text, errors="return", max_errors=0.1) as run:
        for item in run:
            assert_type(item, BulkItem[Row, ChatCompletionResponse])
            assert_type(item.input, Row)
            assert_type(item.unwrap(), ChatCompletionResponse)
        assert_type(run.stats, RunStats)
    for parsed in ask.map(["Hi"], response_format=Invoice, concurrency=Concurrency(max=64)):
        assert_type(parsed, ParsedChatCompletion[Invoice])
    assert_type(
        ask.map(rows, response_format=Invoice, errors="return"),
        SyncBulkRun[BulkItem[Row, ParsedChatCompletion[Invoice]]],
    )


def families(client: SyncVllmClient) -> None:
    rows = ["Hi"]
    assert_type(client.completions.create().map(rows), SyncBulkRun[CompletionResponse])
    assert_type(client.embeddings.create().map(rows, batch=64), SyncBulkRun[EmbeddingResponse])
    assert_type(client.responses.create().map(rows), SyncBulkRun[Response])
    assert_type(client.messages.create().max_tokens(5).map(rows), SyncBulkRun[MessagesResponse])
    assert_type(client.classify().map(rows), SyncBulkRun[ClassificationResponse])
    assert_type(client.score().map([("a", "b")]), SyncBulkRun[ScoreResponse])
    assert_type(client.rerank().map([("a", ["b"])]), SyncBulkRun[RerankResponse])
    speech = client.audio.transcriptions.create()
    assert_type(speech.map([b""]), SyncBulkRun[Transcription])
    assert_type(speech.response_format("text").map([b""]), SyncBulkRun[str])
    assert_type(speech.response_format("verbose_json").send(), TranscriptionVerbose)
    assert_type(
        client.score().map([("a", "b")], errors="return"),
        SyncBulkRun[BulkItem[tuple[str, str], ScoreResponse]],
    )


async def asynchronous(client: AsyncVllmClient, rows: AsyncIterator[Row]) -> None:
    ask = client.chat.completions.create()
    assert_type(ask.map(["Hi"]), AsyncBulkRun[ChatCompletionResponse])
    async with ask.map(rows, body=lambda row: row.text, errors="return") as run:
        async for item in run:
            assert_type(item, BulkItem[Row, ChatCompletionResponse])


async def files(sync: SyncVllmClient, client: AsyncVllmClient, rows: list[Row]) -> None:
    assert_type(sync.bulk("in.jsonl", "out.jsonl", sort=True, max_errors=0.1), BulkReport)
    report = await client.bulk("-", "-", on_change="redo", progress=print)
    assert_type(report, BulkReport)
    ask = sync.chat.completions.create()
    assert_type(ask.bulk("prompts.txt", "out.jsonl", progress=True), BulkReport)
    assert_type(ask.bulk(rows, "out.jsonl", key="id", body=lambda row: row.text), BulkReport)
