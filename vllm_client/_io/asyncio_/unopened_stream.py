"""A stream of the async client before it is opened. The sync client opens its streams at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Protocol, Self, TypeVar


class AnyStream(Protocol):
    """The interface of a stream that `UnopenedStream` opens."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    def __aiter__(self) -> AsyncIterator[Any]: ...


S = TypeVar("S", bound=AnyStream)


class UnopenedStream(Generic[S]):
    """A stream that is not open yet: `await` it, use `async with`, or read it by `async for`."""

    __slots__ = ("_open", "_stream")

    def __init__(self, open_stream: Callable[[], Awaitable[S]]) -> None:
        self._open = open_stream
        self._stream: S | None = None

    def __repr__(self) -> str:
        return "<a stream that is not open yet: enter it with `async with`, or await it>"

    def __await__(self) -> Generator[Any, Any, S]:
        return self._open().__await__()

    async def __aenter__(self) -> S:
        self._stream = await self._open()
        return await self._stream.__aenter__()

    async def __aexit__(self, *exc_info: object) -> None:
        if self._stream is not None:
            await self._stream.__aexit__(*exc_info)

    async def __aiter__(self) -> AsyncIterator[Any]:
        async with await self._open() as stream:
            async for item in stream:
                yield item

    if not TYPE_CHECKING:  # so that type checkers report `with` and `for` as errors

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(
                f"no {name!r}: this stream is not open yet; write `async with … as stream`, or "
                "`stream = await …`",
                name=name,
                obj=self,
            )

        def __iter__(self) -> NoReturn:
            raise TypeError("this stream is of an async client: read it with `async for`")

        def __enter__(self) -> NoReturn:
            raise TypeError("this stream is of an async client: enter it with `async with`")

        __exit__ = __enter__  # `with` looks up `__exit__` too before it calls `__enter__`
