"""Code that differs between async and sync; the sync package has a file with equal names."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from .._call import Mode, with_mode
from .._raw_response import LegacyAPIResponse
from .pages import AsyncPage
from .response import AsyncAPIResponse

P = ParamSpec("P")
T = TypeVar("T")


async def key_from(function: Callable[[], Any]) -> Any:
    """The API key that a function of the caller's gives, async or not."""
    key = function()
    return await key if inspect.isawaitable(key) else key


class Pages(Generic[T]):
    """A list of the API: `await` it for the page, or iterate over the items of all pages."""

    def __init__(self, load: Callable[[], Awaitable[Any]]) -> None:
        self._load = load

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        return self._load().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        page: AsyncPage[T] = await self._load()
        async for item in page:
            yield item


def pages(load: Callable[[], Awaitable[Any]]) -> Pages[Any]:
    """A list, which is loaded when it is awaited or iterated over."""
    return Pages(load)


class ResponseContextManager(Generic[T]):
    """The result of a streaming method; entering its `with` block sends the request."""

    def __init__(self, send: Callable[[], Awaitable[Any]]) -> None:
        self._send = send
        self._response: AsyncAPIResponse[T] | None = None

    async def __aenter__(self) -> AsyncAPIResponse[T]:
        response: AsyncAPIResponse[T] = await self._send()
        self._response = response
        return response

    async def __aexit__(self, *exc_info: object) -> None:
        if self._response is not None:
            await self._response.close()


def to_raw_response(
    function: Callable[P, Awaitable[T]],
) -> Callable[P, Awaitable[LegacyAPIResponse[T]]]:
    """The same method, giving the response with its value."""

    @wraps(function)
    async def send(*args: P.args, **options: P.kwargs) -> Any:
        call: Any = function
        return await call(*args, **with_mode(options, Mode.RAW))

    return send


def to_streamed_response(
    function: Callable[P, Awaitable[T]],
) -> Callable[P, ResponseContextManager[T]]:
    """The same method, giving the open response in a `with` block."""

    @wraps(function)
    def send(*args: P.args, **options: P.kwargs) -> Any:
        changed: Any = with_mode(options, Mode.STREAMING)
        call: Any = function
        return ResponseContextManager(lambda: call(*args, **changed))

    return send
