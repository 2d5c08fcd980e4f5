"""Connections of both clients: opened, kept alive, checked and closed."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.facades.conftest import Names
from tests.facades.dialogue import HELLO, ask, http, stream
from tests.facades.drivers import LoopThread, SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.facades.tls_front import TlsFront, serving_context, trusting_context
from vllm_client import AsyncVllmClient, IoError, IoTimeout, RequestError, RetryPolicy, Timeout
from vllm_client._io import endpoints
from vllm_client._io.asyncio_ import connection
from vllm_client._io.endpoints import KEEPALIVE_IDLE_SECONDS, Endpoint
from vllm_client.testing import Reply, SimulatedVllm, Stall

resource = pytest.importorskip("resource", reason="this system has no limit of open files")

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001, budget=0.4)
EVIL = HELLO.replace(b"Hello!", b"EVIL!!")
LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, or fills a backlog")


# --- keepalive ---------------------------------------------------------------------------------


def _sockets_to(port: int) -> list[socket.socket]:
    found = [each for each in gc.get_objects() if isinstance(each, socket.socket)]
    return [each for each in found if each.fileno() >= 0 and _peer(each) == port]


def _peer(sock: socket.socket) -> int | None:
    try:
        return int(sock.getpeername()[1])
    except (OSError, IndexError):
        return None


def test_tcp_keepalive_is_on(facade: SyncFacade, server: SimulatedVllm) -> None:
    assert ask(facade.client(server.base_url)).finish_reason == "stop"
    (sock,) = _sockets_to(server.port)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    idle = getattr(socket, "TCP_KEEPIDLE", None) or socket.TCP_KEEPALIVE
    assert sock.getsockopt(socket.IPPROTO_TCP, idle) == KEEPALIVE_IDLE_SECONDS


# --- names and their addresses -----------------------------------------------------------------


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were connected to, in order."""
    addresses: list[str] = []
    real = Endpoint.new_socket

    def new_socket(endpoint: Endpoint) -> socket.socket:
        addresses.append(endpoint.address[0])
        return real(endpoint)

    monkeypatch.setattr(Endpoint, "new_socket", new_socket)
    return addresses


@pytest.fixture
def silent_address(server: SimulatedVllm) -> Iterator[str]:
    """An address on which nothing answers, as the backlog of its socket is full."""
    with socket.socket() as full:
        full.bind(("127.0.0.2", server.port))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.2", server.port))
        yield "127.0.0.2"
        for filler in fillers:
            filler.close()


@LINUX_ONLY
def test_next_address_is_tried_while_one_is_silent_and_is_remembered(
    facade: SyncFacade,
    server: SimulatedVllm,
    names: Names,
    tried: list[str],
    silent_address: str,
) -> None:
    names["two.test"] = [silent_address, "127.0.0.1"]
    client = facade.client(f"http://two.test:{server.port}/v1", retry=None, timeout=20)
    assert ask(client).finish_reason == "stop"
    assert tried == [silent_address, "127.0.0.1"]
    for _ in range(2):
        server.reply(Reply(["He", "llo"]), faults=[Stall(after=3, of="events")])
    with stream(client), stream(client):  # needs a further connection
        assert tried == [silent_address, "127.0.0.1", "127.0.0.1"]


def test_next_address_is_tried_at_once_where_one_refuses(
    facade: SyncFacade, server: SimulatedVllm, names: Names, tried: list[str]
) -> None:
    names["two.test"] = ["127.0.0.3", "127.0.0.1"]
    client = facade.client(f"http://two.test:{server.port}/v1", retry=None)
    assert ask(client).finish_reason == "stop"
    assert tried == ["127.0.0.3", "127.0.0.1"]


def test_remembered_address_that_refuses_gives_way_to_the_others(
    facade: SyncFacade, names: Names, tried: list[str]
) -> None:
    names["two.test"] = ["127.0.0.1", "127.0.0.3"]
    with SimulatedVllm() as server:
        port = server.port
        client = facade.client(f"http://two.test:{port}/v1", retry=None)
        assert ask(client).finish_reason == "stop"
    with SimulatedVllm(host="127.0.0.3", port=port):
        assert ask(client).finish_reason == "stop"
    assert tried == ["127.0.0.1", "127.0.0.1", "127.0.0.3"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_numeric_address_and_localhost_need_no_look_up(
    facade: SyncFacade,
    server: SimulatedVllm,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
) -> None:
    monkeypatch.setattr(endpoints, "look_up", None)
    client = facade.client(f"http://{host}:{server.port}/v1", retry=None)
    assert ask(client).finish_reason == "stop"


def test_hanging_look_up_ends_with_the_connect_timeout(
    facade: SyncFacade, server: SimulatedVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(*_: object) -> None:
        done.wait(20)

    done = threading.Event()
    monkeypatch.setattr(endpoints, "_looked_up", hang)
    client = facade.client("http://slow.test/v1", retry=None, timeout=Timeout(connect=0.2))
    with pytest.raises(IoTimeout) as caught:
        ask(client)
    done.set()
    assert (caught.value.clock, caught.value.may_have_arrived) == ("connect", False)


def test_names_are_looked_up_although_the_default_executor_is_blocked(
    server: SimulatedVllm, names: Names
) -> None:
    names["one.test"] = ["127.0.0.1"]
    done = threading.Event()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        blocked = loop.run_in_executor(None, done.wait, 20)
        async with AsyncVllmClient(f"http://one.test:{server.port}/v1", timeout=10) as client:
            assert (await ask(client)).finish_reason == "stop"
        done.set()
        await blocked

    asyncio.run(main())


def test_tasks_that_connect_at_once_share_a_look_up(
    server: SimulatedVllm, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    names["one.test"] = ["127.0.0.1"]
    looked_up = []
    real = endpoints._looked_up
    monkeypatch.setattr(endpoints, "_looked_up", lambda of: looked_up.append(of) or real(of))

    async def main() -> None:
        async with AsyncVllmClient(f"http://one.test:{server.port}/v1") as client:
            calls = [asyncio.ensure_future(ask(client)) for _ in range(20)]
            await asyncio.sleep(0)
            calls[0].cancel()  # the cancellation of one does not affect the others
            answers = await asyncio.gather(*calls[1:])
            assert {answer.finish_reason for answer in answers} == {"stop"}

    asyncio.run(main())
    assert len(looked_up) == 1


def test_loop_that_ends_during_a_look_up_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done = threading.Event(), threading.Event()

    def look_up(_: object) -> list[Endpoint]:
        begun.set()
        done.wait(20)
        return []

    monkeypatch.setattr(endpoints, "_looked_up", look_up)

    async def main() -> None:
        async with AsyncVllmClient("http://slow.test/v1") as client:
            call = asyncio.ensure_future(ask(client))
            await asyncio.to_thread(begun.wait)
            call.cancel()

    asyncio.run(main())
    (thread,) = [each for each in threading.enumerate() if each.name == "look-up of slow.test"]
    done.set()
    thread.join()


# --- what a connection that cannot be made is told as ----------------------------------------


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (socket.gaierror(socket.EAI_NONAME, "not known"), "no_address"),
        (socket.gaierror(socket.EAI_AGAIN, "for now"), "refused"),
        (OSError(errno.ENETUNREACH, "unreachable"), "refused"),
    ],
    ids=["unknown name", "name server away", "network away"],
)
def test_failed_look_up_says_whether_it_is_temporary(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch, error: OSError, failure: str
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(endpoints, "_looked_up", fail)
    with pytest.raises(IoError) as caught:
        ask(facade.client("http://some.test/v1", retry=AT_ONCE))
    assert (caught.value.failure, caught.value.may_have_arrived) == (failure, False)
    assert (len(caught.value.request_ids) > 1) is (failure == "refused")


def test_refused_connection_has_the_failure_refused(facade: SyncFacade) -> None:
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(IoError, match=rf":1: \[Errno {errno.ECONNREFUSED}\]") as caught:
            ask(facade.client(f"http://{host}:1/v1", retry=None))
        assert (caught.value.failure, caught.value.may_have_arrived) == ("refused", False)


def test_missing_unix_socket_is_no_address_and_unused_one_is_refused(
    facade: SyncFacade, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("uds") / "s"
    for failure in ("no_address", "refused"):
        with pytest.raises(IoError) as caught:
            ask(facade.client("http://localhost/v1", uds=path, retry=AT_ONCE))
        assert caught.value.failure == failure
        assert (len(caught.value.request_ids) > 1) is (failure == "refused")
        with socket.socket(socket.AF_UNIX) as left_behind:
            if not path.exists():
                left_behind.bind(str(path))


def test_httpx_errors_contain_the_error_of_the_system(
    facade_over_httpx: SyncFacade, server: SimulatedVllm
) -> None:
    server.stop()
    with pytest.raises(IoError) as caught:
        ask(facade_over_httpx.client(server.base_url, retry=None))
    assert (caught.value.failure, caught.value.may_have_arrived) == ("refused", False)


# --- TLS on one side only ----------------------------------------------------------------------


def test_https_to_a_plain_port_is_not_retried_and_says_what_to_do(facade: SyncFacade) -> None:
    def answer_in_plain(visit: Visit) -> None:
        visit._receive()
        visit.send(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")

    with RawServer(answer_in_plain) as raw:
        url = raw.base_url.replace("http:", "https:")
        advice = f"127.0.0.1:{raw.port} does not speak TLS: use http:// for a plain HTTP server"
        with pytest.raises(IoError, match=advice) as caught:
            ask(facade.client(url, retry=AT_ONCE))
        assert raw.visits == 1
    assert (caught.value.failure, caught.value.may_have_arrived) == ("tls", False)


def test_http_to_a_tls_port_is_not_retried_and_says_what_to_do(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    with TlsFront(server) as front:  # closes without a TLS alert, as uvicorn does
        url = front.base_url.replace("https:", "http:")
        with pytest.raises(IoError, match="the server speaks TLS: use https://") as caught:
            ask(facade.client(url, retry=AT_ONCE))
    assert (caught.value.failure, len(caught.value.request_ids)) == ("tls", 1)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_server_that_closes_connections_is_not_reported_as_tls(
    facade: SyncFacade, answer: bytes
) -> None:
    def close(visit: Visit) -> None:
        visit._receive()
        if visit._received.startswith(b"\x16\x03"):
            visit.send(answer)

    with RawServer(close) as raw:
        with pytest.raises(IoError, match="connection closed before the head") as caught:
            ask(facade.client(raw.base_url, retry=AT_ONCE))
        assert raw.visits == 5, "four attempts, and one look whether it speaks TLS"
    assert caught.value.failure == "lost"


def test_unsupported_tls_version_is_not_retried(facade: SyncFacade) -> None:
    def serve(visit: Visit) -> None:
        context = serving_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(visit.socket, server_side=True)

    context = trusting_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with RawServer(serve) as raw:
        url = raw.base_url.replace("http:", "https:")
        with pytest.raises(IoError, match="client and server share no TLS version") as caught:
            ask(facade.client(url, retry=AT_ONCE, ssl_context=context))
        assert raw.visits == 1
    assert (caught.value.failure, caught.value.may_have_arrived) == ("tls", False)


def test_certificate_for_another_name_is_not_retried(
    facade: SyncFacade, server: SimulatedVllm, names: Names
) -> None:
    names["other.test"] = ["127.0.0.1"]
    with TlsFront(server) as front:
        url = front.base_url.replace("localhost", "other.test")
        with pytest.raises(IoError, match=r"not valid for 'other\.test'.*ssl_context=") as caught:
            ask(facade.client(url, retry=AT_ONCE, ssl_context=trusting_context()))
    assert (caught.value.failure, len(caught.value.request_ids)) == ("tls", 1)


# --- idle connections --------------------------------------------------------------------------

Send = Callable[[Visit], None]

UNSOLICITED: dict[str, Send] = {
    "a second answer": lambda visit: visit.send(EVIL),
    "a timeout": lambda visit: visit.send(
        http(b"", "408 Request Timeout", more="connection: close\r\n")
    ),
    "part of an answer": lambda visit: visit.send(b"HTTP/1.1 2"),
    "its end": lambda visit: visit.socket.shutdown(socket.SHUT_WR),
    "a reset": lambda visit: visit.reset(),
}


class Unasked(RawServer):
    """Answer the first request of the first connection, then send unsolicited bytes."""

    def __init__(self, send: Send, *, tls: bool = False) -> None:
        super().__init__(self._first, self._later)
        self._send = send
        self._tls = tls
        self.sent = threading.Event()

    @property
    def base_url(self) -> str:
        url = super().base_url
        return url.replace("http:", "https:") if self._tls else url

    def _first(self, visit: Visit) -> None:
        self._begin(visit)
        visit.read_request()
        visit.send(HELLO)
        time.sleep(0.05)  # the client has read its answer by now
        self._send(visit)
        self.sent.set()
        if visit.socket.fileno() >= 0:
            visit.wait_until_left()

    def _later(self, visit: Visit) -> None:
        self._begin(visit)
        while True:
            visit.read_request()
            visit.send(HELLO)

    def _begin(self, visit: Visit) -> None:
        if self._tls:
            visit.socket = serving_context().wrap_socket(visit.socket, server_side=True)


def _ask_around_a_pause(client: Any, server: Unasked) -> list[str]:
    first = ask(client).content
    assert server.sent.wait(20)
    time.sleep(0.05)
    return [first, ask(client).content, ask(client).content]


async def _ask_around_a_busy_pause(server: Unasked, **settings: Any) -> list[str]:
    async with AsyncVllmClient(server.base_url, **settings) as client:
        first = (await ask(client)).content
        assert server.sent.wait(20)  # blocks the event loop, so that it reads nothing
        time.sleep(0.05)  # noqa: ASYNC251
        return [first, (await ask(client)).content, (await ask(client)).content]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("send", UNSOLICITED.values(), ids=UNSOLICITED)
def test_request_is_not_sent_on_a_connection_with_unsolicited_input(send: Send, tls: bool) -> None:
    settings = {"ssl_context": trusting_context() if tls else None}
    with Unasked(send, tls=tls) as server:
        answers = asyncio.run(_ask_around_a_busy_pause(server, **settings))
        assert answers == ["Hello!"] * 3
        assert server.visits == 2


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("send", UNSOLICITED.values(), ids=UNSOLICITED)
def test_request_is_not_sent_on_a_connection_that_had_input_while_idle(
    facade: SyncFacade, send: Send, tls: bool
) -> None:
    with Unasked(send, tls=tls) as server:
        client = facade.client(server.base_url, ssl_context=trusting_context() if tls else None)
        assert _ask_around_a_pause(client, server) == ["Hello!"] * 3
        assert server.visits == 2


def _answer_each(visit: Visit) -> None:
    while visit.read_request():
        visit.send(HELLO)


def test_connection_that_a_complete_response_paused_is_reused(
    monkeypatch: pytest.MonkeyPatch, facade: SyncFacade
) -> None:
    # uvloop and TLS deliver more than a buffer at once, so a whole answer may exceed the limit
    monkeypatch.setattr(connection, "_MAX_BUFFERED_BYTES", 0)
    with RawServer(_answer_each) as server:
        client = facade.client(server.base_url, timeout=Timeout(total=10), retry=None)

        assert [ask(client).finish_reason for _ in range(3)] == ["stop"] * 3
        assert server.visits == 1


def test_session_tickets_do_not_close_a_connection(server: SimulatedVllm) -> None:
    async def main() -> None:
        context = trusting_context()
        async with AsyncVllmClient(front.base_url, ssl_context=context) as client:
            for _ in range(5):
                assert (await ask(client)).finish_reason == "stop"
                time.sleep(0.02)  # noqa: ASYNC251  # a busy loop

    with TlsFront(server) as front:
        asyncio.run(main())
        assert front.handshakes == 1


# --- file descriptors --------------------------------------------------------------------------

SERVER = """
import sys
from vllm_client.testing import SimulatedVllm
with SimulatedVllm(pace=0.01) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def distant_server() -> Iterator[str]:
    """The base URL of a server in another process, with its own file descriptors."""
    command = [sys.executable, "-c", SERVER]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], **pipes) as process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"  # type: ignore[union-attr]
        process.stdin.close()  # type: ignore[union-attr]


class Scarcity:
    """Limit the number of further files that the process can open, until the block ends."""

    def __init__(self, more: int) -> None:
        self._more = more
        self._fillers: list[int] = []

    def __enter__(self) -> None:
        gc.collect()
        self._limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        highest = max(map(int, os.listdir("/proc/self/fd")))
        while not self._fillers or self._fillers[-1] < highest:
            self._fillers.append(os.dup(0))  # fill the gaps below the limit
        limit = self._fillers[-1] + 1 + self._more
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, self._limits[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, self._limits)
        for filler in self._fillers:
            os.close(filler)


@LINUX_ONLY
def test_calls_wait_for_a_connection_if_no_descriptor_is_left(
    facade: SyncFacade, distant_server: str
) -> None:
    client = facade.client(distant_server, retry=None)
    assert ask(client, max_tokens=1).finish_reason
    with Scarcity(8), ThreadPoolExecutor(60) as threads:
        answers = list(threads.map(lambda _: ask(client, max_tokens=5), range(60)))
    assert len(answers) == 60


@LINUX_ONLY
def test_idle_connection_to_another_host_is_closed_if_no_descriptor_is_left(
    facade: SyncFacade, distant_server: str
) -> None:
    other = facade.client(distant_server.replace("127.0.0.1", "localhost"), retry=None)
    client = facade.client(distant_server, retry=None)
    assert ask(other, max_tokens=1).finish_reason
    with Scarcity(0):
        assert ask(client, max_tokens=1).finish_reason


@LINUX_ONLY
def test_wait_for_a_descriptor_ends_with_the_timeout(
    facade: SyncFacade, distant_server: str
) -> None:
    client = facade.client(distant_server, retry=None)
    with stream(client, max_tokens=2000), Scarcity(0):
        with pytest.raises(IoTimeout, match="all connections are in use") as caught:
            ask(client, timeout=0.3)
        assert (caught.value.clock, caught.value.may_have_arrived) == ("total", False)


@LINUX_ONLY
def test_error_without_descriptors_names_the_limit_and_max_connections(
    facade: SyncFacade, distant_server: str, names: Names
) -> None:
    names["unknown.test"] = []
    for url in (distant_server, distant_server.replace("127.0.0.1", "unknown.test")):
        client = facade.client(url, retry=None)
        with Scarcity(0):
            limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            with pytest.raises(IoError, match="max_connections") as caught:
                ask(client)
        assert f"may open {limit} files" in caught.value.message
        assert caught.value.may_have_arrived is False


# --- event loops -------------------------------------------------------------------------------


def _open_descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


@LINUX_ONLY
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # without closing them
def test_loops_that_are_dropped_without_being_closed_leave_nothing_behind(
    server: SimulatedVllm,
) -> None:
    client = AsyncVllmClient(server.base_url, max_connections=2)
    before = _open_descriptors()
    for _ in range(30):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(_ask_several(client))
        del loop
    until = time.monotonic() + 20
    while (
        server.connections and time.monotonic() < until
    ):  # one garbage collection may not be enough
        gc.collect()
        time.sleep(0.02)
    assert server.connections == 0
    assert _open_descriptors() <= before
    asyncio.run(client.aclose())


async def _ask_several(client: AsyncVllmClient) -> None:
    await asyncio.gather(*(ask(client) for _ in range(4)))


def test_pool_keeps_its_connections_between_runs_of_one_loop(server: SimulatedVllm) -> None:
    thread = LoopThread()
    client = AsyncVllmClient(server.base_url)
    for _ in range(3):
        thread.do(_ask_once(client))
        gc.collect()
    assert server.connections_made == 1
    thread.do(client.aclose())
    thread.stop()


async def _ask_once(client: AsyncVllmClient) -> None:
    await ask(client)


def _drive(coroutine: Any) -> None:
    """Start a coroutine as an event loop other than asyncio does."""
    coroutine.send(None)


@pytest.mark.parametrize(
    "use",
    [
        lambda client: client.models.list(),
        lambda client: client.aclose(),
        lambda client: client.__aexit__(None, None, None),
        lambda client: client.tokenize(prompt="x"),
        lambda client: client.chat.completions.create(messages=[{"role": "user", "content": ""}]),
    ],
    ids=["call", "aclose", "async with", "control", "chat"],
)
def test_other_event_loops_than_asyncio_are_refused(use: Callable[[Any], Any]) -> None:
    client = AsyncVllmClient("http://127.0.0.1:1/v1")
    with pytest.raises(RequestError, match="AsyncVllmClient needs asyncio"):
        _drive(use(client))


# --- a server that refuses ---------------------------------------------------------------------


def test_connects_to_a_refusing_server_are_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_flight, peaks = 0, []

    async def refuse(*_: object) -> None:
        nonlocal in_flight
        in_flight += 1
        peaks.append(in_flight)
        await asyncio.sleep(0.002)
        in_flight -= 1
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")

    async def main() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", refuse, raising=False)
        async with AsyncVllmClient("http://127.0.0.1:1/v1", retry=None) as client:
            with pytest.raises(IoError):
                await client.models.list()
            peaks.clear()
            calls = [client.models.list() for _ in range(100)]
            errors = await asyncio.gather(*calls, return_exceptions=True)
        assert {getattr(error, "failure", None) for error in errors} == {"refused"}

    asyncio.run(main())
    assert len(peaks) == 100
    assert max(peaks) == 16


def test_connects_to_a_recovered_server_are_not_limited(facade: SyncFacade) -> None:
    with SimulatedVllm() as server:
        client = facade.client(server.base_url, retry=RetryPolicy(first_wait=0.05))
        server.stop()
        with pytest.raises(IoError):
            ask(client, retry=None)
        server.start()
        server.reply(*[Reply("a b c", pace=0.05)] * 40)
        with ThreadPoolExecutor(40) as threads:
            answers = list(threads.map(lambda _: ask(client).finish_reason, range(40)))
        assert answers == ["stop"] * 40
