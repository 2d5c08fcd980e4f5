"""Raw requests with both clients: transport, retries, errors and unprocessed bytes."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from tests.facades.dialogue import (
    DONE,
    HELLO,
    LAST_CHUNK,
    QUESTION,
    STREAM_HEAD,
    chunk,
    chunked,
    http,
)
from tests.facades.drivers import SyncFacade, thing_of
from tests.facades.raw_server import RawServer, Visit
from vllm_client import (
    ApiError,
    HttpError,
    IoError,
    ParseError,
    RawResponse,
    RequestError,
    RetryPolicy,
    StreamError,
    StreamTimeout,
    Timeout,
)
from vllm_client.testing import Cut, RawReply, Reply, Reset, SimulatedVllm

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001)
OCTETS = "content-type: application/octet-stream\r\n"


def test_raw_requests_use_the_settings_of_the_client(
    any_facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = any_facade.client(server.base_url, api_key="sk-1", headers={"X-Trace": "7"})

    answer = client.request("POST", "/tokenize?a=1", json={"prompt": "Hi"}, query={"b": 2})

    assert isinstance(answer, RawResponse)
    assert (answer.status, answer.path) == (200, "/tokenize")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["tokens"] == json.loads(answer.text)["tokens"]
    (asked,) = server.requests
    assert (asked.method, asked.path, asked.query) == ("POST", "/tokenize", {"a": "1", "b": "2"})
    assert asked.json == {"prompt": "Hi"}
    assert asked.headers["authorization"] == "Bearer sk-1"
    assert asked.headers["x-trace"] == "7"
    assert asked.headers["x-request-id"]
    assert client.request("GET", "models").json()["data"][0]["id"] == "simulated"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_other_methods_and_bodies_arrive(
    any_facade: SyncFacade, server: SimulatedVllm, method: str
) -> None:
    client = any_facade.client(server.base_url, retry=None)
    form = {"Content-Type": 'multipart/form-data; boundary="x"'}

    server.reply(RawReply(200, b"\x00\xff", {"content-type": "image/png"}), path="/odd")
    answer = client.request(method, "/odd", content=b"--x\r\n\x00\xff\r\n--x--", headers=form)

    assert answer.body == b"\x00\xff"
    assert server.requests[-1].method == method
    assert server.requests[-1].body == b"--x\r\n\x00\xff\r\n--x--"
    assert server.requests[-1].headers["content-type"] == form["Content-Type"]


def test_a_head_response_has_no_body(any_facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        while visit.read_request():
            visit.send(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")

    with RawServer(answer) as server:
        client = any_facade.client(server.base_url)
        told = [client.request("HEAD", "/docs") for _ in range(2)]

    assert [(one.status, one.body, one.headers["content-length"]) for one in told] == [
        (200, b"", "5")
    ] * 2


def test_an_error_of_the_server_is_raised(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    client = any_facade.client(server.base_url)

    with pytest.raises(ApiError) as plain:
        client.request("GET", "/nothing")
    with pytest.raises(ApiError) as streamed:
        client.stream_request("GET", "/nothing").__enter__()

    for caught in (plain, streamed):
        assert (caught.value.code, caught.value.path) == (404, "/nothing")


def test_a_redirect_is_not_followed(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url)
    server.reply(RawReply(307, b"", {"location": "http://elsewhere/"}), path="/old")

    with pytest.raises(HttpError, match="307 redirects"):
        client.request("GET", "/old")


def test_reading_a_body_that_is_not_json_is_an_error(client: Any, server: SimulatedVllm) -> None:
    answer = client.request("GET", "/metrics")

    assert "vllm:num_requests_running" in answer.text
    with pytest.raises(ParseError, match=r"expected JSON.*\(GET /metrics\)"):
        answer.json()


@pytest.mark.parametrize(
    ("method", "options", "attempts"),
    [
        ("GET", {}, 2),
        ("POST", {}, 1),
        ("DELETE", {}, 1),
        ("POST", {"replayable": True}, 2),
        ("GET", {"replayable": False}, 1),
        ("GET", {"retry": None}, 1),
    ],
)
def test_only_replayable_requests_are_repeated(
    any_facade: SyncFacade,
    server: SimulatedVllm,
    method: str,
    options: dict[str, Any],
    attempts: int,
) -> None:
    client = any_facade.client(server.base_url, retry=AT_ONCE)
    server.reply(RawReply(503, b"busy"), RawReply(200, b"done"), path="/act")

    if attempts == 1:
        with pytest.raises(ApiError, match="busy"):
            client.request(method, "/act", **options)
    else:
        assert client.request(method, "/act", **options).text == "done"

    assert len(server.requests) == attempts


def test_a_changing_request_that_may_have_arrived_is_not_repeated(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, retry=AT_ONCE)
    assert client.request("GET", "/version").status == 200  # a connection is pooled
    server.reply(RawReply(200, b"done"), path="/act", faults=[Reset()])

    with pytest.raises(IoError):
        client.request("POST", "/act")

    assert [request.path for request in server.requests] == ["/version", "/act"]


def test_an_invalid_request_is_not_sent(client: Any, server: SimulatedVllm) -> None:
    for wrong in ({"jsn": {}}, {"json": {}, "content": b""}, {"query": "a"}):
        with pytest.raises(RequestError):
            client.request("POST", "/x", **wrong)
        with pytest.raises(RequestError):
            client.stream_request("POST", "/x", **wrong)

    assert server.requests == []


def test_bytes_are_unchanged(any_facade: SyncFacade) -> None:
    pieces = [bytes([n]) * 1000 for n in range(200)]

    def answer(visit: Visit) -> None:
        while visit.read_request():
            visit.send(http(b"".join(pieces), kind="application/octet-stream"))

    with RawServer(answer) as server:
        client = any_facade.client(server.base_url)
        with client.stream_request("GET", "/file") as stream:
            assert stream.status == 200
            assert stream.headers["content-type"] == "application/octet-stream"
            received = list(stream)
        with client.stream_request("GET", "/file") as stream:
            first = next(stream)
            rest = stream.response()
        client.close()

    assert b"".join(received) == b"".join(pieces)
    assert first + rest.body == b"".join(pieces)
    assert (rest.status, rest.path) == (200, "/file")


def test_events_come_one_by_one(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    client = any_facade.client(server.base_url)
    server.reply(Reply(["Hel", "lo"]))
    body = {**QUESTION, "stream": True}

    with client.stream_request("POST", "chat/completions", json=body) as stream:
        events = list(stream.events())

    assert events[-1] == "[DONE]"
    deltas = [json.loads(event)["choices"][0]["delta"] for event in events[:-1]]
    assert "".join(delta.get("content") or "" for delta in deltas) == "Hello"


def test_invalid_events_are_a_stream_error(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(http(b"data: \xff\xff\n\n"))
        visit.wait_until_left()

    with RawServer(answer) as server, facade.client(server.base_url) as client:
        stream = client.stream_request("GET", "/odd")
        with pytest.raises(StreamError, match=r"not UTF-8.*\(GET /odd") as raised:
            next(stream.events())
        assert stream.call.state == "failed"
        assert raised.value.call is stream.call


def test_leaving_early_closes_the_connection(any_facade: SyncFacade) -> None:
    left: list[bool] = []

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(chunk("Hello")))
        visit.wait_until_left()
        left.append(True)

    with RawServer(answer) as server:
        client = any_facade.client(server.base_url)
        with client.stream_request("GET", "/endless") as stream:
            assert len(list(stream.take(1))) == 1
        with pytest.raises(StreamError, match="closed by the reader"):
            next(stream)

    assert left == [True]


def test_a_stream_that_was_read_returns_its_connection(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url)
    for _ in range(3):
        with client.stream_request("GET", "/metrics") as stream:
            assert b"vllm:" in b"".join(stream)

    assert len({request.connection for request in server.requests}) == 1


def test_a_lost_connection_is_a_stream_error(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    client = any_facade.client(server.base_url, retry=AT_ONCE)
    server.reply(Reply("A long story"), faults=[Cut(after=3, of="events")])
    body = {**QUESTION, "stream": True}

    stream = client.stream_request("POST", "chat/completions", json=body)
    events = stream.events()
    assert len([next(events) for _ in range(3)]) == 3
    with pytest.raises(StreamError) as caught:
        next(events)

    assert caught.value.path == "/v1/chat/completions"
    assert caught.value.request_id == thing_of(stream).request_id
    assert len(server.requests) == 1


def test_a_silent_stream_times_out(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(b"data: 1\n\n"))
        visit.wait_until_left()

    with RawServer(answer) as server, facade.client(server.base_url) as client:
        stream = client.stream_request("GET", "/slow", timeout=Timeout(idle=0.2))
        assert next(stream) == b"data: 1\n\n"
        with pytest.raises(StreamTimeout) as caught:
            next(stream)

    assert caught.value.clock == "idle"


def test_opening_is_retried(facade: SyncFacade) -> None:
    def reset(visit: Visit) -> None:
        visit.read_request()
        visit.reset()

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(DONE) + LAST_CHUNK)
        visit.wait_until_left()

    with RawServer(reset, answer) as server:
        client = facade.client(server.base_url, retry=AT_ONCE)
        with client.stream_request("GET", "/x") as stream:
            assert list(stream.events()) == ["[DONE]"]
            assert len(thing_of(stream).request_ids) == 2
        client.close()


def test_a_key_is_in_no_error(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        request = visit.read_request()
        visit.send(http(request, status="400 Bad Request", kind="text/plain"))
        visit.wait_until_left()

    secret = {"Authorization": "Bearer sk-of-this-call"}
    with RawServer(answer) as server, facade.client(server.base_url) as client:
        ask = client.request
        with pytest.raises(ApiError) as caught:
            ask("GET", "/echo", headers=secret)

    assert "of-this-call" not in str(caught.value) + caught.value.body


def test_raw_requests_use_the_connections_of_the_client(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        for _ in range(2):
            visit.read_request()
            visit.send(HELLO)
        visit.wait_until_left()

    with RawServer(answer) as server, facade.client(server.base_url) as client:
        assert client.request("GET", "/a").status == 200
        assert client.request("GET", "/b").json()["id"] == "chat-1"
        assert server.visits == 1


def test_finished_stream_returns_its_connection(facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply("One two three", "again")
    client = facade.client(server.base_url)
    stream = client.stream_request("POST", "chat/completions", json=QUESTION | {"stream": True})
    events = iter(stream.events())
    while next(events) != "[DONE]":
        pass

    stream.finish()

    assert client.request("GET", "models").status == 200
    assert server.connections_made == 1
    assert list(events) == []


def test_finished_stream_that_stays_open_is_closed(facade: SyncFacade) -> None:
    left = threading.Event()

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(DONE))
        visit.wait_until_left()
        left.set()

    with RawServer(answer) as server:
        client = facade.client(server.base_url)
        stream = client.stream_request("GET", "x")
        assert next(iter(stream.events())) == "[DONE]"

        stream.finish()

        assert left.wait(30)


def test_an_incomplete_error_event_at_the_end_is_an_event(facade: SyncFacade) -> None:
    body = '{"error": {"message": "no"}}'

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(body.encode()) + LAST_CHUNK)

    with RawServer(answer) as server:
        client = facade.client(server.base_url)

        assert list(client.stream_request("GET", "x").events()) == [body]
