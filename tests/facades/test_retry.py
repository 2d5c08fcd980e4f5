"""Retries: which failures, how often, and the attempts in the last error."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Sequence
from time import monotonic
from typing import Any

import pytest

from tests.facades.dialogue import HELLO, PATIENCE, Heard, ask, hear
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import ApiError, HttpError, IoError, RetryPolicy, StreamError, Timeout, VllmError
from vllm_client.call.retry import is_retryable
from vllm_client.status_errors import STATUS_ERRORS
from vllm_client.testing import (
    CloseAfter,
    Cut,
    ErrorReply,
    Fault,
    InStreamError,
    RawReply,
    Reply,
    Reset,
    SimulatedVllm,
    Stall,
)

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001)
PATIENT = RetryPolicy(max_retries=3, first_wait=0.001, max_wait=2)
GOOD = Reply(["He", "llo"])


def _heard(client: Any, streamed: bool, **options: Any) -> Heard:
    """Return the text or the error, in the same form for a plain answer and a stream."""
    if streamed:
        return hear(client, **options)
    try:
        ask(client, **options)
    except VllmError as error:
        return Heard([], error, opened=False)
    return Heard([])


def _sent_ids(server: SimulatedVllm) -> tuple[str, ...]:
    return tuple(request.headers["x-request-id"] for request in server.requests)


BOTH = pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])


@BOTH
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_temporary_status_is_retried(
    facade: SyncFacade, server: SimulatedVllm, status: int, streamed: bool
) -> None:
    server.reply(ErrorReply(status), RawReply(status, b"<html>busy</html>"), ErrorReply(status))
    server.reply(GOOD)
    assert _heard(facade.client(server.base_url, retry=AT_ONCE), streamed).error is None
    assert len(set(_sent_ids(server))) == 4, "each attempt has a request id of its own"


@BOTH
@pytest.mark.parametrize("status", [400, 401, 404, 405, 408, 413, 422, 500, 501])
def test_permanent_status_is_not_retried(
    facade: SyncFacade, server: SimulatedVllm, status: int, streamed: bool
) -> None:
    server.reply(ErrorReply(status, "no"), GOOD)
    heard = _heard(facade.client(server.base_url, retry=AT_ONCE), streamed)
    assert isinstance(heard.error, ApiError)
    assert type(heard.error) is STATUS_ERRORS.get(status, ApiError)
    assert (heard.error.code, is_retryable(heard.error)) == (status, False)
    assert len(server.requests) == 1


FAILURES = {
    "reset before the head": [Reset()],
    "cut before the head": [Cut()],
    "cut in the head": [Cut(after=40)],
    "reset after the head": [Reset(of="body")],
    "cut before the first delta": [Cut(after=10, of="body")],
}


@BOTH
@pytest.mark.parametrize("faults", FAILURES.values(), ids=FAILURES)
def test_connection_lost_before_the_first_delta_is_retried(
    facade: SyncFacade, server: SimulatedVllm, faults: Sequence[Fault], streamed: bool
) -> None:
    server.reply(*[GOOD] * 3, faults=faults)
    server.reply(GOOD)
    assert _heard(facade.client(server.base_url, retry=AT_ONCE), streamed).error is None
    assert len(set(_sent_ids(server))) == 4


@BOTH
def test_error_after_all_attempts_has_the_request_ids_of_each(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool
) -> None:
    server.reply(*[GOOD] * 4, faults=[Reset()])
    heard = _heard(facade.client(server.base_url, retry=AT_ONCE), streamed)
    assert type(heard.error) is IoError
    assert heard.error.request_ids == _sent_ids(server)
    assert len(server.requests) == 4
    assert heard.error.request_id == server.requests[-1].headers["x-request-id"]
    assert "4 attempts" in str(heard.error)


@BOTH
def test_api_error_after_all_attempts_has_the_request_ids_of_each(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool
) -> None:
    server.reply(*[ErrorReply(503, "busy")] * 4)
    heard = _heard(facade.client(server.base_url, retry=AT_ONCE), streamed)
    assert isinstance(heard.error, ApiError)
    assert heard.error.request_ids == _sent_ids(server)
    assert len(server.requests) == 4


def test_error_of_a_stream_from_the_second_attempt_has_both_request_ids(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.reply(ErrorReply(503))
    server.reply(GOOD, faults=[Cut(after=2, of="events")])
    heard = hear(facade.client(server.base_url, retry=AT_ONCE))
    assert heard.opened
    assert heard.error is not None
    assert heard.error.request_ids == _sent_ids(server)
    assert len(server.requests) == 2


@pytest.mark.parametrize("faults", [[Reset(after=2, of="events")], [Cut(after=2, of="events")]])
def test_nothing_is_retried_after_the_first_delta(
    facade: SyncFacade, server: SimulatedVllm, faults: Sequence[Fault]
) -> None:
    server.reply(GOOD, faults=faults)
    heard = hear(facade.client(server.base_url, retry=AT_ONCE))
    assert type(heard.error) is StreamError
    assert (heard.text, is_retryable(heard.error), len(server.requests)) == ("He", False, 1)


def test_error_event_before_the_first_delta_is_retried_according_to_its_code(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    server.reply(Reply("no", error=InStreamError("busy", code=503)), GOOD)
    assert hear(facade.client(server.base_url, retry=AT_ONCE)).text == "Hello"
    server.reply(Reply("no", error=InStreamError("dead", code=500)))
    heard = hear(facade.client(server.base_url, retry=AT_ONCE))
    assert type(heard.error) is ApiError, "the class follows the status, which was 200"
    assert len(server.requests) == 3


@BOTH
def test_no_retry_means_one_attempt(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool
) -> None:
    server.reply(ErrorReply(503), ErrorReply(503))
    never, normally = facade.client(server.base_url, retry=None), facade.client(server.base_url)
    for heard in (_heard(never, streamed), _heard(normally, streamed, retry=None)):
        assert isinstance(heard.error, ApiError)
        assert is_retryable(heard.error)
        assert len(heard.error.request_ids) == 1
    assert len(server.requests) == 2


@BOTH
def test_generation_that_timed_out_is_retried_only_on_request(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool
) -> None:
    client = facade.client(server.base_url, retry=AT_ONCE)
    server.reply(GOOD, faults=[Stall()])
    late = _heard(client, streamed, timeout=Timeout(token=PATIENCE[0]))
    assert isinstance(late.error, TimeoutError)
    assert len(late.error.request_ids) == 1
    asked = RetryPolicy(max_retries=1, first_wait=0, read_timeouts=True)
    for seconds in PATIENCE:
        server.reply(GOOD, faults=[Stall()])
        heard = _heard(client, streamed, retry=asked, timeout=Timeout(token=seconds))
        if heard.error is None:
            break
    assert heard.error is None
    assert server.replies_left == 0


def _refusing_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@BOTH
def test_refused_connection_is_retried_until_the_budget_ends(
    facade: SyncFacade, streamed: bool
) -> None:
    url = f"http://127.0.0.1:{_refusing_port()}"
    policy = RetryPolicy(max_retries=1, first_wait=0.001, budget=1.0)
    began = time.monotonic()
    heard = _heard(facade.client(url, retry=policy), streamed)
    assert type(heard.error) is IoError
    assert not heard.error.may_have_arrived
    assert time.monotonic() - began >= 1.0
    assert len(heard.error.request_ids) > 2
    assert isinstance(heard.error.__cause__, ConnectionRefusedError)


@pytest.mark.parametrize("policy", [None, RetryPolicy(max_retries=0)])
def test_without_retries_a_refused_connection_is_tried_once(
    facade: SyncFacade, policy: RetryPolicy | None
) -> None:
    url = f"http://127.0.0.1:{_refusing_port()}"
    heard = _heard(facade.client(url, retry=policy), streamed=False)
    assert heard.error is not None
    assert len(heard.error.request_ids) == 1


@BOTH
def test_requests_survive_a_server_that_is_down_for_a_second(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "vllm_client")
    client = facade.client(server.base_url, api_key="sk-of-nobody-else")
    server.stop()
    back = threading.Timer(1.0, server.start)
    back.start()
    heard = _heard(client, streamed)
    back.join()
    assert heard.error is None
    assert "attempt 2 follows in" in caplog.text
    assert "IoError: no connection to 127.0.0.1" in caplog.text
    assert "sk-of" not in caplog.text


def test_server_that_comes_back_is_found_again(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url, retry=AT_ONCE)
    assert ask(client).finish_reason == "stop"
    server.stop()
    with pytest.raises(IoError):
        ask(client, retry=None)
    server.start()
    assert ask(client).finish_reason == "stop"


def test_retry_after_is_respected(facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply(ErrorReply(503, retry_after=1), GOOD)
    began = monotonic()
    assert hear(facade.client(server.base_url, retry=PATIENT)).error is None
    assert monotonic() - began >= 1


@BOTH
@pytest.mark.parametrize("retry_after", [3, "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_retry_after_above_max_wait_ends_the_attempts(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool, retry_after: float | str
) -> None:
    server.reply(ErrorReply(503, "busy", retry_after=retry_after), GOOD)
    heard = _heard(facade.client(server.base_url, retry=PATIENT), streamed)
    assert isinstance(heard.error, ApiError)
    assert heard.error.retry_after is not None
    assert heard.error.retry_after >= 3
    assert len(server.requests) == 1


@BOTH
def test_budget_limits_the_attempts(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool
) -> None:
    server.reply(*[ErrorReply(503, retry_after=1)] * 5)
    policy = RetryPolicy(max_retries=5, budget=0.5)
    heard = _heard(facade.client(server.base_url, retry=policy), streamed)
    assert isinstance(heard.error, ApiError)
    assert len(server.requests) == 1


def test_total_timeout_limits_the_attempts(facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply(*[ErrorReply(503, retry_after=1)] * 5)
    with pytest.raises(ApiError):
        ask(facade.client(server.base_url, timeout=0.9))
    assert len(server.requests) == 1


def test_own_request_id_stays_the_same(facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply(*[ErrorReply(503)] * 4)
    client = facade.client(server.base_url, retry=AT_ONCE)
    with pytest.raises(ApiError) as caught:
        ask(client, extra_headers={"X-Request-ID": "mine"})
    assert _sent_ids(server) == ("mine",) * 4
    assert caught.value.request_ids == ("mine",) * 4


@BOTH
def test_connection_that_died_in_the_pool_is_not_counted_as_a_retry(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool
) -> None:
    client = facade.client(server.base_url, retry=None)
    for _ in range(3):
        assert _heard(client, streamed).error is None
        server.close_idle_connections()
    assert server.connections_made == 3


@BOTH
def test_unannounced_close_is_not_counted_as_a_retry(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool
) -> None:
    client = facade.client(server.base_url, retry=None)
    server.reply(*[GOOD] * 5, faults=[CloseAfter()])
    for _ in range(5):
        assert _heard(client, streamed).error is None
    assert server.replies_left == 0


def _answer_once_then_reset(visit: Visit) -> None:
    visit.read_request()
    visit.send(HELLO)
    visit.read_request()
    visit.reset()


def _only_reset(visit: Visit) -> None:
    visit.read_request()
    visit.reset()


def test_connection_lost_on_its_second_request_is_replaced_immediately(
    facade: SyncFacade,
) -> None:
    with RawServer(_answer_once_then_reset) as server:
        client = facade.client(server.base_url, retry=None)
        assert [ask(client).content for _ in range(3)] == ["Hello!"] * 3
        assert server.visits == 3


def test_loss_of_a_new_connection_counts_as_a_retry(facade: SyncFacade) -> None:
    with RawServer(_answer_once_then_reset, _only_reset) as server:
        client = facade.client(server.base_url, retry=None)
        assert ask(client).content == "Hello!"
        with pytest.raises(IoError) as caught:
            ask(client)
        assert (server.visits, len(caught.value.request_ids)) == (2, 2)


def test_loss_of_a_pooled_connection_within_the_head_counts_as_a_retry(facade: SyncFacade) -> None:
    def answer_once_then_half(visit: Visit) -> None:
        visit.read_request()
        visit.send(HELLO)
        visit.read_request()
        visit.send(HELLO[:30])

    with RawServer(answer_once_then_half) as server:
        client = facade.client(server.base_url, retry=None)
        assert ask(client).content == "Hello!"
        with pytest.raises(IoError):
            ask(client)
        assert server.visits == 1


def test_malformed_http_is_not_retried(facade: SyncFacade) -> None:
    def speak_ssh(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"SSH-2.0-OpenSSH_9.6\r\n")

    with RawServer(speak_ssh) as server:
        with pytest.raises(HttpError):
            ask(facade.client(server.base_url, retry=AT_ONCE))
        assert server.visits == 1


def test_tls_alert_is_not_retried(facade: SyncFacade) -> None:
    def speak_tls(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"\x15\x03\x01\x00\x02\x02\x50")

    with RawServer(speak_tls) as server:
        with pytest.raises(IoError, match="use https://") as caught:
            ask(facade.client(server.base_url, retry=AT_ONCE))
        assert server.visits == 1
    assert caught.value.failure == "tls"
