"""Several servers behind one client: calls succeed while one of them is up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from tests.facades.dialogue import ask, hear, stream
from tests.facades.drivers import SyncFacade
from tests.facades.frozen_server import FrozenServer
from vllm_client import (
    ApiError,
    IoError,
    IoTimeout,
    RequestError,
    RetryPolicy,
    Servers,
    StreamError,
    StreamEvent,
    Timeout,
)
from vllm_client._async import shared_servers as async_servers
from vllm_client._sync import shared_servers as sync_servers
from vllm_client.balancing import health
from vllm_client.testing import Cut, ErrorReply, Reply, Reset, SimulatedVllm

# Enough retries for failures of a busy machine.
PATIENT = RetryPolicy(max_retries=20, first_wait=0.01, max_wait=0.2, budget=50)


@pytest.fixture
def trio(_no_socket_is_left_open: None) -> Iterator[dict[str, SimulatedVllm]]:
    """Three servers in development mode that store responses."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(SimulatedVllm(dev_mode=True, response_store=True))
            for name in "abc"
        }


def client_of(
    facade: SyncFacade, servers: dict[str, SimulatedVllm], policy: Any = "least_loaded", **more: Any
) -> Any:
    urls = {name: server.base_url for name, server in servers.items()}
    return facade.client(Servers(urls, policy=policy), **{"retry": PATIENT, **more})  # type: ignore[arg-type]


def pinned(client: Any, name: str) -> Any:
    return client.servers.__getitem__(name)


def say(client: Any, text: str, **options: Any) -> Any:
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(messages=messages, **options)


def prompts(server: SimulatedVllm) -> list[str]:
    chats = (r for r in server.requests if r.path.endswith("/chat/completions"))
    return [request.json["messages"][-1]["content"] for request in chats]


def test_calls_and_streams_are_spread_over_all_servers(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)

    answers = [ask(client) for _ in range(6)]
    streams = [hear(client) for _ in range(3)]

    assert Counter(answer.call.server for answer in answers) == {
        server.base_url: 2 for server in trio.values()
    }
    assert all(heard.text for heard in streams)
    assert [len(server.requests) for server in trio.values()] == [3, 3, 3]


@pytest.mark.parametrize("wait", [True, False])
def test_a_stream_names_its_server_and_frees_its_slot(
    facade: SyncFacade, trio: dict[str, SimulatedVllm], wait: bool
) -> None:
    client = client_of(facade, trio)
    trio["a"].reply(Reply(["word "] * 20, pace=0.02))

    with stream(client, wait=wait) as opened:
        assert repr(client.servers).count("1 in flight") == 1
        events = list(opened)
        assert opened.call.server in {server.base_url for server in trio.values()}

    assert isinstance(events[-1], StreamEvent.Done)
    assert repr(client.servers).count(" 0 in flight") == 3


def test_streams_that_are_left_early_free_their_slots(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    for _ in range(3):
        with stream(client) as opened:
            next(iter(opened))

    assert repr(client.servers).count(" 0 in flight") == 3


def test_servers_of_a_list_or_a_comma_separated_text_are_named_by_url(
    facade: SyncFacade, trio: dict[str, SimulatedVllm], monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [server.base_url for server in trio.values()]
    monkeypatch.setenv("VLLM_BASE_URL", " , ".join(urls))

    for given in (urls, ",".join(urls), None):
        client = facade.client(given)  # type: ignore[arg-type]
        assert list(client.servers.thing if facade.is_async else client.servers) == urls
        assert client.base_url == ",".join(urls)
        assert ask(client).content


def test_servers_with_different_paths_get_their_own_path(facade: SyncFacade) -> None:
    with SimulatedVllm(root_path="/x") as one, SimulatedVllm(root_path="/y/z") as other:
        client = client_of(facade, {"a": one, "b": other})

        for _ in range(2):
            assert ask(client).content
            assert client.tokenize(prompt="Hi").count

        assert [request.headers["host"] for request in (one.requests[0], other.requests[0])] == [
            f"127.0.0.1:{server.port}" for server in (one, other)
        ]


def test_each_server_gets_the_credentials_of_its_own_url(facade: SyncFacade) -> None:
    with SimulatedVllm() as one, SimulatedVllm() as other:
        urls = {
            "a": one.base_url.replace("//", "//me:hunter2@"),
            "b": other.base_url.replace("//", "//you:swordfish@"),
        }
        client = facade.client(Servers(urls))  # type: ignore[arg-type]
        ask(client)
        ask(client)

        sent = {server.requests[0].headers["authorization"] for server in (one, other)}
        assert len(sent) == 2
        shown = f"{client!r} {client.servers!r} {Servers(urls)!r}"
        assert "hunter2" not in shown
        assert "swordfish" not in shown


def test_an_error_shows_no_credentials_of_any_server(facade: SyncFacade) -> None:
    with SimulatedVllm() as one:
        urls = {"a": one.base_url.replace("//", "//me:hunter2@"), "b": "http://x:swordfish@h:1"}
        client = facade.client(Servers(urls))  # type: ignore[arg-type]
        one.reply(ErrorReply(400, "not hunter2 and not swordfish"))

        with pytest.raises(ApiError) as caught:
            ask(client, server="a")

        assert "hunter2" not in str(caught.value)
        assert "swordfish" not in str(caught.value)


@pytest.mark.parametrize("streamed", [False, True])
def test_calls_succeed_although_a_server_is_down(
    facade: SyncFacade, trio: dict[str, SimulatedVllm], streamed: bool
) -> None:
    client = client_of(facade, trio)
    trio["b"].stop()

    for _ in range(9):
        if streamed:
            assert hear(client).text
        else:
            assert ask(client).content

    assert "b: out" in repr(client.servers)
    assert len(trio["a"].requests) + len(trio["c"].requests) >= 9


def test_the_record_names_every_server_that_a_call_tried(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    trio["a"].stop()

    call = ask(client).call

    assert [attempt.server for attempt in call.attempts] == [
        trio["a"].base_url,
        trio["b"].base_url,
    ]
    assert call.attempts[0].error_type == "IoError"
    assert call.server == trio["b"].base_url


def test_the_probe_finds_a_server_that_has_recovered(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    trio["b"].stop()
    for _ in range(9):
        ask(client)
    assert "b: out" in repr(client.servers)

    trio["b"].start()
    trio["b"].wait_until(lambda: _asked_for_health(trio["b"]), timeout=30)
    _until(lambda: "b: in" in repr(client.servers))

    for _ in range(6):
        ask(client)
    assert prompts(trio["b"])


def _asked_for_health(server: SimulatedVllm) -> bool:
    return any(request.path == "/health" for request in server.requests)


def _until(condition: Callable[[], bool]) -> None:
    """Wait until a condition that another thread changes holds."""
    for _ in range(3000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen")


def test_a_server_whose_health_is_503_gets_no_calls(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    trio["a"].reply(*[ErrorReply(503, "dead")] * 100, path="/health")
    trio["a"].reply(ErrorReply(503, "dead"))

    assert ask(client).content  # by another one
    _until(lambda: "a: out" in repr(client.servers))
    for _ in range(6):
        assert ask(client).content

    assert len(prompts(trio["a"])) == 1


def test_a_refused_call_moves_immediately_and_does_not_exclude_the_server(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    trio["a"].reply(ErrorReply(503, "please try again later or on a different instance"))

    call = ask(client).call

    assert [attempt.status for attempt in call.attempts] == [503, 200]
    assert call.attempts[1].wait == 0
    assert "out" not in repr(client.servers)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_request_that_breaks_connections_reaches_at_most_three_servers(
    facade: SyncFacade, streamed: bool
) -> None:
    with ExitStack() as stack:
        servers = {name: stack.enter_context(SimulatedVllm()) for name in "abcde"}
        for server in servers.values():
            server.reply(*[Reply("x")] * 5, faults=[Reset()])
        client = client_of(facade, servers)

        with pytest.raises((IoError, StreamError)):
            (stream if streamed else ask)(client)

        assert sum(len(prompts(server)) for server in servers.values()) == 3


def test_after_the_first_event_a_stream_is_not_sent_again(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    trio["a"].reply(Reply(["one ", "two ", "three"]), faults=[Cut(2, of="events")])

    heard = hear(client)

    assert isinstance(heard.error, StreamError)
    assert sum(len(prompts(server)) for server in trio.values()) == 1


def test_a_frozen_server_does_not_delay_calls_to_other_servers(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    with FrozenServer() as frozen:
        urls = {"frozen": frozen.base_url, "well": server.base_url}
        # enough retries for a machine that stalls
        policy = RetryPolicy(max_retries=50, first_wait=0.001, max_wait=0.5, read_timeouts=True)
        client = facade.client(Servers(urls), retry=policy, timeout=Timeout(token=0.5))  # type: ignore[arg-type]
        calls = [ask(client).call for _ in range(2)]

    assert {call.server for call in calls} == {server.base_url}
    first = calls[0].attempts[0]
    assert (first.server, first.error_type) == (frozen.base_url, "IoTimeout")


def test_a_frozen_server_is_excluded_after_three_unanswered_probes(
    facade: SyncFacade, server: SimulatedVllm, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (async_servers, sync_servers):
        monkeypatch.setattr(module, "_QUESTION", {"timeout": 0.1, "retry": None})
    monkeypatch.setattr(health, "FIRST_WAIT", 0.01)
    with FrozenServer() as frozen:
        urls = {"frozen": frozen.base_url, "well": server.base_url}
        client = facade.client(Servers(urls), retry=None)  # type: ignore[arg-type]
        with pytest.raises(IoTimeout):
            ask(client, server="frozen", timeout=Timeout(token=0.1))
        _until(lambda: "frozen: out" in repr(client.servers))

        assert ask(client).call.server == server.base_url


def test_when_all_servers_are_down_a_call_waits_for_the_first_to_recover(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    for server in trio.values():
        server.stop()
    with pytest.raises(IoError):
        ask(client, retry=RetryPolicy(first_wait=0.01, max_wait=0.02, budget=0.2))
    assert repr(client.servers).count("out") == 3

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, client)
        trio["c"].start()
        assert answer.result().call.server == trio["c"].base_url


def test_a_pinned_call_stays_at_its_server(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)

    for _ in range(3):
        assert ask(client, server="b").call.server == trio["b"].base_url
        assert ask(pinned(client, "b")).call.server == trio["b"].base_url
    with stream(client, server="b") as opened:
        list(opened)
    assert client.request("POST", "/tokenize", json={"prompt": "Hi"}, server="b").json()["count"]

    assert [len(server.requests) for server in trio.values()] == [0, 8, 0]
    with pytest.raises(RequestError, match=r"server: expected one of a, b, c, got 'd'"):
        ask(client, server="d")
    with pytest.raises(RequestError, match="got 'd'"):
        pinned(client, "d")


def test_calls_that_change_one_server_must_name_it(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    calls: list[Callable[[], Any]] = [
        client.version,
        client.load,
        client.metrics,
        client.server_info,
        client.is_sleeping,
        client.sleep,
        client.wake_up,
        client.reset_prefix_cache,
        lambda: client.load_lora_adapter(lora_name="x", lora_path="/x"),
        lambda: client.request("POST", "/sleep"),
    ]
    for call in calls:
        with pytest.raises(RequestError, match=r"client\.servers\[…\], or client\.on_all_servers"):
            call()
    assert [len(server.requests) for server in trio.values()] == [0, 0, 0]

    assert client.version(server="a") == "0.33.0"
    pinned(client, "b").sleep()
    assert client.is_sleeping(server="b")
    assert not pinned(client, "c").is_sleeping()


def test_on_all_servers_returns_a_result_or_an_error_per_server(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio, retry=None)
    trio["b"].stop()

    results = client.on_all_servers(lambda server: server.version())

    assert results["a"] == results["c"] == "0.33.0"
    assert isinstance(results["b"], IoError)


def test_health_and_readiness_are_those_of_the_best_server(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    trio["a"].reply(ErrorReply(503, "dead"), path="/health")
    trio["b"].stop()
    assert client.health()
    assert client.wait_ready(5) == "ready"
    assert client.ping(server="c")

    trio["c"].stop()
    trio["a"].reply(*[ErrorReply(503, "dead")] * 5, path="/health")
    assert not client.health()

    trio["a"].stop()
    with pytest.raises(IoError):
        client.health()
    assert client.wait_ready(0.01) == "absent"


def test_a_model_is_found_at_the_server_that_has_it(facade: SyncFacade) -> None:
    with SimulatedVllm(models=["x"]) as one, SimulatedVllm(models=["y", "z"]) as other:
        client = client_of(facade, {"a": one, "b": other})

        for _ in range(4):
            assert say(client, "Hi", model="y").call.server == other.base_url
            assert say(client, "Hi", model="x").call.server == one.base_url

        for server in (one, other):
            assert [r.path for r in server.requests].count("/v1/models") == 1
        with pytest.raises(ApiError, match=r"a has x; b has y, z") as caught:
            say(client, "Hi", model="w")
        assert caught.value.code == 404


def test_an_adapter_is_found_where_it_was_loaded(facade: SyncFacade) -> None:
    with SimulatedVllm(models=["x"]) as one, SimulatedVllm(models=["x"]) as other:
        client = client_of(facade, {"a": one, "b": other})
        with pytest.raises(ApiError):
            say(client, "Hi", model="adapter")

        client.load_lora_adapter(lora_name="adapter", lora_path="/adapter", server="b")

        for _ in range(3):
            assert say(client, "Hi", model="adapter").call.server == other.base_url


@pytest.mark.parametrize("policy", ["least_loaded", "prefix", "round_robin"])
def test_a_session_stays_at_its_server(
    facade: SyncFacade, trio: dict[str, SimulatedVllm], policy: str
) -> None:
    client = client_of(facade, trio, policy)

    servers = [
        {say(client, "Hi", session_id=f"session {i}").call.server for _ in range(2)}
        for i in range(8)
    ]

    assert {len(each) for each in servers} == {1}
    assert len(set.union(*servers)) > 1


def test_conversations_go_to_the_server_that_has_cached_their_beginning(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio, "prefix")

    servers = [{say(client, f"Question {i}").call.server for _ in range(2)} for i in range(8)]

    assert {len(each) for each in servers} == {1}
    assert len(set.union(*servers)) > 1


@pytest.mark.parametrize("streamed", [False, True])
def test_a_stored_response_stays_with_its_server(
    facade: SyncFacade, trio: dict[str, SimulatedVllm], streamed: bool
) -> None:
    client = client_of(facade, trio)
    ask(client)
    if streamed:
        with client.responses.stream(input="Hi", store=True) as opened:
            list(opened)
            first = opened.response()
    else:
        first = client.responses.create(input="Hi", store=True)
    assert first.call.server == trio["b"].base_url

    for _ in range(3):
        kept = client.responses.retrieve(first.id)
        assert kept.id == first.id
        assert kept.call.server == trio["b"].base_url
        following = client.responses.create(input="Ho", previous_response_id=first.id, store=True)
        assert following.call.server == trio["b"].base_url
    with pytest.raises(RequestError, match="was not created by this client"):
        client.responses.retrieve("resp_unknown")
    assert client.responses.retrieve(first.id, server="b").id == first.id


def test_nothing_is_lost_or_repeated_when_a_server_is_killed_under_load(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    texts = [f"Prompt {i}." for i in range(90)]
    started = threading.Semaphore(0)

    def one(text: str) -> str:
        started.release()
        return str(say(client, text).content)

    with ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(one, text) for text in texts]
        for _ in range(30):
            started.acquire()
        trio["a"].stop()
        said = [answer.result() for answer in answers]

    assert all(f'"{text}"' in heard for text, heard in zip(texts, said, strict=True))
    survivors = prompts(trio["b"]) + prompts(trio["c"])
    assert max(Counter(survivors).values()) == 1
    assert set(texts) <= set(survivors) | set(prompts(trio["a"]))


def test_streams_fail_or_are_complete_when_their_server_is_killed(
    facade: SyncFacade,
) -> None:
    with SimulatedVllm(pace=0.02) as one, SimulatedVllm() as other:
        client = client_of(facade, {"a": one, "b": other})
        with ThreadPoolExecutor(8) as pool:
            heard = [pool.submit(hear, client) for _ in range(8)]
            one.wait_until(lambda: one.running > 0, timeout=30)
            one.stop()
            results = [each.result() for each in heard]

        for each in results:
            whole = bool(each.events) and isinstance(each.events[-1], StreamEvent.Done)
            assert whole or isinstance(each.error, StreamError)
        assert all(hear(client).text for _ in range(3))


def test_servers_of_a_client_with_one_server_is_an_error(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url)

    with pytest.raises(RequestError, match="a single server"):
        ask(client, server="a")
    with pytest.raises(RequestError, match="a single server"):
        pinned(client, "a")
    with pytest.raises(RequestError, match="a single server"):
        client.on_all_servers(lambda each: each.version())


def test_copies_of_a_client_share_the_servers(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    other = client.with_timeout(30)
    trio["a"].stop()
    for _ in range(9):
        ask(client)

    assert "a: out" in repr(other.servers)
    client.close()
    assert ask(other).content
    other.close()


def test_servers_are_added_drained_resumed_and_removed_while_it_runs(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, {"a": trio["a"], "b": trio["b"]})
    other = client.with_timeout(30)
    trio["a"].reply(Reply(["word "] * 10, pace=0.02))
    with stream(client) as opened:
        next(iter(opened))
        client.servers.drain("a")
        client.servers.add("c", trio["c"].base_url)
        assert "a: draining, 1 in flight" in repr(client.servers)

        heard = {ask(other).call.server for _ in range(6)}
        assert heard == {trio["b"].base_url, trio["c"].base_url}
        assert isinstance(list(opened)[-1], StreamEvent.Done)
    assert ask(client, server="a").content
    assert pinned(client, "c").version() == "0.33.0"
    assert pinned(client, "c").base_url == trio["c"].base_url

    client.servers.resume("a")
    client.servers.remove("b")
    heard = {ask(client).call.server for _ in range(6)}
    assert heard == {trio["a"].base_url, trio["c"].base_url}
    with pytest.raises(RequestError, match="expected one of a, c, got 'b'"):
        ask(client, server="b")
    other.close()


def test_a_server_is_not_added_twice_or_with_credentials(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)

    with pytest.raises(RequestError, match="a already exists"):
        client.servers.add("a", "http://x")
    with pytest.raises(RequestError, match="must not contain credentials") as caught:
        client.servers.add("d", "http://me:hunter2@x")
    assert "hunter2" not in str(caught.value)


def test_a_request_to_a_removed_server_moves_to_another(
    facade: SyncFacade, trio: dict[str, SimulatedVllm]
) -> None:
    client = client_of(facade, trio)
    trio["a"].stop()
    client.servers.remove("a")

    assert [len(ask(client).call.attempts) for _ in range(6)] == [1] * 6
