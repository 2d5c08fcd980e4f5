"""A function as `api_key=`, with both clients."""

from __future__ import annotations

import asyncio
import gc
import inspect
import time
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest

from tests.facades.test_local_variables import KEY, shown
from vllm_client import Timeout
from vllm_client.openai import (
    APITimeoutError,
    AsyncOpenAI,
    AuthenticationError,
    OpenAI,
    OpenAIError,
    omit,
)
from vllm_client.testing import ErrorReply, SimulatedVllm

BUSY = ErrorReply(503, "busy", retry_after=0)
QUESTION: dict[str, Any] = {"model": "tiny", "messages": [{"role": "user", "content": "Hi"}]}
Make = Callable[..., Any]


class Keys:
    """Return key-1, key-2 and so on."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self) -> str:
        return f"key-{next(self._numbers)}"


def must_not_be_called() -> str:
    raise AssertionError("the key is not needed")


def own_key(secret: Any) -> Any:
    return secret


async def async_key() -> str:
    await asyncio.sleep(0)
    return "async-key"


def promised_key() -> Any:
    return async_key()


def sent(server: SimulatedVllm) -> list[str | None]:
    return [request.headers.get("authorization") for request in server.requests]


@pytest.fixture(params=[OpenAI, AsyncOpenAI])
def make(request: pytest.FixtureRequest, server: SimulatedVllm) -> Make:
    return partial(request.param, base_url=server.base_url)


def call(client: Any, *requests: Callable[[Any], Any]) -> None:
    """Make requests with a client of either kind, and close it."""

    async def main() -> None:
        try:
            for request in requests:
                answer = request(client)
                answer = await answer if inspect.isawaitable(answer) else answer
                if hasattr(answer, "response"):
                    closed = answer.close()
                    await closed if inspect.isawaitable(closed) else closed
        finally:
            closed = client.close()
            await closed if inspect.isawaitable(closed) else closed

    asyncio.run(main())


def models(client: Any) -> Any:
    return client.models.list()


def chat(client: Any) -> Any:
    return client.chat.completions.create(**QUESTION)


def stream(client: Any) -> Any:
    return client.chat.completions.create(**QUESTION, stream=True)


def test_each_attempt_sends_a_new_key(make: Make, server: SimulatedVllm) -> None:
    server.reply(BUSY)
    call(make(api_key=Keys()), chat, models)
    server.reply(BUSY)
    call(make(api_key=Keys()), stream)

    assert sent(server) == [f"Bearer key-{number}" for number in (1, 2, 3, 1, 2)]


def test_api_key_attribute_is_the_last_key_of_the_function(make: Make) -> None:
    client = make(api_key=Keys())
    other = client.with_options(timeout=9)
    assert (client.api_key, client.auth_headers) == ("", {})

    call(client, models, lambda _: models(other))

    assert client.api_key == other.api_key == "key-2"
    assert client.auth_headers == {"Authorization": "Bearer key-2"}


def test_authorization_header_of_the_caller_wins(make: Make, server: SimulatedVllm) -> None:
    headers = {"authorization": "Own a"}
    call(make(api_key=must_not_be_called, default_headers=headers), models)
    call(
        make(api_key=must_not_be_called),
        lambda client: client.models.list(extra_headers={"Authorization": "Own b"}),
        lambda client: client.models.list(extra_headers={"Authorization": "Own c", "x": omit}),
        lambda client: models(client.with_options(default_headers={"Authorization": "Own d"})),
    )
    assert sent(server) == ["Own a", "Own b", "Own c", "Own d"]


@pytest.mark.parametrize("key", ["text", must_not_be_called])
def test_omitted_authorization_header_sends_no_key(
    make: Make, server: SimulatedVllm, key: Any
) -> None:
    headers = {"AUTHORIZATION": omit}
    call(make(api_key=key, default_headers=headers), models)
    call(
        make(api_key=key),
        lambda client: client.models.list(extra_headers=headers),
        lambda client: models(client.with_options(default_headers=headers)),
    )
    assert sent(server) == [None] * 3


def test_copies_inherit_the_function_and_can_replace_it(make: Make, server: SimulatedVllm) -> None:
    call(
        make(api_key=Keys(), default_headers={"x": "1"}),
        lambda client: models(client.copy(organization="o")),
        lambda client: client.models.list(extra_headers={"x": omit}),
        lambda client: models(client.copy(api_key=lambda: "other")),
        lambda client: models(client.copy(api_key="text")),
        lambda client: models(client.copy(base_url=server.base_url)),
    )
    keys = ["key-1", "key-2", "other", "text", "key-3"]
    assert sent(server) == [f"Bearer {key}" for key in keys]
    assert server.requests[0].headers["openai-organization"] == "o"
    assert "x" not in server.requests[1].headers


def test_function_can_be_assigned(make: Make, server: SimulatedVllm) -> None:
    client = make(api_key="k")
    client.api_key = Keys()
    call(client, models)
    assert sent(server) == ["Bearer key-1"]


def test_copies_with_another_key_are_freed(make: Make) -> None:
    client = make(api_key="k")
    gc.collect()
    before = len(client._opened)

    for _ in range(5):
        client.copy(api_key=Keys())
        client.api_key = "other"
    gc.collect()

    assert len(client._opened) <= before
    call(client, models)
    assert client.is_closed()


def test_closing_a_client_closes_copies_with_another_key(make: Make) -> None:
    client = make()
    other = client.copy(api_key=must_not_be_called)
    call(client, models)
    assert other.is_closed()
    with pytest.raises(OpenAIError, match="closed"):
        call(other, models)


@pytest.mark.parametrize("returned", [None, b"key", "", "a\nb", 5])
def test_wrong_result_is_an_openai_error(make: Make, server: SimulatedVllm, returned: Any) -> None:
    client = make(api_key=lambda: returned)
    with pytest.raises(OpenAIError, match=r"^api_key: "):
        call(client, models)
    assert server.requests == []


def test_error_of_the_function_is_raised_unchanged(make: Make, server: SimulatedVllm) -> None:
    error = LookupError("no token")

    def fail() -> str:
        raise error

    with pytest.raises(LookupError) as caught:
        call(make(api_key=fail), models)
    assert caught.value is error
    assert server.requests == []


@pytest.mark.parametrize("returned", [KEY, f"{KEY}\n", KEY.encode(), [KEY]])
@pytest.mark.parametrize("request_", [chat, stream])
def test_key_is_in_no_repr_no_error_and_no_local_variable(
    make: Make, server: SimulatedVllm, returned: Any, request_: Callable[[Any], Any]
) -> None:
    server.reply(ErrorReply(401, f"the key {KEY} is wrong"))
    client = make(api_key=partial(own_key, returned))
    with pytest.raises(OpenAIError) as caught:
        call(client, request_)

    assert isinstance(caught.value, AuthenticationError) == (returned == KEY)
    assert KEY not in f"{caught.value!r} {vars(caught.value)!r} {client!r} {client._options!r}"
    assert shown(caught.value) == []


@pytest.mark.parametrize("key", [f"{KEY}\n", KEY.encode(), partial(own_key, KEY)])
def test_key_is_in_no_local_variable_if_the_client_cannot_be_created(make: Make, key: Any) -> None:
    with pytest.raises(OpenAIError) as caught:
        make(api_key=key, default_headers={"x-key": KEY, "bad name": "a"})
    assert shown(caught.value) == []


def test_async_client_awaits_an_async_function(server: SimulatedVllm) -> None:
    for function in (async_key, promised_key):
        call(AsyncOpenAI(base_url=server.base_url, api_key=function), models, stream)
    assert sent(server) == ["Bearer async-key"] * 4


def test_timeout_of_the_call_covers_an_async_function(server: SimulatedVllm) -> None:
    async def too_slow() -> str:
        await asyncio.sleep(60)
        return KEY

    limit = Timeout(total=0.05)
    client = AsyncOpenAI(base_url=server.base_url, api_key=too_slow, timeout=limit)
    began = time.monotonic()
    with pytest.raises(APITimeoutError):
        call(client, models)
    assert time.monotonic() - began < 30
    assert server.requests == []


def test_sync_client_refuses_an_async_function(server: SimulatedVllm) -> None:
    wrong: Any = async_key
    with pytest.raises(OpenAIError, match="the function is async"):
        OpenAI(base_url=server.base_url, api_key=wrong)
    with OpenAI(base_url=server.base_url, api_key="k") as client:
        with pytest.raises(OpenAIError, match="the function is async"):
            client.copy(api_key=wrong)
        with pytest.raises(OpenAIError, match="the function is async"):
            client.api_key = wrong
        models(client)
    with pytest.raises(OpenAIError, match="the function is async"):
        call(OpenAI(base_url=server.base_url, api_key=promised_key), models)
    assert sent(server) == ["Bearer k"]
