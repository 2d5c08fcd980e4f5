"""Code that differs between async and sync; `_sync/waiting.py` defines the same names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from .._call import Mode, with_mode
from .._raw_response import LegacyAPIResponse
from .pages import AsyncPage
from .response import AsyncAPIResponse

P = ParamSpec("P")
T = TypeVar("T")


class Pages(Generic[T]):
    """A list of the API: `await` returns its page, `async for` iterates over its items."""

    def __init__(self, load: Callable[[], Awaitable[Any]]) -> None:
        self._load = load

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        return self._load().__await__()

    async def __aiter__(self) -> AsyncIterator[T]:
        page: AsyncPage[T] = await self._load()
        async for item in page:
            yield item


def pages(load: Callable[[], Awaitable[Any]]) -> Pages[Any]:
    """Return a list that is loaded when it is awaited or iterated over."""
    return Pages(load)


class ResponseContextManager(Generic[T]):
    """The result of a method of `with_streaming_response`, whose `with` block sends the request."""

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
    """Wrap a method so that it returns the HTTP response, whose `parse()` returns the result."""

    @wraps(function)
    async def send(*args: P.args, **options: P.kwargs) -> Any:
        call: Any = function
        return await call(*args, **with_mode(options, Mode.RAW))

    return send


def to_streamed_response(
    function: Callable[P, Awaitable[T]],
) -> Callable[P, ResponseContextManager[T]]:
    """Wrap a method as a context manager that yields the unread HTTP response."""

    @wraps(function)
    def send(*args: P.args, **options: P.kwargs) -> Any:
        changed: Any = with_mode(options, Mode.STREAMING)
        call: Any = function
        return ResponseContextManager(lambda: call(*args, **changed))

    return send
