"""`client.inference`, with both clients."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.inference.test_answers import answer_to
from tests.facades.dialogue import chunked, http
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.recordings import load
from vllm_client import ApiError, IoError, RequestError, RetryPolicy, StreamError
from vllm_client.testing import RawReply, Reset, SimulatedVllm

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001)
GENERATE = "/inference/v1/generate"
ABORT = "/inference/v1/abort_requests"
ASKED: dict[str, Any] = {"token_ids": [1, 2, 3], "sampling_params": {"max_tokens": 8}}
STREAM = load("chat-scale-out", "generate.stream")
HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


def test_tokens_follow(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    recording = load("chat-scale-out", "generate.plain")
    server.reply(RawReply(200, recording.body, {"content-type": "application/json"}), path=GENERATE)

    answer = any_facade.client(server.base_url).inference.generate(**ASKED)

    assert answer == answer_to(recording)
    assert server.requests[-1].json == ASKED


def test_tokens_stream(any_facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(HEAD + chunked(*STREAM.chunks) + b"0\r\n\r\n")
        visit.wait_until_left()

    with RawServer(answer) as server, any_facade.client(server.base_url) as client:
        stream = client.inference.generate(**ASKED, stream=True)
        chunks = list(stream)
        whole = stream.response()

    tokens = [token for chunk in chunks for one in chunk.choices for token in one.token_ids]
    assert tokens == whole.token_ids
    assert whole.finish_reason == "length"
    assert whole.usage.completion_tokens == len(tokens) == 8


def test_a_lost_connection_keeps_the_partial_tokens(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(HEAD + chunked(*STREAM.chunks[:3]))

    with RawServer(answer) as server, facade.client(server.base_url, retry=AT_ONCE) as client:
        stream = client.inference.generate(**ASKED, stream=True)
        with pytest.raises(StreamError) as caught:
            list(stream)
        assert server.visits == 1

    assert len(caught.value.partial.token_ids) == 3


def test_an_end_without_a_finish_reason_is_an_error(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(HEAD + chunked(STREAM.chunks[0], b"data: [DONE]\n\n") + b"0\r\n\r\n")
        visit.wait_until_left()

    with RawServer(answer) as server, facade.client(server.base_url) as client:
        stream = client.inference.generate(**ASKED, stream=True)
        with pytest.raises(StreamError, match="before every choice had its finish_reason"):
            stream.response()


def test_an_error_before_the_first_token_is_that_of_a_plain_call(facade: SyncFacade) -> None:
    broken = load("chat-scale-out", "err_generate_bad_regex.stream")
    refused = load("chat-scale-out", "err_generate_bad_regex.plain")

    def refuse(visit: Visit) -> None:
        visit.read_request()
        visit.send(http(refused.body, status="400 Bad Request"))
        visit.wait_until_left()

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(HEAD + chunked(*broken.chunks) + b"0\r\n\r\n")
        refuse(visit)  # on this connection or the next

    with RawServer(answer, refuse) as server, facade.client(server.base_url) as client:
        with pytest.raises(ApiError) as streamed:
            client.inference.generate(**ASKED, stream=True).__enter__()
        with pytest.raises(ApiError) as plain:
            client.inference.generate(**ASKED)

    assert (streamed.value.code, streamed.value.message) == (400, plain.value.message)


def test_an_abort_names_the_requests(client: Any, server: SimulatedVllm) -> None:
    server.reply(RawReply(200), path=ABORT)

    assert client.inference.abort_requests(["generate-tokens-1"]) is None
    assert server.requests[-1].json == {"request_ids": ["generate-tokens-1"]}


@pytest.mark.parametrize("trouble", ["reset", "busy"])
def test_an_abort_is_never_sent_again(
    facade: SyncFacade, server: SimulatedVllm, trouble: str
) -> None:
    client = facade.client(server.base_url, retry=AT_ONCE)
    client.version()  # a connection is pooled
    faults = [Reset()] if trouble == "reset" else []
    server.reply(RawReply(503 if trouble == "busy" else 200), path=ABORT, faults=faults)

    with pytest.raises(IoError if trouble == "reset" else ApiError):
        client.inference.abort_requests(["generate-tokens-1"])

    assert [request.path for request in server.requests] == ["/version", ABORT]
    assert server.requests[0].connection != server.requests[1].connection


def test_an_invalid_request_is_not_sent(client: Any, server: SimulatedVllm) -> None:
    with pytest.raises(RequestError, match="did you mean temperature"):
        client.inference.generate(token_ids=[1], sampling_params={"temprature": 0})
    with pytest.raises(RequestError, match="did you mean token_ids"):
        client.inference.generate(tokenids=[1], sampling_params={}, stream=True)

    assert server.requests == []
