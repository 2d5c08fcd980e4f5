"""Two real vLLM servers that `launch` starts, behind one client.

Calls and streams continue while one server is killed and started again.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.live.configurations import CONFIGURATIONS, ENVIRONMENT
from tests.live.dialogues import ENDLESS, HELLO
from tests.live.drivers import FACADES
from tests.live.servers import SECONDS_TO_START, NoServer, python_for, wait_until
from vllm_client import AsyncVllmClient, StreamError, StreamEvent, SyncVllmClient, VllmError
from vllm_client.launch import Launch, LaunchError, launch

SHORT = HELLO.options(thinking=False)
# A call of some ten seconds, so that the server dies before it is done. Six of these calls fit into
# the sequences that a server runs at once, so that short calls do not wait for them.
LONG = {**ENDLESS.options(thinking=True), "n": 4, "temperature": 0.01, "max_tokens": 1000}
PAUSE = 0.5  # seconds between short calls


@pytest.fixture(scope="module")
def python() -> str:
    try:
        return python_for("chat")
    except NoServer as absence:
        pytest.skip(str(absence))


@attrs.frozen
class Caller:
    """The calls of one facade: short ones until it is stopped, alternating plain and streamed.

    Attributes:
        rests: Set while no short calls are to be sent.
        outcomes: The answer, stream or error of each short call.
        long: The outcomes of two long plain calls that begin at the same time, one per server.
        cut: The outcome of a long stream at the first server.
        speaks: Set once that stream has begun.
    """

    stopped: threading.Event
    rests: threading.Event
    speaks: threading.Event = attrs.field(factory=threading.Event)
    outcomes: list[Any] = attrs.field(factory=list)
    long: list[Any] = attrs.field(factory=list)
    cut: list[Any] = attrs.field(factory=list)

    def answered_by(self, since: int = 0) -> set[str]:
        """Return the servers that have answered short calls, after the first `since` of them."""
        return {outcome.call.server for outcome in self.outcomes[since:]}

    def hears(self, event: Any) -> None:
        if isinstance(event, StreamEvent.Content):
            self.speaks.set()


def call(client: SyncVllmClient, caller: Caller) -> None:
    """Send the calls with the sync client."""

    def short() -> None:
        while not caller.stopped.is_set():
            if not caller.rests.is_set():
                caller.outcomes.append(outcome(lambda: client.chat.completions.create(**SHORT)))
                caller.outcomes.append(outcome(read))
            time.sleep(PAUSE)

    def read() -> Any:
        with client.chat.completions.stream(**SHORT) as stream:
            return stream.response()

    def long() -> None:
        caller.long.append(outcome(lambda: client.chat.completions.create(**LONG)))

    def cut() -> None:
        with client.chat.completions.stream(**LONG, server=client_first(client)) as stream:
            caller.cut.append(outcome(lambda: hear(stream)))

    def hear(stream: Any) -> None:
        for event in stream:
            caller.hears(event)

    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(each) for each in (short, long, long, cut)]
    for each in running:
        each.result()


def client_first(client: SyncVllmClient | AsyncVllmClient) -> str:
    return next(iter(client.servers))


def outcome(ask: Callable[[], Any]) -> Any:
    """Return the result of a call, or the error that it raises."""
    try:
        return ask()
    except VllmError as error:
        return error


async def call_async(client: AsyncVllmClient, caller: Caller) -> None:
    """Send the calls with the async client."""

    async def short() -> None:
        while not caller.stopped.is_set():
            if not caller.rests.is_set():
                caller.outcomes.append(await outcome_of(client.chat.completions.create(**SHORT)))
                caller.outcomes.append(await outcome_of(read()))
            await asyncio.sleep(PAUSE)

    async def read() -> Any:
        async with client.chat.completions.stream(**SHORT) as stream:
            return await stream.response()

    async def long() -> None:
        caller.long.append(await outcome_of(client.chat.completions.create(**LONG)))

    async def cut() -> None:
        async with client.chat.completions.stream(**LONG, server=client_first(client)) as stream:
            caller.cut.append(await outcome_of(hear(stream)))

    async def hear(stream: Any) -> None:
        async for event in stream:
            caller.hears(event)

    async with asyncio.TaskGroup() as tasks:
        for each in (short, long, long, cut):
            tasks.create_task(each())


async def outcome_of(asking: Any) -> Any:
    try:
        return await asking
    except VllmError as error:
        return error


async def in_a_loop(urls: list[str], caller: Caller) -> None:
    async with AsyncVllmClient(urls) as client:
        await call_async(client, caller)


def in_threads(urls: list[str], caller: Caller) -> None:
    with SyncVllmClient(urls) as client:
        call(client, caller)


@attrs.frozen
class Run:
    """The result of the run: the servers, the calls of each facade, and remaining processes."""

    urls: list[str]
    callers: dict[str, Caller]
    processes: int
    left: list[int]


@pytest.fixture(scope="module")
def run(python: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    logs = tmp_path_factory.mktemp("logs")
    served = CONFIGURATIONS["chat"]
    servers = launch(
        served.model,
        replicas=2,
        args=served.args,
        env=served.env,
        python=python,
        logs=logs,
        timeout=SECONDS_TO_START,
    )
    stopped, rests = threading.Event(), threading.Event()
    callers = {facade: Caller(stopped, rests) for facade in FACADES}
    with servers as urls:
        processes = len(processes_of(logs))
        with ThreadPoolExecutor(2) as threads:
            running = [
                threads.submit(in_threads, urls, callers["sync"]),
                threads.submit(lambda: asyncio.run(in_a_loop(urls, callers["async"]))),
            ]
            try:
                kill_and_restart(servers, list(callers.values()), running)
            finally:
                stopped.set()
        for each in running:
            each.result()
    return Run(urls, callers, processes, processes_of(logs))


def kill_and_restart(servers: Launch, callers: list[Caller], running: list[Future[None]]) -> None:
    """Kill the first server while calls are in flight there, and start it again."""

    def all_are(what: str, holds: Callable[[Caller], bool]) -> None:
        wait_until(
            what,
            lambda: any(each.done() for each in running) or all(map(holds, callers)),
            SECONDS_TO_START,
        )

    killed = servers.base_urls[0]
    all_are("the streams to be cut speak", lambda caller: caller.speaks.is_set())
    all_are("short calls are answered", lambda caller: bool(caller.outcomes))
    os.killpg(servers.pids[0], signal.SIGKILL)
    all_are("the streams are cut", lambda caller: bool(caller.cut))
    all_are("the long calls are answered", lambda caller: len(caller.long) == 2)
    # vLLM binds its workers to the same core. A worker that generates was seen to leave a starting
    # worker only 0.1 s of that core in two minutes.
    callers[0].rests.set()
    servers.restart(0)
    callers[0].rests.clear()
    since = {id(caller): len(caller.outcomes) for caller in callers}
    all_are(
        "the server gets calls after its restart",
        lambda caller: killed in caller.answered_by(since[id(caller)]),
    )


def processes_of(folder: Path) -> list[int]:
    """Return the processes that have a file in this folder open, such as a server's log."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            files = {os.readlink(descriptor) for descriptor in (process / "fd").iterdir()}
        except OSError:
            continue  # the process has ended
        if any(file.startswith(str(folder)) for file in files):
            found.append(int(process.name))
    return found


@pytest.fixture(params=FACADES)
def caller(run: Run, request: pytest.FixtureRequest) -> Caller:
    return run.callers[request.param]


def is_cut(outcome: Any) -> bool:
    return isinstance(outcome, StreamError)


def test_no_call_is_lost(caller: Caller) -> None:
    answers = [outcome for outcome in caller.outcomes if not is_cut(outcome)]
    assert {str(getattr(answer, "content", answer)).strip() for answer in answers} == {
        HELLO.content
    }
    assert len(answers) > 4


def test_lost_call_is_answered_by_the_other_server(run: Run, caller: Caller) -> None:
    killed, other = run.urls
    tried = sorted([attempt.server for attempt in answer.call.attempts] for answer in caller.long)
    assert tried == sorted([[killed, other], [other]])
    assert all(len(answer.choices) == 4 for answer in caller.long)


def test_cut_streams_are_errors_with_the_received_part(run: Run, caller: Caller) -> None:
    (error,) = caller.cut
    assert is_cut(error)
    assert error.partial.choices[0].message.reasoning.strip() == ENDLESS.reasoning
    for each in [error, *filter(is_cut, caller.outcomes)]:
        assert each.call.server == run.urls[0]


def test_no_process_is_left_after_the_block(run: Run) -> None:
    assert run.processes >= 4  # per server: its watcher, and vLLM's own processes
    assert run.left == []


def test_error_for_a_wrong_argument_has_vllms_message(python: str) -> None:
    with pytest.raises(LaunchError, match="unrecognized arguments: --no-such-flag"):
        launch("m", args=["--no-such-flag"], env=ENVIRONMENT, python=python).__enter__()
