"""`.call`, the record of a call, on its answer, stream or error."""

from __future__ import annotations

import copy
import json
import pickle
import socket
import threading
from typing import Any

import pytest

from tests.facades.dialogue import (
    HELLO,
    QUESTION,
    STREAM_HEAD,
    ask,
    chunk,
    chunked,
    http,
    stream,
)
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.stream_kinds import KINDS, Kind, error_of
from vllm_client import (
    ApiError,
    IoError,
    RequestError,
    RetryPolicy,
    StreamError,
    StreamEvent,
    ToolRoundsError,
)
from vllm_client.testing import Call, ErrorReply, Reply, SimulatedVllm

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001)
EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def test_a_plain_answer_has_its_call(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply("Hello!")
    answer = ask(any_facade.client(server.base_url))
    call, timing = answer.call, answer.call.timing

    assert (call.method, call.route, call.model) == ("POST", "/v1/chat/completions", "simulated")
    assert (call.server, call.state, call.status) == (server.base_url, "complete", 200)
    assert call.headers["content-type"] == "application/json"
    assert call.request_id == server.requests[0].headers["x-request-id"]
    assert (call.response_id, call.finish_reasons) == (answer.id, ("stop",))
    assert call.output_tokens == answer.usage.completion_tokens
    assert call.input_tokens == answer.usage.prompt_tokens
    assert 0 < timing.first_byte <= timing.total
    assert (timing.first_token, timing.last_token) == (None, None)
    assert timing.tokens_per_second == call.output_tokens / timing.total
    assert not call.streamed


def test_a_second_call_reuses_the_connection(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url)
    first, second = (ask(client).call.attempts[0] for _ in range(2))

    assert (first.reused, second.reused) == (False, True)
    assert first.connect > 0
    assert second.connect == first.queued == 0


def test_calls_over_httpx_have_no_connection_times(
    facade_over_httpx: SyncFacade, server: SimulatedVllm
) -> None:
    call = ask(facade_over_httpx.client(server.base_url)).call

    assert (call.timing.queued, call.timing.connect, call.attempts[0].reused) == (None, None, None)


def test_a_call_has_the_time_it_waited_for_a_connection(facade: SyncFacade) -> None:
    go_on = threading.Event()

    def answer(visit: Visit) -> None:
        while True:
            visit.read_request()
            go_on.wait(30)
            visit.send(HELLO)

    calls: list[Any] = []
    with RawServer(answer) as server:
        client = facade.client(server.base_url, max_connections=1)
        threads = [
            threading.Thread(target=lambda: calls.append(ask(client).call)) for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        go_on.set()
        for thread in threads:
            thread.join()

    queued = sorted(call.timing.queued for call in calls)
    assert 0 <= queued[0] < queued[1]
    assert all(call.timing.queued <= call.timing.first_byte for call in calls)


def test_each_attempt_is_recorded(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply(ErrorReply(503, "busy"), ErrorReply(429, "too many"), "Hello!")
    call = ask(any_facade.client(server.base_url, retry=AT_ONCE)).call

    assert [attempt.status for attempt in call.attempts] == [503, 429, 200]
    assert [attempt.error_type for attempt in call.attempts] == [
        "ServerUnavailableError",
        "RateLimitError",
        None,
    ]
    assert [attempt.error for attempt in call.attempts] == ["busy", "too many", None]
    sent = [request.headers["x-request-id"] for request in server.requests]
    assert [attempt.request_id for attempt in call.attempts] == sent
    starts = [attempt.started for attempt in call.attempts]
    assert starts == sorted(starts)
    for attempt in call.attempts:
        assert attempt.server == server.base_url
        assert 0 <= attempt.started + attempt.seconds <= call.timing.total
    assert call.attempts[1].wait <= call.attempts[1].started
    assert "3 attempts" in repr(call)


def test_an_error_has_its_attempts(any_facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply(*[ErrorReply(503, "busy")] * 4)
    with pytest.raises(ApiError) as caught:
        ask(any_facade.client(server.base_url, retry=AT_ONCE))
    call = caught.value.call

    assert call is not None
    assert (call.state, call.error, call.error_type) == (
        "failed",
        "busy",
        "ServerUnavailableError",
    )
    assert [attempt.status for attempt in call.attempts] == [503] * 4
    assert caught.value.request_ids == tuple(attempt.request_id for attempt in call.attempts)
    assert call.timing.total >= call.attempts[-1].started
    written = json.loads(json.dumps(caught.value.to_dict()))["attempts"]
    assert written == [attempt.to_dict() for attempt in call.attempts]
    assert [(attempt["status"], attempt["error"]) for attempt in written] == [(503, "busy")] * 4


def test_an_error_of_a_refused_connection_has_its_attempts(facade: SyncFacade) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = facade.client(f"http://127.0.0.1:{port}/v1", retry=RetryPolicy(budget=0.1))
    with pytest.raises(IoError) as caught:
        ask(client)
    call = caught.value.call

    assert call is not None
    assert call.attempts
    for attempt in call.attempts:
        assert (attempt.status, attempt.reused) == (None, None)
        assert attempt.error_type == "IoError"
        assert attempt.connect >= 0


def test_pickles_and_copies_of_errors_and_answers_have_no_call(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, retry=None)
    answer = ask(client)
    server.reply(ErrorReply(404, "no"))
    with pytest.raises(ApiError) as caught:
        ask(client)
    error = caught.value

    assert pickle.loads(pickle.dumps(answer)) == answer
    assert copy.copy(answer) == answer
    assert not hasattr(pickle.loads(pickle.dumps(answer)), "call")
    assert not hasattr(answer.choices[0], "call")
    assert "call" not in answer.to_dict()
    assert error.call is not None
    assert pickle.loads(pickle.dumps(error)).call is None
    assert copy.copy(error).call is None


def test_an_error_before_the_call_has_none(client: Any) -> None:
    with pytest.raises(RequestError) as caught:
        ask(client, temprature=1)

    assert caught.value.call is None


@EACH_KIND
def test_every_kind_of_stream_has_its_call(facade: SyncFacade, kind: Kind) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(kind.whole)

    with RawServer(answer) as server:
        with kind.open(facade.client(server.base_url)) as reading:
            assert reading.call.state in ("running", "complete")
            for _ in reading:
                assert reading.call.server == server.base_url
        call = reading.call
        whole = reading.response()

    assert (call.state, call.status, call.streamed) == ("complete", 200, True)
    assert call.output_tokens
    assert call.timing.first_byte <= call.timing.first_token <= call.timing.last_token
    assert call.timing.last_token <= call.timing.total
    assert whole.call.attempts == call.attempts


@EACH_KIND
def test_a_failed_stream_has_its_call(facade: SyncFacade, kind: Kind) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(*kind.deltas))

    with RawServer(answer) as server:
        with kind.open(facade.client(server.base_url)) as reading:
            error = error_of(lambda: [*reading, *reading])
        call = reading.call

    assert error.call is call
    assert (call.state, call.error_type) == ("failed", "StreamError")
    assert call.attempts[-1].error == call.error
    assert error.partial.call.timing == call.timing


def test_an_abandoned_stream_has_the_token_count_so_far(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.reply(Reply("one two three four five", pace=0.001))
    with stream(facade.client(server.base_url)) as reading:
        heard = [event for event, _ in zip(reading, range(3), strict=False)]
    call = reading.call

    assert len(heard) == 3
    assert (call.state, call.error, call.error_type) == ("abandoned", None, None)
    assert call.output_tokens >= 3
    assert call.timing.total >= call.timing.last_token
    assert reading.partial.call.output_tokens == call.output_tokens
    with pytest.raises(StreamError) as caught:
        next(reading)
    assert caught.value.call is call


def test_a_stream_counts_deltas_before_the_usage_comes(facade: SyncFacade) -> None:
    more = threading.Event()

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(chunk("a"), chunk("b"), chunk("c")))
        more.wait(30)
        visit.send(chunked(chunk("", "stop")) + b"0\r\n\r\n")
        visit.wait_until_left()

    with RawServer(answer) as server, stream(facade.client(server.base_url)) as reading:
        assert [next(reading).delta for _ in range(3)] == ["a", "b", "c"]
        call = reading.call
        assert (call.state, call.output_tokens, call.usage) == ("running", 3, None)
        assert call.timing.total is None
        before = call.timing.last_token
        more.set()
        assert isinstance([*reading][-1], StreamEvent.Done)
        assert reading.call is call
        assert call.timing.last_token >= before
        assert call.finish_reasons == ("stop",)


def test_raw_answers_and_raw_streams_have_their_call(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url)
    answer = client.request("GET", "/version")
    assert (answer.call.method, answer.call.route, answer.call.status) == ("GET", "/version", 200)
    with client.stream_request("GET", "/version") as raw:
        whole = raw.response()
    assert raw.call.state == "complete"
    assert whole.call is raw.call
    assert raw.call.output_tokens is None


def test_other_calls_have_one_as_well(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url)

    assert client.tokenize(prompt="Hi").call.route == "/tokenize"
    assert client.metrics().call.route == "/metrics"
    assert client.models.list().call.route == "/v1/models"
    assert client.health() is True
    parsed = client.chat.completions.parse(**QUESTION, response_format=dict[str, int])
    assert parsed.call.state == "complete"


def test_an_unopened_stream_has_its_call(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(http(b"{}", "404 Not Found"))

    with (
        RawServer(answer) as server,
        stream(facade.client(server.base_url), wait=False) as reading,
    ):
        assert (reading.call.state, reading.call.status) == ("running", None)
        with pytest.raises(ApiError) as caught:
            next(reading)

    assert caught.value.call is reading.call
    assert (reading.call.state, reading.call.status) == ("failed", 404)


def test_each_step_of_a_tool_conversation_has_its_call(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    def weather(city: str) -> str:
        """The weather of a city."""
        return f"sunny in {city}"

    asked = Reply(tool_calls=[Call("weather", {"city": "Paris"})])
    conversation = {"tools": [weather], "messages": QUESTION["messages"]}
    client = facade.client(server.base_url)
    server.reply(asked, "It is sunny.")
    answer = client.chat.completions.run_tools(**conversation)

    ids = [request.headers["x-request-id"] for request in server.requests]
    assert [step.call.request_id for step in answer.responses] == ids
    assert answer.call is answer.responses[-1].call

    server.reply(asked, "It is sunny.")
    with client.chat.completions.stream_tools(**conversation) as events:
        first = events.call
        result = events.response()
    assert [step.call.finish_reasons for step in result.responses] == [("tool_calls",), ("stop",)]
    assert result.responses[0].call is first
    assert events.call is result.call

    server.reply(asked)
    with pytest.raises(ToolRoundsError) as caught:
        client.chat.completions.run_tools(**conversation, max_rounds=1)
    assert caught.value.call is caught.value.response.call


@pytest.mark.parametrize("timing", [True, False])
def test_gaps_between_tokens_are_measured_on_request(facade: SyncFacade, timing: bool) -> None:
    asked = [threading.Event() for _ in range(3)]

    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(chunk("first")))
        for event in asked:
            event.wait(30)
            visit.send(chunked(chunk("next")))
        visit.send(chunked(chunk("", "stop")) + b"0\r\n\r\n")

    with (
        RawServer(answer) as server,
        stream(facade.client(server.base_url, timing=timing)) as reading,
    ):
        next(reading)
        for event in asked:
            event.set()
            next(reading)
        reading.response()
    call = reading.call

    assert len(call.token_gaps) in ((3, 4) if timing else (0,))  # the end may need a separate read
    assert call.timing.p99_inter_token_latency == (max(call.token_gaps) if timing else None)
    assert call.timing.inter_token_latency > 0


def test_failures_before_the_first_delta_are_recorded_as_attempts(
    facade: SyncFacade,
) -> None:
    def cut(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD)

    def whole(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(chunk("Hi"), chunk("", "stop")) + b"0\r\n\r\n")

    with (
        RawServer(cut, whole) as server,
        stream(facade.client(server.base_url, retry=AT_ONCE)) as reading,
    ):
        reading.response()

    first, second = reading.call.attempts
    assert (first.error_type, first.status) == ("StreamError", 200)
    assert (second.error_type, second.status) == (None, 200)
