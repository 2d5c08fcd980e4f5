"""The version of the server is requested once, and only for calls that depend on it."""

import asyncio
import copy
import json
import pickle
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from tests.facades.drivers import Blocking, SyncFacade, thing_of
from tests.facades.raw_server import RawServer, Visit
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    IgnoredByServerWarning,
    IoError,
    IoTimeout,
    RequestError,
    RetryPolicy,
    SyncVllmClient,
    user,
)
from vllm_client.api.server.status import VERSION_SECONDS
from vllm_client.testing import ErrorReply, RawReply, Reply, SimulatedVllm, Stall

MESSAGES = [user("Hi")]
GUIDED: dict[str, Any] = {"messages": MESSAGES, "extra_body": {"guided_regex": "a"}}
REGEX: dict[str, Any] = {"messages": MESSAGES, "structured_outputs": {"regex": "a"}}


def asked(server: SimulatedVllm) -> int:
    """Return the number of version requests."""
    return sum(request.path == "/version" for request in server.requests)


def read(stream: Any) -> str:
    with stream as opened:
        return str(opened.response().content)


WAYS = {
    "create": lambda client, options: client.chat.completions.create(**options).content,
    "stream=True": lambda client, options: read(
        client.chat.completions.create(**options, stream=True)
    ),
    "stream": lambda client, options: read(client.chat.completions.stream(**options)),
    "send": lambda client, options: (
        client.chat.completions.create().options(**options).send().content
    ),
    "send_stream": lambda client, options: read(
        client.chat.completions.create().options(**options).send_stream()
    ),
    "completions.create": lambda client, options: (
        client.completions.create(**without_messages(options)).content
    ),
    "completions.stream=True": lambda client, options: read(
        client.completions.create(**without_messages(options), stream=True)
    ),
    "completions.stream": lambda client, options: read(
        client.completions.stream(**without_messages(options))
    ),
    "completions.send": lambda client, options: (
        client.completions.create().options(**without_messages(options)).send().content
    ),
    "completions.send_stream": lambda client, options: read(
        client.completions.create().options(**without_messages(options)).send_stream()
    ),
}


def without_messages(options: dict[str, Any]) -> dict[str, Any]:
    return {"prompt": "Hi", **{k: v for k, v in options.items() if k != "messages"}}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_method_warns_about_ignored_options(any_facade: SyncFacade, way: Any) -> None:
    with SimulatedVllm() as server:
        client = any_facade.client(server.base_url)
        for _ in range(3):
            with pytest.warns(IgnoredByServerWarning, match="ignores 'guided_regex'"):
                assert way(client, GUIDED)

        assert asked(server) == 1
        assert server.requests[-1].json["guided_regex"] == "a"
        assert len(server.requests) == 4


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_method_uses_the_option_names_of_an_older_server(
    facade: SyncFacade, way: Any
) -> None:
    with SimulatedVllm(version="0.10.2") as server:
        client = facade.client(server.base_url)
        assert way(client, REGEX)

        sent = server.requests[-1].json
        assert sent["guided_regex"] == "a"
        assert "structured_outputs" not in sent
        assert asked(server) == 1


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_strict_client_refuses_ignored_options(facade: SyncFacade, way: Any) -> None:
    with SimulatedVllm() as server:
        client = facade.client(server.base_url, strict=True)
        with pytest.raises(RequestError, match="ignores 'guided_regex'"):
            way(client, GUIDED)

        assert [request.path for request in server.requests] == ["/version"]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_ordinary_requests_do_not_request_the_version(
    client: Any, server: SimulatedVllm, way: Any
) -> None:
    way(client, {"messages": MESSAGES, "extra_body": {"unheard_of": 1}})

    assert asked(server) == 0


def test_reasoning_in_messages_for_an_old_server_warns(client: Any, server: SimulatedVllm) -> None:
    messages = [*MESSAGES, {"role": "assistant", "content": "a", "reasoning_content": "b"}]
    with pytest.warns(IgnoredByServerWarning, match=r"in messages\[1\]; send 'reasoning'"):
        client.chat.completions.create(messages=[*messages, user("Hi")])

    assert server.requests[-1].json["messages"][:2] == messages


def test_a_warning_points_at_the_callers_line(server: SimulatedVllm) -> None:
    with (
        SyncVllmClient(server.base_url) as client,
        pytest.warns(IgnoredByServerWarning) as caught,
    ):
        client.chat.completions.create(**GUIDED)

    assert caught[0].filename == __file__


def test_copies_of_a_client_request_the_version_once(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url)
    others = [
        client.with_timeout(5),
        client.with_header("X-A", "b"),
        facade.adopt(copy.copy(thing_of(client))),
    ]
    for each in (client, *others):
        thing = each if isinstance(each, Blocking) or not facade.is_async else facade.adopt(each)
        assert thing.chat.completions.create(**REGEX).content

    assert asked(server) == 1


def test_concurrent_threads_request_the_version_once(server: SimulatedVllm) -> None:
    told: list[Any] = []
    with SyncVllmClient(server.base_url) as client:

        def call() -> None:
            told.append(client.chat.completions.create(**REGEX).content)

        threads = [threading.Thread(target=call) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(told) == 20
    assert asked(server) == 1


def test_concurrent_tasks_request_the_version_once_per_loop(server: SimulatedVllm) -> None:
    client = AsyncVllmClient(server.base_url)

    async def call(times: int) -> list[Any]:
        calls = (client.chat.completions.create(**REGEX) for _ in range(times))
        return await asyncio.gather(*calls)

    async def last() -> None:
        await call(20)
        await client.aclose()

    assert len(asyncio.run(call(20))) == 20
    asyncio.run(last())
    assert asked(server) == 1


def test_the_next_task_requests_the_version_if_the_first_is_cancelled(
    server: SimulatedVllm,
) -> None:
    async def calls() -> None:
        async with AsyncVllmClient(server.base_url) as client:
            first = asyncio.create_task(client.chat.completions.create(**REGEX))
            second = asyncio.create_task(client.chat.completions.create(**REGEX))
            await asyncio.to_thread(server.wait_until, lambda: asked(server) == 1)
            first.cancel()
            answer = await second
            assert answer.content
            assert (await asyncio.gather(first, return_exceptions=True)) != [answer]

    server.reply(_version("0.10.2"), path="/version", faults=[Stall(after=0)])
    server.reply(_version("0.10.2"), path="/version")
    asyncio.run(calls())

    assert asked(server) == 2
    assert "guided_regex" in server.requests[-1].json


def _version(version: str) -> Any:
    return RawReply(200, {"version": version}, {})


@pytest.mark.parametrize(
    "answer", [RawReply(404, {"detail": "Not Found"}), RawReply(200, {"version": "dev"})]
)
def test_requests_to_a_server_without_a_version_are_unchanged(
    client: Any, server: SimulatedVllm, answer: RawReply
) -> None:
    server.reply(answer, path="/version")
    for _ in range(2):
        assert client.chat.completions.create(**GUIDED).content

    assert asked(server) == 1
    assert server.requests[-1].json["guided_regex"] == "a"


@pytest.mark.parametrize(
    "answer",
    [
        *(ErrorReply(status, "no") for status in (401, 403, 404, 405, 500, 503)),
        *(RawReply(200, body) for body in ("no JSON", {"version": 5}, {})),
    ],
)
def test_after_another_error_the_next_call_requests_the_version_again(
    facade: SyncFacade, server: SimulatedVllm, answer: ErrorReply | RawReply
) -> None:
    client = facade.client(server.base_url, retry=None, strict=True)
    server.reply(answer, path="/version")
    assert client.chat.completions.create(**GUIDED).content
    for _ in range(2):
        with pytest.raises(RequestError, match="ignores 'guided_regex'"):
            client.chat.completions.create(**GUIDED)

    assert asked(server) == 2


def test_the_version_is_requested_with_the_key_of_the_call(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, retry=None, api_key="wrong-key")
    good = {"Authorization": "Bearer good-key"}
    server.reply(ErrorReply(401, "no"), path="/version")
    assert client.chat.completions.create(**GUIDED).content
    with pytest.warns(IgnoredByServerWarning):
        client.chat.completions.create(**GUIDED, extra_headers=good)

    questions = [request for request in server.requests if request.path == "/version"]
    keys = [request.headers["authorization"] for request in questions]
    assert keys == ["Bearer wrong-key", "Bearer good-key"]
    assert all("content-type" not in request.headers for request in questions)


def test_waiter_asks_again_if_the_first_callers_key_was_rejected(
    server: SimulatedVllm,
) -> None:
    async def calls() -> None:
        async with AsyncVllmClient(server.base_url, retry=None, strict=True) as client:
            calls = (client.chat.completions.create(**GUIDED) for _ in range(3))
            first, *others = await asyncio.gather(*calls, return_exceptions=True)
            assert not isinstance(first, Exception)
            assert all(isinstance(other, RequestError) for other in others)

    server.reply(ErrorReply(401, "no"), path="/version")
    asyncio.run(calls())

    assert asked(server) == 2


def test_an_endless_version_response_does_not_block_a_call(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        with suppress(OSError):
            while True:
                visit.send(b" ")

    def refuse(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno")

    monkeypatch.setattr("vllm_client.api.server.status.VERSION_SECONDS", 0.1)
    with RawServer(drip, refuse) as server:
        client = facade.client(server.base_url, retry=None, timeout=None)
        with pytest.raises(ApiError) as caught:
            client.chat.completions.create(**GUIDED)

    assert caught.value.path == "/v1/chat/completions"


def test_the_version_request_is_retried_like_the_call(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, retry=RetryPolicy(max_retries=1, first_wait=0))
    server.reply(ErrorReply(503, "later"), path="/version")
    with pytest.warns(IgnoredByServerWarning):
        client.chat.completions.create(**GUIDED)

    assert asked(server) == 2


def test_the_timeout_of_the_call_includes_the_version_request(facade: SyncFacade) -> None:
    def never(visit: Visit) -> None:
        visit.read_request()
        visit.wait_until_left()

    with RawServer(never) as server:
        client = facade.client(server.base_url)
        began = time.monotonic()
        with pytest.raises(IoTimeout) as caught:
            client.chat.completions.create(**REGEX, timeout=0.3)

        assert caught.value.clock == "total"
        assert caught.value.seconds == 0.3
        assert time.monotonic() - began < VERSION_SECONDS / 2


def test_waiter_stops_waiting_at_its_own_timeout(facade: SyncFacade) -> None:
    asked = threading.Event()

    def never(visit: Visit) -> None:
        visit.read_request()
        asked.set()
        visit.wait_until_left()

    def patient() -> None:
        with suppress(IoError):
            client.chat.completions.create(**REGEX, timeout=VERSION_SECONDS)

    with RawServer(never) as server:
        client = facade.client(server.base_url, retry=None)
        other = threading.Thread(target=patient)
        other.start()
        assert asked.wait(VERSION_SECONDS)
        began = time.monotonic()
        with pytest.raises(IoTimeout):
            client.chat.completions.create(**REGEX, timeout=0.3)
        waited = time.monotonic() - began

    other.join()
    assert waited < VERSION_SECONDS / 2


def test_a_forked_child_does_not_wait_for_its_parents_threads() -> None:
    program = (
        "import os; from math import inf; from vllm_client._io.threads.waiting import Turns\n"
        "turns = Turns(); turns.take(inf); child = os.fork()\n"
        "if not child: os._exit(0 if turns.take(0.0) else 1)\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


def test_each_server_has_its_own_version(client: Any, server: SimulatedVllm) -> None:
    server.reply(ErrorReply(400, "bad regex"))
    with pytest.raises(ApiError, match="bad regex") as caught:
        client.chat.completions.create(**REGEX)

    assert caught.value.path == "/v1/chat/completions"


def test_strictness_stays_with_copies_and_pickles(facade: SyncFacade) -> None:
    with SimulatedVllm() as server:
        client = thing_of(facade.client(server.base_url, strict=True))
        others = [client.with_timeout(5), copy.copy(client), pickle.loads(pickle.dumps(client))]
        for other in others:
            adopted = facade.adopt(other)
            with pytest.raises(RequestError, match="guided_regex"):
                adopted.chat.completions.create(**GUIDED)


@pytest.mark.parametrize("client_class", [SyncVllmClient, AsyncVllmClient])
def test_strict_must_be_true_or_false(client_class: Any) -> None:
    with pytest.raises(RequestError, match="strict: expected True or False, got 'yes'"):
        client_class("http://h", strict="yes")


def test_a_stream_of_an_older_server_forms_the_plain_answer(facade: SyncFacade) -> None:
    with SimulatedVllm(version="0.10.2") as server:
        server.reply(Reply("Hello!", reasoning="Hm"))
        client = facade.client(server.base_url)
        with client.chat.completions.stream(**REGEX, n=1) as stream:
            response = stream.response()

        assert (response.reasoning, response.content) == ("Hm", "Hello!")
        assert json.loads(server.requests[-1].body)["guided_regex"] == "a"
