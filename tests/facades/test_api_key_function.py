"""A function as `api_key=`, which returns the key of each request, with both clients."""

from __future__ import annotations

import asyncio
import pickle
import time
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import pytest

from tests.facades.dialogue import ask, hear, stream
from tests.facades.drivers import Blocking, SyncFacade, thing_of
from tests.facades.test_local_variables import shown
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    IoError,
    IoTimeout,
    Observer,
    RequestError,
    Servers,
    SyncVllmClient,
)
from vllm_client.testing import ErrorReply, Reply, SimulatedVllm

KEY = "sk-4f9a1c7be2d84035b6a9e0d1c2f3a4b5"


class Keys:
    """Return key-1, key-2 and so on."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self) -> str:
        return f"key-{next(self._numbers)}"


def fixed_key() -> str:
    return KEY


def sent(server: SimulatedVllm) -> list[str | None]:
    return [request.headers.get("authorization") for request in server.requests]


BUSY = ErrorReply(503, "busy", retry_after=0)


def test_each_attempt_sends_the_key_that_the_function_returns_at_that_time(
    any_facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = any_facade.client(server.base_url, api_key=Keys())
    server.reply(BUSY, Reply("a"))

    ask(client)
    client.request("GET", "/v1/models")

    assert sent(server) == ["Bearer key-1", "Bearer key-2", "Bearer key-3"]


@pytest.mark.parametrize("wait", [True, False])
def test_stream_calls_the_function_once_for_each_attempt(
    any_facade: SyncFacade, server: SimulatedVllm, wait: bool
) -> None:
    client = any_facade.client(server.base_url, api_key=Keys())
    server.reply(BUSY, Reply("a b"))

    assert hear(client, wait=wait).text == "a b"

    assert sent(server) == ["Bearer key-1", "Bearer key-2"]


def test_observers_can_add_header_fields_beside_the_key(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    class Tracing(Observer):
        def attempt(self, call: Any, attempt: Any) -> dict[str, str]:
            return {"traceparent": "00-1-2-01"}

    client = facade.client(server.base_url, api_key=Keys(), observers=[Tracing()])
    server.reply(BUSY, Reply("a"))

    ask(client)

    assert sent(server) == ["Bearer key-1", "Bearer key-2"]
    assert all(request.headers["traceparent"] for request in server.requests)


def test_several_servers_get_the_key_and_not_the_credentials_of_their_urls(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    with SimulatedVllm() as other:
        urls = [url.replace("//", "//me:word@") for url in (server.base_url, other.base_url)]
        client = facade.client(Servers(urls), api_key=Keys())
        server.reply(BUSY, path="/v1/chat/completions")
        other.reply(BUSY, path="/v1/chat/completions")

        ask(client)

        keys = [
            str(key) for each in (server, other) for key in sent(each)
        ]  # probes send a key, too
        assert len(keys) >= 3
        assert len({*keys}) == len(keys)
        assert all(key.startswith("Bearer key-") for key in keys)


def test_version_request_sends_a_key(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url, api_key=Keys())
    ask(client, structured_outputs={"regex": "a"})
    assert sent(server) == ["Bearer key-1", "Bearer key-2"]


def test_rows_of_a_run_send_the_key_of_the_function(
    facade: SyncFacade, server: SimulatedVllm, tmp_path: Any
) -> None:
    client = facade.client(server.base_url, api_key=fixed_key)
    builder = client.chat.completions.create()

    assert len(list(builder.map(["a", "b"]))) == 2
    builder.bulk(["c", "d"], tmp_path / "out.jsonl")

    chats = [r for r in server.requests if r.path == "/v1/chat/completions"]
    assert [r.headers["authorization"] for r in chats] == [f"Bearer {KEY}"] * 4


@pytest.mark.parametrize("error", [LookupError("no token"), IoError("no token server")])
def test_error_of_the_function_is_raised_as_it_is_and_nothing_is_sent(
    facade: SyncFacade, server: SimulatedVllm, error: Exception
) -> None:
    def fail() -> str:
        raise error

    client = facade.client(server.base_url, api_key=fail)
    builder = client.chat.completions.create()
    for call in (ask, hear, lambda client: list(builder.map(["a"]))):
        if call is hear and isinstance(error, IoError):
            assert hear(client).error is error
            continue
        with pytest.raises(type(error)) as caught:
            call(client)
        assert caught.value is error
    assert server.requests == []


@pytest.mark.parametrize("returned", [None, b"key", "", "a\nb", 5])
def test_invalid_keys_are_refused(facade: SyncFacade, server: SimulatedVllm, returned: Any) -> None:
    with pytest.raises(RequestError, match=r"^api_key: "):
        ask(facade.client(server.base_url, api_key=lambda: returned))
    assert server.requests == []


def test_header_field_of_the_caller_wins(facade: SyncFacade, server: SimulatedVllm) -> None:
    def fail() -> str:
        raise AssertionError("it is not needed")

    ask(facade.client(server.base_url, api_key=fail), extra_headers={"Authorization": "Own a"})
    ask(facade.client(server.base_url, api_key=fail, headers={"authorization": "Own b"}))
    assert sent(server) == ["Own a", "Own b"]


def test_copies_inherit_the_function_and_can_replace_it(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, api_key=Keys())
    ask(client.with_header("x-a", "1"))
    ask(client.with_api_key(lambda: "other"))
    ask(client.with_api_key("text"))
    ask(client.with_api_key(None))
    assert sent(server) == ["Bearer key-1", "Bearer other", "Bearer text", None]


def test_function_is_pickled_by_its_name(facade: SyncFacade, server: SimulatedVllm) -> None:
    pickled = pickle.dumps(thing_of(facade.client(server.base_url, api_key=fixed_key)))
    assert KEY.encode() not in pickled
    ask(facade.adopt(pickle.loads(pickled)))
    assert sent(server) == [f"Bearer {KEY}"]


class AccessToken(NamedTuple):
    """The form in which libraries for cloud credentials return tokens."""

    token: str
    expires_on: int


@pytest.mark.parametrize("call", [ask, stream])
def test_key_is_in_no_repr_no_error_and_no_local_variable(
    facade: SyncFacade, server: SimulatedVllm, call: Any
) -> None:
    def key_of(secret: str) -> str:
        return secret

    client = facade.client(server.base_url, api_key=partial(key_of, KEY), retry=None)
    server.reply(ErrorReply(401, f"the key {KEY} is wrong"))
    with pytest.raises(ApiError) as caught:
        call(client)
    assert KEY not in f"{caught.value!r} {vars(caught.value)!r} {client!r}"
    assert shown(caught.value) == []
    wrong_keys: list[Any] = [
        KEY.encode,
        lambda: f"{KEY}\n",
        partial(key_of, KEY + "\n"),
        lambda: AccessToken(KEY, 3600),
        lambda: [KEY],
    ]
    for wrong in wrong_keys:
        with pytest.raises(RequestError) as refused:
            ask(client.with_api_key(wrong))
        assert shown(refused.value) == []


def test_failed_function_shows_no_bound_argument(facade: SyncFacade, server: SimulatedVllm) -> None:
    def fail(secret: str) -> str:
        raise LookupError

    client = facade.client(server.base_url, api_key=partial(fail, KEY))
    with pytest.raises(LookupError) as caught:
        ask(client)
    assert shown(caught.value) == []


# Functions that are async.


async def async_key() -> str:
    await asyncio.sleep(0)
    return "async-key"


def promised_key() -> Any:
    return async_key()


class AsyncKeys:
    async def __call__(self) -> str:
        return "async-key"


@pytest.mark.parametrize("function", [async_key, AsyncKeys(), promised_key])
def test_async_client_awaits_an_async_function(server: SimulatedVllm, function: Any) -> None:
    async def main() -> None:
        async with AsyncVllmClient(server.base_url, api_key=function) as client:
            await client.models.list()
            async with client.with_api_key(async_key) as other:
                await other.models.list()

    asyncio.run(main())
    assert sent(server) == ["Bearer async-key"] * 2


def test_wrong_result_of_an_async_function_is_in_no_local_variable(server: SimulatedVllm) -> None:
    async def token() -> Any:
        return AccessToken(KEY, 3600)

    async def main() -> None:
        async with AsyncVllmClient(server.base_url, api_key=token) as client:
            with pytest.raises(RequestError, match="expected text, got AccessToken") as refused:
                await client.models.list()
            assert shown(refused.value) == []

    asyncio.run(main())


def test_timeout_of_the_call_covers_an_async_function(server: SimulatedVllm) -> None:
    async def too_slow() -> str:
        await asyncio.sleep(60)
        return KEY

    async def late() -> str:
        raise TimeoutError("of its own")

    async def main() -> None:
        async with AsyncVllmClient(server.base_url, api_key=too_slow, timeout=0.05) as client:
            began = time.monotonic()
            with pytest.raises(IoTimeout, match=r"0\.05 s \(Timeout\.total\), as the function"):
                await client.models.list()
            assert time.monotonic() - began < 30
            with pytest.raises(TimeoutError, match="of its own"):
                await client.with_api_key(late).models.list()

    asyncio.run(main())
    assert server.requests == []


@pytest.mark.parametrize("function", [async_key, AsyncKeys(), partial(async_key)])
def test_sync_client_refuses_an_async_function_at_construction(function: Any) -> None:
    with pytest.raises(RequestError, match="async: only the async client can call it"):
        SyncVllmClient("http://127.0.0.1:9/v1", api_key=function)
    with SyncVllmClient("http://127.0.0.1:9/v1") as client, pytest.raises(RequestError):
        client.with_api_key(function)


def test_sync_client_refuses_a_function_that_turns_out_to_be_async(server: SimulatedVllm) -> None:
    client = SyncVllmClient(server.base_url, api_key=promised_key)
    with client, pytest.raises(RequestError, match="the function is async"):
        client.models.list()
    assert server.requests == []


def test_tasks_and_threads_can_call_the_function_concurrently(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    client = facade.client(server.base_url, api_key=Keys())
    if isinstance(client, Blocking):

        async def together() -> None:
            await asyncio.gather(*[client.thing.models.list() for _ in range(8)])

        client._thread.do(together())
    else:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: client.models.list(), range(8)))
    assert {*sent(server)} == {f"Bearer key-{number}" for number in range(1, 9)}
