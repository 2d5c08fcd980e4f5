"""The life cycle of clients: copies, pickles, forks, threads, several event loops."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import os
import pickle
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from tests.facades.dialogue import QUESTION, ask, stream
from tests.facades.drivers import SyncFacade, thing_of
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    IoError,
    IoTimeout,
    RequestError,
    RetryPolicy,
    SyncVllmClient,
    Thinking,
    Timeout,
    user,
)
from vllm_client.testing import ErrorReply, Reply, SimulatedVllm

ROOT = Path(__file__).parents[2]


def test_copies_share_connections_until_the_last_client_is_closed(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    first = facade.client(server.base_url)
    second = first.with_header("x-a", "1")
    third = second.with_api_key("key").with_timeout(5)
    for client in (first, second, third):
        assert ask(client).finish_reason == "stop"
    assert server.connections_made == 1
    first.close()
    second.close()
    assert ask(third).finish_reason == "stop"
    assert server.connections_made == 1
    third.close()
    server.wait_until(lambda: server.connections == 0)


def test_with_query_adds_a_parameter_to_the_new_client_only(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    plain = facade.client(server.base_url)
    with_team = plain.with_query("team", "search")
    with_team.health()
    plain.health()
    assert [request.query for request in server.requests] == [{"team": "search"}, {}]


def test_query_parameter_of_none_is_removed(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url).with_query("team", "search").with_query("a", "1")
    client.with_query("team", None).with_query("missing", None).health()
    client.health(extra_query={"team": None, "b": None})
    client.request("GET", "/health", query={"c": None})
    client.health()
    assert [request.query for request in server.requests] == [
        {"a": "1"},
        {"a": "1"},
        {"team": "search", "a": "1"},
        {"team": "search", "a": "1"},
    ]


def test_with_retry_changes_the_number_of_attempts(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, retry=0)
    server.reply(*[ErrorReply(503, "busy", retry_after=0)] * 4)
    for made, requests in ((client, 1), (client.with_retry(2), 3)):
        with pytest.raises(ApiError) as caught:
            ask(made)
        assert len(caught.value.request_ids) == requests


@pytest.mark.parametrize("client_class", [SyncVllmClient, AsyncVllmClient])
def test_keyword_of_another_client_is_refused(client_class: Any) -> None:
    with pytest.raises(RequestError, match=r"no option 'max_retries': write retry=2 for two"):
        client_class("http://h/v1", max_retries=2)
    with pytest.raises(RequestError, match=r"no option 'time_out'; did you mean timeout\?"):
        client_class("http://h/v1", time_out=2)


@pytest.mark.parametrize(
    "use",
    [
        ask,
        stream,
        lambda client: client.health(),
        lambda client: client.models.list(),
        lambda client: client.completions.create(prompt="x"),
        lambda client: client.with_timeout(3),
        lambda client: copy.copy(thing_of(client)),
    ],
    ids=["plain", "stream", "health", "models", "completion", "with", "copy"],
)
def test_closed_client_raises(
    facade: SyncFacade, server: SimulatedVllm, use: Callable[[Any], Any]
) -> None:
    client = facade.client(server.base_url)
    client.close()
    with pytest.raises(RequestError, match="the client is closed"):
        use(client)
    assert server.requests == []


def test_builder_of_a_closed_client_raises(facade: SyncFacade, server: SimulatedVllm) -> None:
    with facade.client(server.base_url) as client:
        builder = client.chat.completions.create().messages(QUESTION["messages"])
    with pytest.raises(RequestError, match="the client is closed"):
        builder.send()


def test_garbage_collected_client_closes_its_connections(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url)
    copied = facade.adopt(copy.copy(thing_of(client)))
    assert ask(client).finish_reason == "stop"
    facade.forget()
    del client
    gc.collect()
    assert ask(copied).finish_reason == "stop"
    assert server.connections_made == 1
    del copied
    gc.collect()
    server.wait_until(lambda: server.connections == 0)


@pytest.mark.parametrize("of", [copy.copy, copy.deepcopy])
def test_copies_share_the_pool(
    facade: SyncFacade, server: SimulatedVllm, of: Callable[[Any], Any]
) -> None:
    client = facade.client(server.base_url, headers={"x-a": "1"})
    copied = facade.adopt(of(thing_of(client)))
    assert ask(client).finish_reason == ask(copied).finish_reason == "stop"
    client.close()
    assert ask(copied).finish_reason == "stop"
    assert {request.headers["x-a"] for request in server.requests} == {"1"}
    assert server.connections_made == 1


def test_pickle_carries_the_settings_and_opens_its_own_pool(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(
        server.base_url,
        api_key="sk-key",
        headers={"x-a": "1"},
        timeout=Timeout(total=30),
        retry=RetryPolicy(max_retries=7),
        max_connections=3,
        thinking=Thinking("[t]", "[/t]"),
    ).with_header("x-b", "2")
    loaded = facade.adopt(pickle.loads(pickle.dumps(thing_of(client))))
    server.reply(*[Reply(["[t]Hm", "[/t]Hi"])] * 2)
    assert ask(client).content == ask(loaded).content == "Hi"
    first, second = server.requests
    for request in (first, second):
        headers = request.headers
        assert (headers["authorization"], headers["x-a"], headers["x-b"]) == (
            "Bearer sk-key",
            "1",
            "2",
        )
    assert first.connection != second.connection
    assert thing_of(loaded)._caller.settings == thing_of(client)._caller.settings


def test_a_builder_is_pickled_with_its_client_and_copied_as_itself(server: SimulatedVllm) -> None:
    with SyncVllmClient(server.base_url, api_key="sk-key") as client:
        builder = client.chat.completions.create().model("m").max_tokens(5)
        loaded = pickle.loads(pickle.dumps(builder))

    assert loaded == builder
    assert loaded.messages([user("Hi")]).send().finish_reason
    (request,) = server.requests
    assert request.headers["authorization"] == "Bearer sk-key"
    assert request.json["max_tokens"] == 5
    assert copy.copy(builder) is copy.deepcopy(builder) is builder
    loaded._caller.family.close()


def test_settings_bound_to_a_process_cannot_be_pickled(facade: SyncFacade) -> None:
    with_context = facade.client(ssl_context=ssl.create_default_context())
    httpx_client = facade.httpx_client()
    with_httpx = facade.client(http_client=httpx_client)
    for client in (with_context, with_httpx):
        with pytest.raises(RequestError, match="cannot be pickled"):
            pickle.dumps(thing_of(client))
    facade.close_httpx(httpx_client)


def test_max_connections_is_respected(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url, max_connections=2)
    server.reply(*[Reply("word " * 1000, pace=0.01)] * 2)
    with stream(client), stream(client):
        with pytest.raises(IoTimeout, match="max_connections") as caught:
            ask(client, timeout=0.2)
        assert caught.value.may_have_arrived is False
    assert server.connections_made == 2
    assert ask(client).finish_reason == "stop"
    server.wait_until(lambda: server.connections == 1)


@pytest.mark.parametrize("most", [0, -1, 1.5, True, "3", inf, nan, 10**7, 10**400])
def test_a_limit_above_the_possible_number_of_sockets_is_refused(
    facade: SyncFacade, most: Any
) -> None:
    with pytest.raises(RequestError, match="max_connections: expected a number above 0"):
        facade.client("http://localhost/v1", max_connections=most)


def test_more_callers_than_connections_take_turns(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, max_connections=3)
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(client).finish_reason))
        for _ in range(30)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["stop"] * 30
    assert server.connections_made <= 3


def test_failed_calls_free_their_connections(facade: SyncFacade, server: SimulatedVllm) -> None:
    server.stop()
    client = facade.client(server.base_url, max_connections=1, retry=None)
    for _ in range(3):
        with pytest.raises(IoError, match="no connection"):
            ask(client, timeout=5)
    server.start()
    assert ask(client).finish_reason == "stop"


NOT_HOSTS = ["http://a..b/v1", f"http://{'x' * 64}.example/v1"]


@pytest.mark.parametrize("url", NOT_HOSTS)
def test_invalid_host_name_is_a_request_error(facade: SyncFacade, url: str) -> None:
    with pytest.raises((IoError, RequestError)):
        ask(facade.client(url, retry=None))


def test_several_loops_one_after_another(server: SimulatedVllm) -> None:
    client = AsyncVllmClient(server.base_url)

    async def talk() -> None:
        for _ in range(2):
            assert (await ask(client)).content
            async with stream(client) as events:
                assert await events.text()

    for _ in range(3):
        asyncio.run(talk())
    server.wait_until(lambda: server.connections == 0)
    assert server.connections_made == 3
    asyncio.run(client.aclose())


def test_stream_left_open_in_a_loop_that_ends(server: SimulatedVllm) -> None:
    client = AsyncVllmClient(server.base_url)
    server.reply(*[Reply("word " * 1000, pace=0.01)] * 3)

    async def listen() -> None:
        events = await stream(client)
        await anext(events)

    for _ in range(3):
        asyncio.run(listen())
        server.wait_until(lambda: server.running == 0)
    assert server.disconnects == 3
    asyncio.run(client.aclose())


def test_loops_of_several_threads_at_the_same_time(server: SimulatedVllm) -> None:
    client = AsyncVllmClient(server.base_url)
    failures: list[BaseException] = []

    async def talk() -> None:
        answers = await asyncio.gather(*(ask(client) for _ in range(5)))
        assert {answer.finish_reason for answer in answers} == {"stop"}
        assert await (await stream(client)).text()

    def run() -> None:
        try:
            for _ in range(5):
                asyncio.run(talk())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    asyncio.run(client.aclose())
    server.wait_until(lambda: server.connections == 0)


def test_client_made_in_a_loop_can_be_closed_in_another(server: SimulatedVllm) -> None:
    async def make() -> AsyncVllmClient:
        client = AsyncVllmClient(server.base_url)
        assert (await ask(client)).content
        return client

    client = asyncio.run(make())
    asyncio.run(client.aclose())
    server.wait_until(lambda: server.connections == 0)


FORKS = {
    "sync": """
        import os, sys
        from vllm_client import SyncVllmClient

        client = SyncVllmClient(sys.argv[1], max_connections=1)

        def talk():
            for _ in range(3):
                question = [{"role": "user", "content": "Hi"}]
                assert client.chat.completions.create(messages=question).content
                with client.chat.completions.stream(messages=question) as events:
                    assert events.text()
    """,
    "async": """
        import asyncio, os, sys
        from vllm_client import AsyncVllmClient

        client = AsyncVllmClient(sys.argv[1], max_connections=1)

        async def converse():
            for _ in range(3):
                question = [{"role": "user", "content": "Hi"}]
                assert (await client.chat.completions.create(messages=question)).content
                async with client.chat.completions.stream(messages=question) as events:
                    assert await events.text()

        def talk():
            asyncio.run(converse())
    """,
}
FORK = """
        talk()
        child = os.fork()
        if child == 0:
            try:
                talk()
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        talk()
        sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("kind", FORKS)
def test_forked_child_opens_its_own_connections(server: SimulatedVllm, kind: str) -> None:
    script = "\n".join(line[8:] for line in (FORKS[kind] + FORK).splitlines())
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", script, server.base_url]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    of = [request.connection for request in server.requests]
    parent, child, parent_again = of[:6], of[6:12], of[12:]
    assert len(parent_again) == 6
    assert not set(child) & set(parent + parent_again)
    if kind == "sync":
        assert len(set(parent + parent_again)) == 1, "the parent's connection lives on"


def test_repr_shows_the_url_of_a_client(facade: SyncFacade) -> None:
    client = facade.client("http://user:password@host:1234/v1")
    assert repr(client) == f"<{type(thing_of(client)).__name__} http://host:1234/v1>"


@pytest.mark.parametrize("name", ["audio", "embeddings", "responses", "servers"])
def test_resources_are_read_only_and_documented(facade: SyncFacade, name: str) -> None:
    client = facade.client("http://127.0.0.1:9")

    with pytest.raises(AttributeError, match=f"{name} is read-only"):
        setattr(thing_of(client), name, None)
    assert inspect.getdoc(getattr(type(thing_of(client)), name))
