"""Servers that are away, queues, sockets, event loops, and TLS where it does not fit."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.facades.dialogue import HELLO, QUESTION, ask, hear, http, stream
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.test_connections import LINUX_ONLY, Scarcity, _sockets_to
from tests.facades.tls_front import TlsFront, trusting_context
from vllm_client import (
    AsyncVllmClient,
    IoError,
    IoTimeout,
    RequestError,
    RetryPolicy,
    Timeout,
    user,
)
from vllm_client.call.retry import is_retryable
from vllm_client.testing import Call, Reply, SimulatedVllm

QUICK = RetryPolicy(max_retries=1, first_wait=0.02, max_wait=0.05)


# Servers that are away


def test_server_that_is_away_fails_no_call_of_any_kind(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, retry=QUICK)
    server.stop()
    back = threading.Timer(0.6, server.start)
    back.start()
    calls = [
        lambda: ask(client).finish_reason,
        lambda: hear(client).events[-1].finish_reason,
        lambda: client.models.list().data and "stop",
        lambda: client.tokenize(prompt="x").tokens and "stop",
        lambda: client.completions.create(prompt="x").finish_reason,
    ]
    with ThreadPoolExecutor(len(calls)) as threads:
        results = list(threads.map(lambda call: call(), calls))
    back.join()
    assert results == ["stop"] * len(calls)


def test_probes_answer_at_once_while_the_server_is_away(facade: SyncFacade) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = facade.client(f"http://127.0.0.1:{port}/v1", retry=RetryPolicy(budget=60))
    for probe in (client.health, client.ping):
        with pytest.raises(IoError) as caught:
            probe()
        assert len(caught.value.request_ids) == 1


def test_total_ends_the_wait_for_a_server_that_is_away(facade: SyncFacade) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = facade.client(f"http://127.0.0.1:{port}/v1", retry=QUICK)
    with pytest.raises(IoError) as caught:
        ask(client, timeout=0.5)
    assert len(caught.value.request_ids) > 2
    assert not caught.value.may_have_arrived


def test_name_that_does_not_exist_and_absent_unix_socket_are_ordinary_failures(
    facade: SyncFacade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for settings in ({"base_url": "http://no.test/v1"}, {"uds": str(tmp_path / "no")}):
        client = facade.client(retry=QUICK, **settings)
        with pytest.raises(IoError) as caught:
            ask(client)
        assert len(caught.value.request_ids) <= 2


def test_name_that_is_not_resolved_for_the_moment_is_waited_for(
    facade: SyncFacade, server: SimulatedVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([socket.EAI_AGAIN] * 4)

    def later(*_: Any, **__: Any) -> Any:
        for code in failures:
            raise socket.gaierror(code, "Temporary failure in name resolution")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", later)
    client = facade.client(f"http://later.test:{server.port}/v1", retry=QUICK)
    assert ask(client).finish_reason == "stop"


@pytest.mark.parametrize("status", [520, 521, 522, 523, 525, 530])
def test_gateway_that_cannot_reach_the_server_is_tried_again(
    facade: SyncFacade, status: int
) -> None:
    page = http(b"<title>down</title>", f"{status} X", "text/html")
    answers = iter([page, HELLO])

    def treat(visit: Visit) -> None:
        while True:
            visit.read_request()
            visit.send(next(answers))

    with RawServer(treat) as server:
        assert ask(facade.client(server.base_url, retry=QUICK)).content == "Hello!"


def test_each_wait_is_logged_without_the_key(
    facade: SyncFacade, server: SimulatedVllm, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "vllm_client")
    client = facade.client(server.base_url, retry=QUICK, api_key="sk-0123456789abcdef")
    server.stop()
    back = threading.Timer(0.3, server.start)
    back.start()
    assert hear(client).error is None
    back.join()
    assert caplog.records
    assert "sk-0123" not in caplog.text


# The client's own queue


class Busy:
    """Answers the first request once `free` is set, and all others at once."""

    def __init__(self) -> None:
        self.came, self.free = threading.Event(), threading.Event()

    def __call__(self, visit: Visit) -> None:
        while True:
            visit.read_request()
            if not self.came.is_set():
                self.came.set()
                assert self.free.wait(10)
            visit.send(HELLO)


def _occupy(client: Any, busy: Busy) -> threading.Thread:
    thread = threading.Thread(target=ask, args=(client,))
    thread.start()
    assert busy.came.wait(10)
    return thread


@pytest.mark.parametrize(
    ("limit", "clock"),
    [(Timeout(queue=0.2), "queue"), (0.2, "total"), (Timeout(total=0.2), "total")],
)
def test_queue_ends_with_its_clock_and_nothing_was_sent(
    facade: SyncFacade, limit: Any, clock: str
) -> None:
    busy = Busy()
    with RawServer(busy) as server:
        client = facade.client(server.base_url, retry=None, max_connections=1)
        thread = _occupy(client, busy)
        with pytest.raises(IoTimeout) as caught:
            ask(client, timeout=limit)
        assert (caught.value.clock, caught.value.may_have_arrived) == (clock, False)
        busy.free.set()
        thread.join()
        assert ask(client).content == "Hello!"
        assert server.visits == 1


def test_queueing_counts_neither_as_token_nor_as_connect(facade: SyncFacade) -> None:
    busy = Busy()
    with RawServer(busy) as server:
        client = facade.client(server.base_url, retry=None, max_connections=1)
        thread = _occupy(client, busy)
        timer = threading.Timer(0.6, busy.free.set)
        timer.start()
        limits = Timeout(connect=0.3, token=0.3, idle=0.3)
        assert ask(client, timeout=limits).content == "Hello!"
        thread.join()
        timer.join()


def test_stream_waits_in_the_queue_too(facade: SyncFacade) -> None:
    busy = Busy()
    with RawServer(busy) as server:
        client = facade.client(server.base_url, retry=None, max_connections=1)
        thread = _occupy(client, busy)
        with pytest.raises(IoTimeout) as caught:
            stream(client, timeout=Timeout(queue=0.2))
        assert caught.value.clock == "queue"
        busy.free.set()
        thread.join()


def test_call_that_ended_in_the_queue_may_be_sent_again_by_the_caller(
    facade: SyncFacade,
) -> None:
    busy = Busy()
    with RawServer(busy) as server:
        client = facade.client(server.base_url, max_connections=1)
        thread = _occupy(client, busy)
        for limit in (Timeout(queue=0.1), 0.1):
            with pytest.raises(IoTimeout) as caught:
                ask(client, timeout=limit)
            assert is_retryable(caught.value)
        busy.free.set()
        thread.join()


# Sockets


def test_keepalive_is_on_for_streams_and_for_tls(facade: SyncFacade) -> None:
    with SimulatedVllm() as server, TlsFront(server) as front:
        url = front.base_url
        client = facade.client(url, ssl_context=trusting_context())
        with stream(client) as reading:
            next(iter(reading))
            found = _sockets_to(front.port)
            assert found
            assert all(s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) for s in found)


def test_keepalive_is_on_for_a_connection_that_replaced_a_dead_one(facade: SyncFacade) -> None:
    def once(visit: Visit) -> None:
        visit.read_request()
        visit.send(HELLO)

    def stay(visit: Visit) -> None:
        while True:
            visit.read_request()
            visit.send(HELLO)

    with RawServer(once, stay) as server:
        client = facade.client(server.base_url)
        assert ask(client).content == ask(client).content == "Hello!"
        found = _sockets_to(server.port)
        assert found
        assert all(s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) for s in found)


SERVER = (
    "import sys\nfrom vllm_client.testing import SimulatedVllm\n"
    "with SimulatedVllm(pace=0.005) as server:\n"
    "    print(server.port, flush=True)\n    sys.stdin.read()\n"
)


@pytest.fixture(scope="module")
def distant_server() -> Any:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", SERVER], **pipes) as process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"  # type: ignore[union-attr]
        process.stdin.close()  # type: ignore[union-attr]


@LINUX_ONLY
def test_streams_wait_where_no_descriptor_is_left(facade: SyncFacade, distant_server: str) -> None:
    client = facade.client(distant_server, retry=None)
    assert ask(client, max_tokens=1).finish_reason
    with Scarcity(4), ThreadPoolExecutor(20) as threads:
        heard = list(threads.map(lambda _: hear(client, max_tokens=4), range(20)))
    assert [h.error for h in heard] == [None] * 20


@LINUX_ONLY
def test_two_clients_share_the_last_descriptors(facade: SyncFacade, distant_server: str) -> None:
    one, two = (facade.client(distant_server, retry=None) for _ in range(2))
    assert ask(one, max_tokens=1).finish_reason == ask(two, max_tokens=1).finish_reason
    with Scarcity(2), ThreadPoolExecutor(16) as threads:
        calls = [one, two] * 8
        answers = list(threads.map(lambda c: ask(c, max_tokens=3).finish_reason, calls))
    assert len(answers) == 16


# Event loops


@LINUX_ONLY
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_loops_dropped_with_an_open_stream_leave_nothing_behind(server: SimulatedVllm) -> None:
    client = AsyncVllmClient(server.base_url)
    server.reply(*[Reply("word " * 50, pace=0.01)] * 10)

    async def begin() -> None:
        reading = await client.chat.completions.stream(**QUESTION)
        await anext(reading)

    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(begin())
        del loop
    server.wait_until(lambda: gc.collect() >= 0 and server.connections == 0)
    assert len(os.listdir("/proc/self/fd")) <= before
    asyncio.run(client.aclose())


@LINUX_ONLY
def test_one_client_in_many_runs_of_asyncio(server: SimulatedVllm) -> None:
    client = AsyncVllmClient(server.base_url)

    async def both() -> None:
        await asyncio.gather(ask(client), ask(client))

    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        asyncio.run(both())
    server.wait_until(lambda: gc.collect() >= 0 and server.connections == 0)
    assert len(os.listdir("/proc/self/fd")) <= before
    asyncio.run(client.aclose())


def test_blocked_executor_keeps_no_stream_and_no_tokenizing_from_being_sent(
    server: SimulatedVllm,
) -> None:
    free = threading.Event()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as executor:
            loop.set_default_executor(executor)
            blocked = loop.run_in_executor(None, free.wait, 30)
            url = f"http://localhost:{server.port}/v1"
            try:
                async with AsyncVllmClient(url, timeout=Timeout(connect=2), retry=None) as client:
                    async with asyncio.timeout(20):
                        async with client.chat.completions.stream(**QUESTION) as reading:
                            assert await reading.text()
                        assert (await client.tokenize(prompt="x")).tokens
            finally:
                free.set()
                await blocked

    asyncio.run(main())


def test_slow_tool_keeps_no_other_task_from_going_on(server: SimulatedVllm) -> None:
    free = threading.Event()

    def wait_for_the_other() -> str:
        return "free" if free.wait(10) else "blocked"

    server.reply(Reply(tool_calls=[Call("wait_for_the_other", {})]))
    server.reply("done", "done")

    async def main() -> Any:
        async with AsyncVllmClient(server.base_url) as client:
            run = client.chat.completions.run_tools
            task = asyncio.create_task(run(messages=[user("hi")], tools=[wait_for_the_other]))
            await asyncio.to_thread(server.wait_until, lambda: len(server.requests) == 1)
            await client.models.list()
            free.set()
            return await task

    assert asyncio.run(main()).tool_results[0].content == "free"


@pytest.mark.parametrize(
    "use",
    [
        lambda client: client.chat.completions.stream(**QUESTION).__aenter__(),
        lambda client: client.embeddings.create(input="x", model="m"),
        lambda client: client.wait_ready(timeout=1),
        lambda client: client.health(),
        lambda client: client.request("GET", "/health"),
        lambda client: client.chat.completions.run_tools(messages=[user("x")], tools=[len_of]),
    ],
    ids=["stream", "embeddings", "wait_ready", "health", "request", "run_tools"],
)
def test_another_library_than_asyncio_is_refused_in_words(use: Any) -> None:
    client = AsyncVllmClient("http://127.0.0.1:1/v1")
    with pytest.raises(RequestError, match="asyncio"):
        use(client).send(None)


def len_of(text: str) -> int:
    return len(text)


# TLS where it does not fit


@pytest.mark.parametrize("streamed", [False, True])
def test_tls_to_a_plain_server_is_tried_once_by_every_call(
    facade: SyncFacade, server: SimulatedVllm, streamed: bool
) -> None:
    client = facade.client(f"https://127.0.0.1:{server.port}/v1", retry=QUICK)
    with pytest.raises(IoError, match="http://") as caught:
        stream(client) if streamed else client.models.list()
    assert len(caught.value.request_ids) == 1
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize("banner", [b"SSH-2.0-OpenSSH_9\r\n", b"220 mail ESMTP\r\n", bytes(64)])
def test_tls_to_a_port_of_another_protocol(facade: SyncFacade, banner: bytes) -> None:
    def greet(visit: Visit) -> None:
        visit.send(banner)
        visit.wait_until_left()

    with RawServer(greet) as server:
        url = server.base_url.replace("http:", "https:")
        with pytest.raises(IoError) as caught:
            ask(facade.client(url, retry=QUICK))
        assert caught.value.failure == "tls"
        assert len(caught.value.request_ids) == 1


def test_plain_http_to_a_tls_port_by_a_stream(facade: SyncFacade, server: SimulatedVllm) -> None:
    with TlsFront(server) as front:
        url = front.base_url.replace("https:", "http:")
        with pytest.raises(IoError, match="https://") as caught:
            stream(facade.client(url, retry=QUICK))
        assert len(caught.value.request_ids) == 1
