"""Mix-ups of sync and async, and content of the wrong type: the error says what to write."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any
from unittest import mock

import pytest

from tests.facades.dialogue import QUESTION
from vllm_client import AsyncVllmClient, RequestError, SyncVllmClient, assistant, user
from vllm_client.testing import SimulatedVllm

MESSAGES = QUESTION["messages"]
NOWHERE = "http://127.0.0.1:9/v1"


async def read_async(stream: Any) -> None:
    async for _ in stream:
        raise AssertionError("it was read")


async def enter_async(thing: Any) -> None:
    async with thing:
        raise AssertionError("it was entered")


def enter(thing: Any) -> None:
    with thing:
        raise AssertionError("it was entered")


def read(stream: Any) -> None:
    for _ in stream:
        raise AssertionError("it was read")


def weather() -> str:
    """The weather."""
    return "mild"


SYNC_STREAMS: dict[str, Callable[[SyncVllmClient], Any]] = {
    "stream": lambda client: client.chat.completions.stream(MESSAGES),
    "stream=True": lambda client: client.chat.completions.create(MESSAGES, stream=True),
    "stream_tools": lambda client: client.chat.completions.stream_tools(MESSAGES, tools=[weather]),
    "map": lambda client: client.chat.completions.create().map(["a"]),
}


@pytest.mark.parametrize("open_stream", SYNC_STREAMS.values(), ids=SYNC_STREAMS)
def test_sync_stream_is_entered_with_with(
    server: SimulatedVllm, open_stream: Callable[[SyncVllmClient], Any]
) -> None:
    with SyncVllmClient(server.base_url) as client, open_stream(client) as stream:
        with pytest.raises(TypeError, match=r"is not async: enter it with `with`$"):
            asyncio.run(enter_async(stream))
        with pytest.raises(TypeError, match=f"__aiter__ method, got {type(stream).__name__}"):
            asyncio.run(read_async(stream))


SYNC_ITERABLES = SYNC_STREAMS | {
    "stream_request": lambda client: client.stream_request("GET", "/v1/models"),
}


@pytest.mark.parametrize("open_stream", SYNC_ITERABLES.values(), ids=SYNC_ITERABLES)
def test_sync_stream_does_not_count_as_an_async_iterable(
    server: SimulatedVllm, open_stream: Callable[[SyncVllmClient], Any]
) -> None:
    with SyncVllmClient(server.base_url) as client, open_stream(client) as stream:
        assert not isinstance(stream, AsyncIterable)


@pytest.mark.parametrize("kind", ["map", "stream"])
def test_rows_of_a_run_may_come_from_a_run_or_stream(server: SimulatedVllm, kind: str) -> None:
    with SyncVllmClient(server.base_url) as client, SYNC_STREAMS[kind](client) as rows:
        ask = client.chat.completions.create()
        answers = list(ask.map(rows, body=lambda row: type(row).__name__))
        assert answers
        assert all(answer.content for answer in answers)


ASYNC_STREAMS: dict[str, Callable[[AsyncVllmClient], Any]] = {
    "stream": lambda client: client.chat.completions.stream(MESSAGES),
    "stream=True": lambda client: client.chat.completions.create(MESSAGES, stream=True),
    "map": lambda client: client.chat.completions.create().map(["a"]),
}


@pytest.mark.parametrize("kind", ASYNC_STREAMS)
def test_rows_of_an_async_run_may_come_from_an_async_run_or_stream(
    server: SimulatedVllm, kind: str
) -> None:
    async def main() -> None:
        async with (
            AsyncVllmClient(server.base_url) as client,
            ASYNC_STREAMS[kind](client) as rows,
        ):
            assert isinstance(rows, Iterable)  # though it is not one: see asyncio_/mix_ups.py
            ask = client.chat.completions.create()
            answers = [
                answer async for answer in ask.map(rows, body=lambda row: type(row).__name__)
            ]
            assert answers
            assert all(answer.content for answer in answers)

    asyncio.run(main())


def test_client_says_which_with_it_needs() -> None:
    with pytest.raises(TypeError, match="SyncVllmClient is not async: enter it with `with`"):
        asyncio.run(enter_async(SyncVllmClient(NOWHERE)))
    with pytest.raises(TypeError, match="AsyncVllmClient is async: enter it with `async with`"):
        enter(AsyncVllmClient(NOWHERE))


def test_async_streams_are_read_with_async_for(server: SimulatedVllm) -> None:
    async def main() -> None:
        async with AsyncVllmClient(server.base_url) as client:
            chat = client.chat.completions
            opening = chat.stream(MESSAGES)
            for use, message in ((read, "`async for`"), (enter, "`async with`")):
                with pytest.raises(TypeError, match=message):
                    use(opening)
            with pytest.raises(AttributeError, match="no 'response': this stream is not open yet"):
                opening.response()  # type: ignore[attr-defined]
            opened = [
                await chat.stream(MESSAGES),
                await chat.create(MESSAGES, stream=True),
                await chat.stream_tools(MESSAGES, tools=[weather]),
                chat.create().map(["a"]),
            ]
            for stream in opened:
                with pytest.raises(TypeError, match="is async: read it with `async for`"):
                    read(stream)
                with pytest.raises(TypeError, match="is async: enter it with `async with`"):
                    enter(stream)
                await stream.aclose()  # type: ignore[attr-defined]

    asyncio.run(main())


ASYNC_CALLS: dict[str, Callable[[AsyncVllmClient], Any]] = {
    "create": lambda client: client.chat.completions.create(MESSAGES),
    "parse": lambda client: client.chat.completions.parse(MESSAGES, response_format=str),
    "send": lambda client: client.chat.completions.create().messages(MESSAGES).send(),
    "run_tools": lambda client: client.chat.completions.run_tools(MESSAGES, tools=[weather]),
    "completions": lambda client: client.completions.create("Once"),
    "embeddings": lambda client: client.embeddings.create("a"),
    "responses": lambda client: client.responses.create("Hi"),
    "retrieve": lambda client: client.responses.retrieve("resp_1"),
    "messages": lambda client: client.messages.create(MESSAGES, model="m", max_tokens=5),
    "transcriptions": lambda client: client.audio.transcriptions.create(b"RIFF"),
    "models": lambda client: client.models.list(),
    "health": lambda client: client.health(),
    "tokenize": lambda client: client.tokenize("a"),
    "score": lambda client: client.score(queries="a", documents="b"),
    "request": lambda client: client.request("GET", "/v1/models"),
    "sleep": lambda client: client.sleep(),
    "lora": lambda client: client.unload_lora_adapter(lora_name="a"),
}


@pytest.mark.parametrize("call", ASYNC_CALLS.values(), ids=ASYNC_CALLS)
def test_call_that_is_not_awaited_says_to_await_it(call: Callable[[AsyncVllmClient], Any]) -> None:
    pending = call(AsyncVllmClient(NOWHERE))
    with pytest.raises(AttributeError, match=r"not awaited; write \(await …\)\.content"):
        _ = pending.content
    with pytest.raises(TypeError, match=r"not awaited: write \(await …\)\[0\]"):
        _ = pending[0]
    for use in (read, enter, lambda it: asyncio.run(read_async(it))):
        with pytest.raises(TypeError, match="not awaited: write `await`"):
            use(pending)
    assert repr(pending) == "<a call of an async client, not awaited: write `await`>"
    assert not hasattr(pending, "content")
    assert inspect.isawaitable(pending)
    pending.close()  # avoids a warning of Python that it was never awaited


@pytest.mark.parametrize("call", ASYNC_CALLS.values(), ids=ASYNC_CALLS)
def test_pending_call_counts_as_a_coroutine(call: Callable[[AsyncVllmClient], Any]) -> None:
    pending = call(AsyncVllmClient(NOWHERE))
    assert inspect.iscoroutine(pending)
    assert asyncio.iscoroutine(pending)
    assert inspect.getcoroutinestate(pending) == inspect.CORO_CREATED
    pending.close()


def test_pending_call_is_true_like_any_coroutine_and_python_warns() -> None:
    with pytest.warns(RuntimeWarning, match=r"'AsyncServerCalls\.health' was never awaited"):
        assert AsyncVllmClient(NOWHERE).health()


def test_task_of_a_pending_call_has_a_repr_before_it_starts() -> None:
    async def main() -> None:
        task = asyncio.create_task(AsyncVllmClient(NOWHERE).health())
        shown = repr(task)  # it takes the truth of the coroutine since Python 3.12
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert "pending" in shown
        assert "AsyncServerCalls.health" in shown

    asyncio.run(main())


def test_mocks_of_the_async_client_are_awaited() -> None:
    async def main() -> None:
        client = mock.create_autospec(AsyncVllmClient(NOWHERE), spec_set=True)
        client.health.return_value = True
        assert await client.health() is True
        with mock.patch.object(AsyncVllmClient, "version", autospec=True, return_value="1"):
            assert await AsyncVllmClient(NOWHERE).version() == "1"

    asyncio.run(main())


def test_reading_methods_of_async_streams_say_to_await_them(server: SimulatedVllm) -> None:
    async def main() -> None:
        async with (
            AsyncVllmClient(server.base_url) as client,
            client.chat.completions.stream(MESSAGES) as stream,
        ):
            for pending in (stream.response(), stream.text(), stream.collect_content()):
                with pytest.raises(AttributeError, match=r"write \(await …\)\.usage"):
                    _ = pending.usage  # type: ignore[attr-defined]
                pending.close()
            assert (await stream.response()).usage

    asyncio.run(main())


def test_pending_call_is_a_coroutine_to_asyncio(server: SimulatedVllm) -> None:
    async def main() -> None:
        async with AsyncVllmClient(server.base_url) as client:
            list_models = client.models.list
            found = [
                await list_models(),
                await asyncio.create_task(list_models()),
                *await asyncio.gather(list_models(), list_models()),
                await asyncio.wait_for(list_models(), 30),
                await asyncio.shield(list_models()),
            ]
            async with asyncio.TaskGroup() as group:
                task = group.create_task(list_models())
            assert "AsyncModels.list" in repr(task)
            found.append(task.result())
            assert {models.data[0].id for models in found} == {"simulated"}
            cancelled = asyncio.create_task(list_models())
            await asyncio.sleep(0)
            cancelled.cancel()
            with pytest.raises(asyncio.CancelledError):
                await cancelled

    asyncio.run(main())


WRONG_CONTENT: dict[str, tuple[Callable[[SyncVllmClient], Any], str]] = {
    "text as messages": (
        lambda client: client.chat.completions.create("Hi"),  # type: ignore[call-overload]
        r"messages: expected a list, got 'Hi'; write messages=\[user\('Hi'\)\]",
    ),
    "long text as messages": (
        lambda client: client.chat.completions.create("Hi" * 50),  # type: ignore[call-overload]
        r"write messages=\[user\(…\)\]",
    ),
    "one message as messages": (
        lambda client: client.chat.completions.create(user("Hi")),  # type: ignore[call-overload]
        r"write messages=\[…\], a list",
    ),
    "text as a message": (
        lambda client: client.chat.completions.create().messages(["Hi"]).send(),  # type: ignore[list-item]
        r"messages\[0\]: expected a message, got 'Hi'; write messages=\[user\('Hi'\)\]",
    ),
    "text as messages of a builder": (
        lambda client: client.chat.completions.create().messages("Hi"),  # type: ignore[arg-type]
        r"write messages=\[user\('Hi'\)\]",
    ),
    "text as Anthropic's messages": (
        lambda client: client.messages.create("Hi", model="m", max_tokens=5),  # type: ignore[call-overload]
        r"write messages=\[user\('Hi'\)\]",
    ),
    "messages as prompt": (
        lambda client: client.completions.create([user("Hi")]),  # type: ignore[list-item]
        "prompt: expected text, got messages: .*; client.chat.completions takes messages",
    ),
    "message as prompt": (
        lambda client: client.completions.create(assistant("Hi")),  # type: ignore[call-overload]
        "client.chat.completions takes messages",
    ),
    "messages as prompt to tokenize": (
        lambda client: client.tokenize([user("Hi")]),  # type: ignore[call-overload]
        "prompt: expected text, got messages: .*; write messages=…",
    ),
    "a function as tools": (
        lambda client: client.chat.completions.create(MESSAGES, tools=weather),  # type: ignore[call-overload]
        r"tools: .*; write tools=\[function_tool\(…\)\]",
    ),
    "text as response_format": (
        lambda client: client.chat.completions.create(MESSAGES, response_format="json_object"),  # type: ignore[call-overload]
        "response_format: expected a dict, such as {'type': 'json_object'}, got 'json_object'",
    ),
}


@pytest.mark.parametrize(("call", "message"), WRONG_CONTENT.values(), ids=WRONG_CONTENT)
def test_content_of_another_kind_is_refused_with_what_to_write(
    call: Callable[[SyncVllmClient], Any], message: str
) -> None:
    with SyncVllmClient(NOWHERE) as client, pytest.raises(RequestError, match=message):
        call(client)
