"""One name with three loopback addresses, and a server at each."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest

from tests.facades.conftest import Names
from tests.facades.dialogue import ask, stream
from tests.facades.drivers import SyncFacade
from tests.facades.tls_front import TlsFront, trusting_context
from vllm_client import (
    AsyncVllmClient,
    IoError,
    RequestError,
    RetryPolicy,
    Servers,
    StreamEvent,
)
from vllm_client._io import endpoints
from vllm_client.balancing import name_addresses
from vllm_client.http.address import Address
from vllm_client.testing import Reply, SimulatedVllm

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="other systems have one loopback address"
)

ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]


@pytest.fixture
def pods(_no_socket_is_left_open: None, names: Names) -> Iterator[list[SimulatedVllm]]:
    """Servers at the addresses of pods.test, with the same port."""
    with ExitStack() as stack:
        first = stack.enter_context(SimulatedVllm())
        others = [SimulatedVllm(host=host, port=first.port) for host in ADDRESSES[1:]]
        names["pods.test"] = list(ADDRESSES)
        yield [first, *map(stack.enter_context, others)]


@pytest.fixture
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make name look-ups due after each answer."""
    monkeypatch.setattr(name_addresses, "LOOK_UP_SECONDS", 0.0)


def client_of(facade: SyncFacade, pods: list[SimulatedVllm], **options: Any) -> Any:
    url = f"http://pods.test:{pods[0].port}/v1"
    options = {"policy": "round_robin", **options}
    return facade.client(Servers({"pods": url}, resolve="all", **options), retry=None)  # type: ignore[arg-type]


def asked(pods: list[SimulatedVllm]) -> list[int]:
    return [sum(r.path == "/v1/chat/completions" for r in pod.requests) for pod in pods]


def call_until(holds: Callable[[], bool], client: Any) -> None:
    """Send calls, which trigger look-ups, until a condition holds."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, repr(client.servers)
        ask(client)


@pytest.mark.parametrize("policy", ["least_loaded", "round_robin"])
def test_calls_are_spread_over_all_addresses(
    facade: SyncFacade, pods: list[SimulatedVllm], policy: str
) -> None:
    client = client_of(facade, pods, policy=policy)
    port = pods[0].port

    answers = [ask(client) for _ in range(6)]

    assert Counter(answer.call.server for answer in answers) == {
        f"http://{address}:{port}/v1": 2 for address in ADDRESSES
    }
    assert asked(pods) == [2, 2, 2]
    assert {pod.requests[0].headers["host"] for pod in pods} == {f"pods.test:{port}"}


def test_calls_with_one_prefix_stay_at_one_address(
    facade: SyncFacade, pods: list[SimulatedVllm]
) -> None:
    client = client_of(facade, pods, policy="prefix")
    for _ in range(4):
        ask(client)
    assert sorted(asked(pods)) == [0, 0, 4]


def test_one_address_can_be_chosen_and_all_can_be_called(
    facade: SyncFacade, pods: list[SimulatedVllm]
) -> None:
    client = client_of(facade, pods)
    versions = client.on_all_servers(lambda server: server.version())
    assert versions == {f"pods@{address}": "0.33.0" for address in ADDRESSES}

    ask(client, server="pods@127.0.0.2")
    ask(client.servers.__getitem__("pods@127.0.0.2"))

    assert asked(pods) == [0, 2, 0]
    with pytest.raises(RequestError, match="expected one of pods@127"):
        ask(client, server="pods")


def test_calls_move_from_a_failed_address_to_another(
    facade: SyncFacade, pods: list[SimulatedVllm]
) -> None:
    client = facade.client(
        Servers([f"http://pods.test:{pods[0].port}/v1"], policy="round_robin", resolve="all"),  # type: ignore[arg-type]
        retry=RetryPolicy(first_wait=0.01),
    )
    ask(client)
    pods[1].stop()

    answer = ask(client)

    port = pods[0].port
    assert [attempt.server for attempt in answer.call.attempts] == [
        f"http://127.0.0.2:{port}/v1",
        f"http://127.0.0.3:{port}/v1",
    ]


def test_new_addresses_are_used_and_removed_ones_are_not(
    facade: SyncFacade, pods: list[SimulatedVllm], names: Names, always_due: None
) -> None:
    names["pods.test"] = ADDRESSES[:2]
    client = client_of(facade, pods)
    for _ in range(2):
        ask(client)
    assert asked(pods) == [1, 1, 0]
    names["pods.test"] = ADDRESSES[1:]

    call_until(lambda: "pods@127.0.0.1:" not in repr(client.servers), client)

    before = asked(pods)
    for _ in range(4):
        ask(client)
    assert [now - then for now, then in zip(asked(pods), before, strict=True)] == [0, 2, 2]


def test_a_stream_from_a_removed_address_continues_to_its_end(
    facade: SyncFacade, pods: list[SimulatedVllm], names: Names, always_due: None
) -> None:
    client = client_of(facade, pods)
    pods[0].reply(Reply(["word "] * 20, pace=0.02))
    with stream(client) as opened:
        assert opened.call.server.startswith("http://127.0.0.1:")
        events = iter(opened)
        next(events)
        names["pods.test"] = ADDRESSES[1:]
        call_until(lambda: "pods@127.0.0.1: draining, 1 in flight" in repr(client.servers), client)
        rest = list(events)

    assert isinstance(rest[-1], StreamEvent.Done)
    call_until(lambda: "pods@127.0.0.1:" not in repr(client.servers), client)


def test_a_failed_look_up_keeps_the_addresses(
    facade: SyncFacade, pods: list[SimulatedVllm], names: Names, always_due: None
) -> None:
    client = client_of(facade, pods)
    ask(client)
    names["pods.test"] = []

    for _ in range(5):
        ask(client)

    assert asked(pods) == [2, 2, 2]


def test_a_look_up_that_finds_nothing_keeps_the_addresses(
    facade: SyncFacade,
    pods: list[SimulatedVllm],
    always_due: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = client_of(facade, pods)
    ask(client)
    monkeypatch.setattr(endpoints, "_looked_up", lambda address: [])

    for _ in range(5):
        ask(client)

    assert asked(pods) == [2, 2, 2]


def test_a_cancelled_look_up_logs_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    complaints: list[dict[str, Any]] = []

    def looked_up(address: Address) -> list[endpoints.Endpoint]:
        begun.set()
        go_on.wait(30)
        return []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        async with AsyncVllmClient(Servers(["http://pods.test"], resolve="all")) as client:
            task = asyncio.create_task(ask(client))
            await asyncio.to_thread(begun.wait, 30)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        (thread,) = [each for each in threading.enumerate() if each.name == "look-up of pods.test"]
        go_on.set()
        thread.join()
        await asyncio.sleep(0)

    monkeypatch.setattr(endpoints, "_looked_up", looked_up)
    asyncio.run(main())
    assert complaints == []


def test_an_unknown_name_is_an_error_until_it_resolves(
    facade: SyncFacade,
    pods: list[SimulatedVllm],
    names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(name_addresses, "FIRST_RETRY_SECONDS", 0.0)
    client = client_of(facade, pods)
    names["pods.test"] = []
    with pytest.raises(IoError, match=r"pods\.test:\d+: .*not known"):
        ask(client)

    names["pods.test"] = list(ADDRESSES)
    call_until(lambda: all(asked(pods)), client)


def test_tls_verifies_the_name_and_not_the_address(
    facade: SyncFacade, server: SimulatedVllm, names: Names
) -> None:
    names["other.test"] = ["127.0.0.1"]
    context = trusting_context()
    context.check_hostname = False  # the certificate is valid for the address only
    with TlsFront(server) as front:
        url = front.base_url.replace("localhost", "other.test")
        client = facade.client(Servers([url], resolve="all"), ssl_context=context)  # type: ignore[arg-type]
        assert ask(client).call.server == f"https://127.0.0.1:{front.port}/v1"
        assert set(front.names) == {"other.test"}


def test_an_address_and_localhost_are_one_server(
    facade: SyncFacade, pods: list[SimulatedVllm]
) -> None:
    port = pods[0].port
    urls = {"a": f"http://127.0.0.2:{port}", "b": f"http://localhost:{port}"}
    client = facade.client(Servers(urls, resolve="all"), retry=None)  # type: ignore[arg-type]
    for _ in range(2):
        ask(client)
    assert asked(pods) == [1, 1, 0]
    assert "<a: in" in repr(client.servers).replace("Servers ", "<")


@pytest.mark.parametrize("how", ["httpx", "proxy"])
def test_names_that_a_proxy_or_httpx_looks_up_are_refused(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    options = {"transport": "httpx"} if how == "httpx" else {}
    if how == "proxy":
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(RequestError, match="resolve: a proxy or httpx"):
        facade.client(Servers(["http://pods.test/v1"], resolve="all"), **options)  # type: ignore[arg-type]


def test_an_unknown_word_for_resolve_is_refused() -> None:
    with pytest.raises(RequestError, match='resolve: expected "all" or None'):
        Servers(["http://pods.test/v1"], resolve="first")  # type: ignore[arg-type]


def test_a_bulk_run_uses_all_addresses(facade: SyncFacade, pods: list[SimulatedVllm]) -> None:
    client = client_of(facade, pods)
    rows = [f"q{n}" for n in range(60)]

    answers = [answer.content for answer in client.chat.completions.create().map(rows)]

    assert all(f'"{row}"' in answer for row, answer in zip(rows, answers, strict=True))
    assert sum(asked(pods)) == 60
    assert min(asked(pods)) > 0


def test_a_bulk_run_uses_addresses_that_are_new(
    facade: SyncFacade, pods: list[SimulatedVllm], names: Names, always_due: None
) -> None:
    names["pods.test"] = ADDRESSES[:1]
    run = client_of(facade, pods).chat.completions.create().map(count(), body=str)
    next(run)
    names["pods.test"] = ADDRESSES[1:]
    deadline = time.monotonic() + 30
    while not (asked(pods)[1] and asked(pods)[2]):
        assert time.monotonic() < deadline, repr(run)
        next(run)
    run.close()
