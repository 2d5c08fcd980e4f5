"""A real server that is killed during streams: readers get an error and never wait forever.

For each way to kill it there is one server, with a sync and an async reader at the same time.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from tests.live.dialogues import ENDLESS
from tests.live.servers import NoServer, OwnServer, start
from vllm_client import (
    AnyStreamEvent,
    AsyncVllmClient,
    StreamError,
    StreamEvent,
    StreamTimeout,
    SyncVllmClient,
    Timeout,
)

# Sixteen choices take some ten seconds, so that the server dies before they are done.
QUESTION = {**ENDLESS.options(thinking=True), "n": 16, "temperature": 0.01}
IDLE = Timeout(idle=10)  # longer than a live server on a busy machine needs for its next token
SECONDS_TO_SPEAK, SECONDS_TO_NOTICE = 60, 60


@attrs.frozen
class Heard:
    """Everything that a reader received, and the error that it got at the end."""

    events: list[AnyStreamEvent]
    raised: BaseException | None

    @property
    def text(self) -> str:
        contents = [event for event in self.events if isinstance(event, StreamEvent.Content)]
        return "".join(event.delta for event in contents if event.index == 0)

    @property
    def was_aborted(self) -> bool:
        """Whether the server itself aborted every choice before it died."""
        last = self.events[-1]
        return isinstance(last, StreamEvent.Done) and {*last.finish_reasons.values()} == {"abort"}

    @property
    def error(self) -> Any:
        last = self.events[-1]
        assert isinstance(last, StreamEvent.Error), f"the stream ended in silence, with {last}"
        return last.error


@attrs.frozen
class Reader:
    """A reader in its own thread that reads until the stream has failed."""

    speaking: threading.Event = attrs.field(factory=threading.Event)
    """Set once text arrives."""

    def read(self, base_url: str) -> Heard:
        """Read with the sync client."""
        events: list[AnyStreamEvent] = []
        with (
            SyncVllmClient(base_url, timeout=IDLE) as client,
            client.chat.completions.stream(**QUESTION) as stream,
        ):
            try:
                for event in stream:
                    self._note(event, events)
            except StreamError as error:
                return Heard(events, error)
        return Heard(events, None)

    async def read_async(self, base_url: str) -> Heard:
        """Read with the async client."""
        events: list[AnyStreamEvent] = []
        async with (
            AsyncVllmClient(base_url, timeout=IDLE) as client,
            client.chat.completions.stream(**QUESTION) as stream,
        ):
            try:
                async for event in stream:
                    self._note(event, events)
            except StreamError as error:
                return Heard(events, error)
        return Heard(events, None)

    def _note(self, event: AnyStreamEvent, events: list[AnyStreamEvent]) -> None:
        events.append(event)
        if isinstance(event, StreamEvent.Content) and event.index == 0 and "la" in event.delta:
            self.speaking.set()


def _front_end(how: signal.Signals) -> Callable[[OwnServer], None]:
    return lambda server: server.signal_front_end(how)


KILLS: dict[str, Callable[[OwnServer], None]] = {
    "front_end_killed": _front_end(signal.SIGKILL),
    "front_end_terminated": _front_end(signal.SIGTERM),
    "front_end_frozen": _front_end(signal.SIGSTOP),
    "engine_killed": OwnServer.kill_engine,
}


@pytest.fixture(scope="module", params=KILLS)
def killed(request: pytest.FixtureRequest) -> tuple[str, dict[str, Heard]]:
    """Kill a server; return how, and what the reader of each facade received."""
    try:
        server = start("chat")
    except NoServer as absence:
        pytest.skip(str(absence))
    with ThreadPoolExecutor(max_workers=2) as threads, server:
        return request.param, _hear_until_killed(threads, server, KILLS[request.param])


def _hear_until_killed(
    threads: ThreadPoolExecutor, server: OwnServer, kill: Callable[[OwnServer], None]
) -> dict[str, Heard]:
    base_url = server.address.base_url
    one, other = Reader(), Reader()
    heard: dict[str, Future[Heard]] = {
        "sync": threads.submit(one.read, base_url),
        "async": threads.submit(lambda: asyncio.run(other.read_async(base_url))),
    }
    for reader in (one, other):
        assert reader.speaking.wait(SECONDS_TO_SPEAK), "the server said nothing"
    kill(server)
    return {facade: future.result(SECONDS_TO_NOTICE) for facade, future in heard.items()}


def test_last_event_is_an_error_with_the_text_so_far(
    killed: tuple[str, dict[str, Heard]], facade: str
) -> None:
    heard = killed[1][facade]
    assert heard.text.strip().startswith("la")
    if not heard.was_aborted:
        assert heard.error.partial.content == heard.text
        assert heard.error.partial.reasoning.strip() == ENDLESS.reasoning


def test_reading_past_the_error_raises_it(
    killed: tuple[str, dict[str, Heard]], facade: str
) -> None:
    heard = killed[1][facade]
    assert heard.raised is (None if heard.was_aborted else heard.error)


def test_error_says_how_the_stream_ended(killed: tuple[str, dict[str, Heard]], facade: str) -> None:
    how, heard = killed
    assert _ending(heard[facade]) in ENDINGS[how]


CUT, SILENT, TOLD = "the connection was cut", "no byte came", "the server said so"
ABORTED = "the server ended it with finish_reason abort"
ENDINGS = {
    "front_end_killed": {CUT},
    # in vLLM 0.32 the result depends on the order in which its processes die
    "front_end_terminated": {SILENT, TOLD, ABORTED},
    "front_end_frozen": {SILENT},
    "engine_killed": {TOLD},
}


def _ending(heard: Heard) -> str:
    if heard.was_aborted:
        return ABORTED
    error = heard.error
    if isinstance(error, StreamTimeout):
        assert (error.clock, error.seconds) == ("idle", IDLE.idle)
        return SILENT
    if error.code is None:
        return CUT
    assert (error.code, error.type) == (500, "InternalServerError")
    return TOLD
