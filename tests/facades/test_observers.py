"""Observers with both clients: events in order, and exactly one `ended` for every ending."""

from __future__ import annotations

import asyncio
import gc
import logging
import pickle
import threading
from collections.abc import Mapping

import pytest

from tests.facades.dialogue import QUESTION, STREAM_HEAD, ask, chunk, chunked, hear, stream
from tests.facades.drivers import AsyncFacade, SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    Call,
    CallAttempt,
    IoTimeout,
    Observer,
    RetryPolicy,
    SyncVllmClient,
    VllmError,
)
from vllm_client.testing import Cut, ErrorReply, SimulatedVllm

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001)


class Diary(Observer):
    """Record each event, the state of the call, and the calling thread."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.states: list[str] = []
        self.calls: list[Call] = []
        self.threads: set[int] = set()
        self.has_ended = threading.Event()

    def started(self, call: Call) -> None:
        self._note("started", call)

    def attempt(self, call: Call, attempt: CallAttempt) -> Mapping[str, str]:
        self._note("attempt", call)
        return {"traceparent": f"00-{len(call.attempts)}"}

    def retrying(self, call: Call, error: VllmError, wait: float) -> None:
        self._note(f"retrying {type(error).__name__}", call)

    def first_token(self, call: Call) -> None:
        self._note("first_token", call)

    def ended(self, call: Call) -> None:
        self._note("ended", call)
        self.states.append(call.state)
        self.has_ended.set()

    def _note(self, event: str, call: Call) -> None:
        self.events.append(event)
        self.threads.add(threading.get_ident())
        if call not in self.calls:
            self.calls.append(call)


@pytest.fixture
def diary() -> Diary:
    return Diary()


def never_ending(visit: Visit) -> None:
    visit.read_request()
    visit.send(STREAM_HEAD + chunked(chunk("a"), chunk("b")))
    visit.wait_until_left()


def test_a_plain_answer(any_facade: SyncFacade, server: SimulatedVllm, diary: Diary) -> None:
    answer = ask(any_facade.client(server.base_url, observers=[diary]))

    assert diary.events == ["started", "attempt", "ended"]
    assert diary.calls == [answer.call]
    assert diary.states == ["complete"]
    assert server.requests[0].headers["traceparent"] == "00-1"


def test_a_stream_to_its_end(any_facade: SyncFacade, server: SimulatedVllm, diary: Diary) -> None:
    with stream(any_facade.client(server.base_url, observers=[diary])) as reading:
        for _ in reading:
            assert diary.events[:3] == ["started", "attempt", "first_token"]

    assert diary.events == ["started", "attempt", "first_token", "ended"]
    assert diary.calls == [reading.call]
    assert reading.call.output_tokens == reading.usage.completion_tokens


def test_retries(facade: SyncFacade, server: SimulatedVllm, diary: Diary) -> None:
    server.reply(ErrorReply(503, "busy"), ErrorReply(429, "too many"), "Hello!")
    ask(facade.client(server.base_url, observers=[diary], retry=AT_ONCE))

    assert diary.events == [
        "started", "attempt", "retrying ServerUnavailableError", "attempt",
        "retrying RateLimitError", "attempt", "ended",
    ]  # fmt: skip
    sent = [request.headers["traceparent"] for request in server.requests]
    assert sent == ["00-1", "00-2", "00-3"]


@pytest.mark.parametrize("wait", [True, False])
def test_an_error(facade: SyncFacade, server: SimulatedVllm, diary: Diary, wait: bool) -> None:
    server.reply(ErrorReply(404, "no such model"))
    client = facade.client(server.base_url, observers=[diary])
    with pytest.raises(ApiError) as caught:
        stream(client, wait=wait).response()

    assert diary.events == ["started", "attempt", "ended"]
    assert (diary.states, diary.calls) == (["failed"], [caught.value.call])


def test_a_stream_that_breaks(facade: SyncFacade, server: SimulatedVllm, diary: Diary) -> None:
    server.reply("one two three four five", faults=[Cut(4, of="events")])
    heard = hear(facade.client(server.base_url, observers=[diary]))

    assert heard.error is not None
    assert diary.events == ["started", "attempt", "first_token", "ended"]
    assert (diary.states, diary.calls) == (["failed"], [heard.error.call])


def test_leaving_a_stream(facade: SyncFacade, diary: Diary) -> None:
    with RawServer(never_ending) as server:
        with stream(facade.client(server.base_url, observers=[diary])) as reading:
            next(reading)
        reading.close()

    assert diary.events == ["started", "attempt", "first_token", "ended"]
    assert diary.states == ["abandoned"]


def test_taking_a_few_items_of_a_stream(facade: SyncFacade, diary: Diary) -> None:
    with RawServer(never_ending) as server:
        reading = stream(facade.client(server.base_url, observers=[diary]))
        assert len([*reading.take(2)]) == 2

    assert diary.events[-1] == "ended"
    assert diary.states == ["abandoned"]


def test_closing_a_stream_before_its_first_read(facade: SyncFacade, diary: Diary) -> None:
    with (
        RawServer(never_ending) as server,
        stream(facade.client(server.base_url, observers=[diary]), wait=False),
    ):
        pass

    assert diary.events == ["started", "attempt", "ended"]
    assert diary.states == ["abandoned"]


def test_a_stream_opened_by_its_first_read(
    facade: SyncFacade, server: SimulatedVllm, diary: Diary
) -> None:
    server.reply(ErrorReply(503, "busy"), "Hello!")
    client = facade.client(server.base_url, observers=[diary], retry=AT_ONCE)
    with stream(client, wait=False) as reading:
        assert diary.events == ["started", "attempt"]
        reading.response()

    assert diary.events == [
        "started", "attempt", "retrying ServerUnavailableError", "attempt", "first_token", "ended",
    ]  # fmt: skip


def test_a_dropped_stream_ends_its_call_when_it_is_garbage_collected(
    facade: SyncFacade, diary: Diary
) -> None:
    with RawServer(never_ending) as server:
        client = facade.client(server.base_url, observers=[diary])
        reading = stream(client)
        next(reading)
        assert "ended" not in diary.events
        del reading
        gc.collect()
        assert diary.has_ended.wait(30)
        facade.settle()

    assert diary.events == ["started", "attempt", "first_token", "ended"]
    assert diary.states == ["abandoned"]
    assert len(diary.threads) == 1


def test_a_stream_collected_in_another_thread_ends_its_call_in_a_callers_thread(
    diary: Diary,
) -> None:
    with (
        RawServer(never_ending) as server,
        SyncVllmClient(server.base_url, observers=[diary]) as client,
    ):
        streams = [stream(client)]
        thread = threading.Thread(target=streams.clear)
        thread.start()
        thread.join()
        gc.collect()
        assert "ended" not in diary.events
        with stream(client):
            pass

    assert diary.events.count("ended") == 2
    assert diary.threads == {threading.get_ident()}


def test_a_cancelled_call_is_abandoned(diary: Diary) -> None:
    came = threading.Event()

    def stall(visit: Visit) -> None:
        visit.read_request()
        came.set()
        visit.wait_until_left()

    async def cancel(base_url: str) -> None:
        async with AsyncVllmClient(base_url, observers=[diary]) as client:
            task = asyncio.create_task(client.chat.completions.create(**QUESTION))
            await asyncio.to_thread(came.wait, 30)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with RawServer(stall) as server:
        asyncio.run(cancel(server.base_url))

    assert diary.events == ["started", "attempt", "ended"]
    (call,) = diary.calls
    assert (call.state, call.error_type) == ("abandoned", "CancelledError")


def test_a_stream_whose_reader_is_cancelled_is_abandoned(diary: Diary) -> None:
    async def cancel(base_url: str) -> None:
        async with AsyncVllmClient(base_url, observers=[diary]) as client:
            reading = await client.chat.completions.stream(**QUESTION)
            await anext(reading)
            await anext(reading)
            task = asyncio.create_task(anext(reading))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with RawServer(never_ending) as server:
        asyncio.run(cancel(server.base_url))

    assert diary.events == ["started", "attempt", "first_token", "ended"]
    assert diary.states == ["abandoned"]


@pytest.mark.parametrize("event", ["started", "attempt", "first_token", "ended"])
def test_an_interrupt_in_an_observer_ends_the_call(
    facade: SyncFacade, server: SimulatedVllm, diary: Diary, event: str
) -> None:
    class Stop(BaseException):
        pass

    def stop(*_: object) -> None:
        raise Stop

    interrupting = Observer()
    setattr(interrupting, event, stop)
    client = facade.client(server.base_url, observers=[diary, interrupting])
    with pytest.raises(Stop):
        stream(client).response()
    gc.collect()
    facade.settle()

    assert diary.events.count("ended") == 1


def test_a_failing_observer_changes_nothing(
    facade: SyncFacade, server: SimulatedVllm, diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(Diary):
        def _note(self, event: str, call: Call) -> None:
            raise ValueError(event)

    server.reply(ErrorReply(503, "busy"), "Hello!")
    client = facade.client(server.base_url, observers=[Faulty(), diary], retry=AT_ONCE)
    with stream(client) as reading:
        assert reading.response().content == "Hello!"

    assert diary.events[-1] == "ended"
    assert len(caplog.records) == len(diary.events)


def test_observers_are_called_on_the_callers_thread_or_loop(
    facade: SyncFacade, server: SimulatedVllm, diary: Diary
) -> None:
    client = facade.client(server.base_url, observers=[diary])
    ask(client)
    with stream(client) as reading:
        reading.response()
    loop = facade.thread._thread.ident if isinstance(facade, AsyncFacade) else None

    assert diary.threads == {loop or threading.get_ident()}


def test_the_version_request_is_a_separate_call(
    facade: SyncFacade, server: SimulatedVllm, diary: Diary
) -> None:
    client = facade.client(server.base_url, observers=[diary])
    ask(client, structured_outputs={"choice": ["Hello!"]})

    assert [call.route for call in diary.calls] == ["/v1/chat/completions", "/version"]
    assert diary.events == ["started", "started", "attempt", "ended", "attempt", "ended"]


def test_copies_of_a_client_have_its_observers(
    facade: SyncFacade, server: SimulatedVllm, diary: Diary
) -> None:
    client = facade.client(server.base_url, observers=[diary])
    ask(facade.adopt(client.thing.with_timeout(5)) if facade.is_async else client.with_timeout(5))

    assert diary.events == ["started", "attempt", "ended"]


def test_pickled_clients_carry_observers_that_can_be_pickled() -> None:
    with SyncVllmClient(observers=[Observer()], timing=True) as client:
        pickled = pickle.dumps(client)
    with pickle.loads(pickled) as copy:
        observers = copy._caller.observers
        assert (len(observers.each), observers.timing) == (1, True)
    with SyncVllmClient(observers=[Diary()]) as client, pytest.raises(TypeError):
        pickle.dumps(client)


def test_a_timeout_in_the_queue_is_recorded(facade: SyncFacade, diary: Diary) -> None:
    with RawServer(never_ending) as server:
        client = facade.client(
            server.base_url, max_connections=1, observers=[diary], timeout=30, retry=None
        )
        with stream(client), pytest.raises(IoTimeout):
            ask(client, timeout=0.05)

    queued = next(call for call in diary.calls if not call.streamed)
    assert (queued.state, queued.status, queued.attempts[0].reused) == ("failed", None, None)
    assert queued.timing.queued > 0


def test_the_log_has_a_line_for_each_request_and_each_end(
    facade: SyncFacade, server: SimulatedVllm, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "vllm_client")
    server.reply(ErrorReply(503, "busy"), "Hello!")
    ask(facade.client(server.base_url, retry=AT_ONCE))
    with RawServer(never_ending) as raw, stream(facade.client(raw.base_url)) as reading:
        next(reading)

    sent, wait, again, answered, streamed, left = caplog.messages
    assert sent.startswith(f"POST /v1/chat/completions to {server.base_url}, model simulated, ")
    assert "attempt 2 follows" in wait
    assert again.endswith(", attempt 2")
    assert answered.startswith("POST /v1/chat/completions: 200 in ")
    assert "tokens/s" in answered
    assert streamed.startswith("POST /v1/chat/completions to ")
    assert left.startswith("POST /v1/chat/completions: abandoned after ")


def test_bodies_are_logged_on_request(
    facade: SyncFacade, server: SimulatedVllm, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "vllm_client")
    caplog.set_level(logging.DEBUG, "vllm_client.bodies")
    server.reply("Hello!", "Hello!")
    client = facade.client(server.base_url)
    ask(client)
    with stream(client) as reading:
        reading.response()
    bodies = [record for record in caplog.records if record.name == "vllm_client.bodies"]

    assert "sent {" in bodies[0].getMessage()
    assert '"model":"simulated"' in bodies[0].getMessage()
    assert '"Hello!"' in bodies[1].getMessage()
    assert "received data: " in caplog.text
    assert "[DONE]" in caplog.text


def test_rows_of_a_bulk_run_are_observed_as_calls(
    facade: SyncFacade, server: SimulatedVllm, diary: Diary
) -> None:
    ask_each = facade.client(server.base_url, observers=[diary]).chat.completions.create()
    answers = [*ask_each.map(["a", "b"])]

    assert [answer.call.state for answer in answers] == ["complete", "complete"]
    assert {answer.call for answer in answers} == set(diary.calls)
    assert diary.states == ["complete", "complete"]
    assert len(diary.threads) == 1
