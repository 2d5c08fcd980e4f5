"""Embeddings and calls of pooling models, over real sockets."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import ApiError, Classification, HttpError, RequestError, RetryPolicy, Score
from vllm_client.api.pooling.decisions import PredicateAnswer
from vllm_client.testing import ErrorReply, RawReply, SimulatedVllm

BYTES = struct.pack("<4f", 1, 2, 3, 4)
EMBEDDINGS = {"id": "embd-1", "data": [{"index": 0, "embedding": "AACAPwAAAEA="}]}
SCORES = {"data": [{"index": 0, "score": 0.5}]}
ORDER = {"results": [{"index": 1, "document": {"text": "b"}, "relevance_score": 0.5}]}
CLASSES = {"data": [{"index": 0, "label": "GOOD", "probs": [1.0], "num_classes": 1}]}


def metadata(count: int) -> str:
    """Return the header of a binary answer; each embedding has two numbers."""
    places = [
        {
            "index": number,
            "embed_dtype": "float32",
            "endianness": "native",
            "start": number * 8,
            "end": number * 8 + 8,
            "shape": [2],
        }
        for number in range(count)
    ]
    return json.dumps({"id": "embd-1", "created": 7, "model": "m", "data": places})


def in_bytes(header: str, body: bytes = BYTES) -> Any:
    """Return a function that answers with bytes in two chunks, as vLLM does."""

    def treat(visit: Visit) -> None:
        visit.read_request()
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n"
        visit.send(f"{head}metadata: {header}\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        for half in (body[:8], body[8:]):
            visit.send(b"%x\r\n%s\r\n" % (len(half), half))
        visit.send(b"0\r\n\r\n")
        visit.wait_until_left()

    return treat


def test_bytes_have_their_header(any_facade: SyncFacade) -> None:
    with RawServer(in_bytes(metadata(2))) as server:
        client = any_facade.client(server.base_url)
        response = client.embeddings.create(input=["a", "b"], encoding_format="bytes")
        client.close()

    assert [each.embedding for each in response] == [[1, 2], [3, 4]]
    assert (response.id, response.model) == ("embd-1", "m")


def test_a_header_for_too_many_outputs_is_refused(facade: SyncFacade) -> None:
    with RawServer(in_bytes(metadata(1000))) as server:
        client = facade.client(server.base_url, retry=None)
        with pytest.raises(HttpError, match="longer than 65536 bytes"):
            client.embeddings.create(input=["a"] * 1000, encoding_format="bytes")
        client.close()


def test_embeddings_are_lists_and_are_transferred_as_base64(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(RawReply(200, EMBEDDINGS), path="/v1/embeddings")

    (only,) = client.embeddings.create(model="m", input="a")

    assert only.embedding == [1.0, 2.0]
    assert server.requests[-1].json == {
        "model": "m",
        "input": "a",
        "encoding_format": "base64",
        "endianness": "little",
    }


def test_embeddings_are_retried_after_a_503(facade: SyncFacade, server: Any) -> None:
    client = facade.client(server.base_url, retry=RetryPolicy(max_retries=1, first_wait=0.001))
    server.reply(ErrorReply(503, "full"), RawReply(200, EMBEDDINGS), path="/v1/embeddings")

    assert client.embeddings.create(input="a").data[0].embedding == [1.0, 2.0]
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("path", "answer", "call", "expected"),
    [
        (
            "/pooling",
            {"data": [{"index": 0, "data": [[1.0], [2.0]]}]},
            lambda client: client.pooling(input="a", task="token_embed").data[0].data,
            [[1.0], [2.0]],
        ),
        (
            "/pooling",
            {"data": {"mask": 1}},
            lambda client: client.pooling(data={"image": "x"}).data,
            {"mask": 1},
        ),
        (
            "/classify",
            CLASSES,
            lambda client: client.classify(input="a").data,
            [Classification(0, [1.0], 1, "GOOD")],
        ),
        (
            "/score",
            SCORES,
            lambda client: client.score(queries="a", documents=["b"]).data,
            [Score(0, 0.5)],
        ),
        (
            "/v1/score",
            SCORES,
            lambda client: client.score(text_1="a", text_2="b", version="v1").data,
            [Score(0, 0.5)],
        ),
        (
            "/rerank",
            ORDER,
            lambda client: client.rerank(query="q", documents=["a", "b"], top_n=1).results[0].index,
            1,
        ),
        (
            "/v2/rerank",
            ORDER,
            lambda client: client.rerank(query="q", documents="b", version="v2").results[0].index,
            1,
        ),
        (
            "/v2/embed",
            {"embeddings": {"float": [[1.0]]}},
            lambda client: client.embed_v2(texts=["a"]).embeddings.float,
            [[1.0]],
        ),
        (
            "/v1/decisions",
            {"answers": [{"type": "predicate", "name": None, "probability": 0.5}]},
            lambda client: (
                client.decisions(
                    model="m",
                    input="It rains.",
                    questions=[{"type": "predicate", "instructions": "Is it wet?"}],
                ).answers
            ),
            [PredicateAnswer(0.5)],
        ),
        (
            "/v1/systemone",
            {"answers": {"wet": {"noul": 0.5}}},
            lambda client: (
                client.systemone(state="It rains.", questions={"wet": {"type": "noul"}}).answers
            ),
            {"wet": {"noul": 0.5}},
        ),
        (
            "/generative_scoring",
            SCORES,
            lambda client: (
                client.generative_scoring(query="a", items=["b"], label_token_ids=[1]).data
            ),
            [Score(0, 0.5)],
        ),
    ],
)
def test_each_call_goes_to_its_route(
    client: Any, server: SimulatedVllm, path: str, answer: Any, call: Any, expected: Any
) -> None:
    server.reply(RawReply(200, answer), path=path)

    assert call(client) == expected
    assert server.requests[-1].path == path


def test_a_server_without_the_route_is_an_error(facade: SyncFacade) -> None:
    with (
        SimulatedVllm(task="generate") as server,
        facade.client(server.base_url) as client,
        pytest.raises(ApiError, match="Not Found") as caught,
    ):
        client.classify(input="a")

    assert caught.value.code == 404


def test_a_misspelt_option_is_refused_before_anything_is_sent(
    client: Any, server: SimulatedVllm
) -> None:
    with pytest.raises(RequestError, match="did you mean top_n"):
        client.rerank(query="q", documents=["a"], topn=1)

    assert server.requests == []
