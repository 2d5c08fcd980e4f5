"""Finished streams that stay open end after a grace period, without an error."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.facades.dialogue import DONE, STREAM_HEAD, ask, chunk, chunked, http, stream
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.stream_kinds import EVENTS, KINDS, Kind, error_of, event, usage
from vllm_client import StreamError, StreamTimeout, Timeout
from vllm_client.http import timeouts

GRACED = [kind for kind in KINDS if not kind.name.startswith("audio")]
GRACE = 0.3
WAITING = Timeout(idle=30, token=30)


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "GRACE_SECONDS", GRACE)


class _Staying:
    """Send events and keep the connection open, silently or with further events at intervals."""

    def __init__(self, *events: bytes, then: bytes = b"", every: float = 0.05) -> None:
        self._events = events
        self._then = then
        self._every = every
        self.left = False

    def __call__(self, visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(*self._events))
        while self._then:
            time.sleep(self._every)
            visit.send(chunked(self._then))
        visit.wait_until_left()
        self.left = True


@pytest.mark.parametrize("kind", GRACED, ids=lambda kind: kind.name)
def test_a_stream_that_stays_open_after_its_last_choice_ends(
    facade: SyncFacade, kind: Kind
) -> None:
    treat = _Staying(*kind.deltas, kind.end)
    with RawServer(treat) as server:
        client = facade.client(server.base_url, timeout=WAITING)
        with kind.open(client) as reading:
            list(reading)
            assert kind.text(reading.response()) == "ab"
    assert treat.left, "its connection is closed"


@pytest.mark.parametrize("then", [b": ping\n\n", event({"choices": []})], ids=["comment", "chunk"])
@pytest.mark.parametrize("kind", [EVENTS, KINDS[2]], ids=["events", "chunks"])
def test_keep_alives_do_not_prolong_the_grace(facade: SyncFacade, kind: Kind, then: bytes) -> None:
    with RawServer(_Staying(*kind.deltas, kind.end, then=then, every=0.1)) as server:
        began = time.monotonic()
        with kind.open(facade.client(server.base_url, timeout=WAITING)) as reading:
            assert reading.response().content == "ab"
        assert time.monotonic() - began < 50


def test_usage_that_arrives_within_the_grace_period_is_used(facade: SyncFacade) -> None:
    treat = _Staying(chunk("a"), chunk("", "stop"), then=usage(7), every=0.1)
    with RawServer(treat) as server:
        client = facade.client(server.base_url, timeout=WAITING)
        with stream(client) as reading:
            assert reading.response().usage.completion_tokens == 7


def test_an_error_within_the_grace_is_an_error(facade: SyncFacade) -> None:
    dead = event({"error": {"message": "dead", "code": 500}})
    with RawServer(_Staying(chunk("a"), chunk("", "stop"), then=dead)) as server:
        client = facade.client(server.base_url, timeout=WAITING)
        with stream(client) as reading:
            error = error_of(reading.response)
    assert (type(error), error.message, error.partial.content) == (StreamError, "dead", "a")


def test_every_choice_must_be_finished(facade: SyncFacade) -> None:
    with RawServer(_Staying(chunk("a"), chunk("", "stop"))) as server:
        client = facade.client(server.base_url, timeout=Timeout(idle=1))
        with stream(client, n=2) as reading:
            error = error_of(reading.response)
    assert isinstance(error, StreamTimeout)


def test_an_empty_answer_that_stays_open_ends_too(facade: SyncFacade) -> None:
    with RawServer(_Staying(chunk("", "stop"))) as server:
        assert stream(facade.client(server.base_url, timeout=WAITING)).text() == ""


def test_the_end_of_the_whole_call_ends_a_finished_stream_without_an_error(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "GRACE_SECONDS", 60.0)
    with RawServer(_Staying(chunk("a"), chunk("", "stop"))) as server:
        assert stream(facade.client(server.base_url, timeout=2)).text() == "a"


def test_a_reader_slower_than_the_grace_period_gets_every_event(facade: SyncFacade) -> None:
    treat = _Staying(chunk("a"), chunk("", "stop"), usage(7), DONE, then=b"", every=0)
    with RawServer(treat) as server:
        client = facade.client(server.base_url, timeout=WAITING)
        with client.chat.completions.create(**_ASK, stream=True) as reading:
            for _ in reading:
                time.sleep(2 * GRACE)
        assert reading.usage.completion_tokens == 7


def test_the_connection_of_a_stream_ended_by_the_grace_period_is_closed(facade: SyncFacade) -> None:
    def answer(visit: Visit) -> None:
        visit.read_request()
        visit.send(http(b'{"choices": [{"message": {"content": "again"}}]}'))
        visit.wait_until_left()

    with RawServer(_Staying(chunk("a"), chunk("", "stop")), answer) as server:
        client = facade.client(server.base_url, timeout=WAITING)
        assert stream(client).text() == "a"
        assert ask(client).content == "again"
        assert server.visits == 2


def test_a_pause_in_a_long_transcription_does_not_end_it(facade: SyncFacade) -> None:
    def treat(visit: Visit) -> None:
        visit.read_request()
        visit.send(STREAM_HEAD + chunked(chunk("one"), chunk("", "stop")))
        time.sleep(4 * GRACE)
        visit.send(chunked(chunk(" two"), chunk("", "stop"), DONE) + b"0\r\n\r\n")

    with RawServer(treat) as server:
        client = facade.client(server.base_url, timeout=WAITING)
        with client.audio.transcriptions.stream(file=b"RIFF") as reading:
            assert reading.text() == "one two"


_ASK: dict[str, Any] = {"messages": [{"role": "user", "content": "Hi"}]}
