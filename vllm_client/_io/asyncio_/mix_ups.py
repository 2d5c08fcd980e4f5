"""Explain mistakes such as a missing `await`. `threads/mix_ups.py` is the sync counterpart.

Pending calls and async streams have an `__iter__` that raises, thus `isinstance(…, Iterable)` is
True for them, and pending calls count as `AsyncIterable` too. This is accepted: without `__iter__`,
the error of `for` would not say what to write. Code that takes both kinds of iterables, such as
`map` and web frameworks, checks for `AsyncIterable` first, so that it reads async streams
correctly. All other code gets the error with advice when it begins to iterate.

A pending call is true, like any coroutine. A `__bool__` that raises would break code that tests
whether it has a coroutine by `if coroutine:`, as `repr` of a task does since Python 3.12. After
`if client.health():` Python warns that the coroutine was never awaited; pyright in strict mode and
mypy with `truthy-bool` report the condition.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
from collections.abc import Callable, Coroutine, Generator
from types import CoroutineType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

T = TypeVar("T")
KindT = TypeVar("KindT", bound=type)


class _PendingCall(Coroutine[Any, Any, T]):
    """A coroutine that raises an error with advice when it is used without `await`."""

    __slots__ = ("_coroutine",)

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, T]:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()

    def __repr__(self) -> str:
        return "<a call of an async client, not awaited: write `await`>"

    if not TYPE_CHECKING:  # so that type checkers report the mistakes

        @property
        def __class__(self) -> type:
            """The class of coroutines, so that `inspect.iscoroutine` returns True."""
            return CoroutineType

        def __getattr__(self, name: str) -> Any:
            if name.startswith(("cr_", "__")):  # asyncio uses these in the repr of tasks
                return getattr(self._coroutine, name)
            raise AttributeError(
                f"no {name!r}: this call of an async client was not awaited; "
                f"write (await …).{name}",
                name=name,
                obj=self,
            )

        def __getitem__(self, key: object) -> NoReturn:
            raise TypeError(
                f"this call of an async client was not awaited: write (await …)[{key!r}]"
            )

        def __iter__(self) -> NoReturn:
            raise TypeError(
                "this call of an async client was not awaited: write `await`; read a stream, as "
                "returned by stream() or stream=True, with `async for`"
            )

        __aiter__ = __enter__ = __exit__ = __aenter__ = __aexit__ = __iter__


def pending(coroutine: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
    """Wrap a coroutine so that using it without `await` raises an error with advice."""
    return _PendingCall(coroutine)


def explains_missing_await(kind: KindT) -> KindT:
    """Class decorator: wrap the results of all public async methods with `pending`."""
    for name, method in list(vars(kind).items()):
        if not name.startswith("_") and inspect.iscoroutinefunction(method):
            setattr(kind, name, _pending_method(method))
    return kind


def _pending_method(
    method: Callable[..., Coroutine[Any, Any, T]],
) -> Callable[..., Coroutine[Any, Any, T]]:
    @functools.wraps(method)
    def call(*args: Any, **options: Any) -> _PendingCall[T]:
        return _PendingCall(method(*args, **options))

    _mark_coroutine_function(call)
    return call


def _mark_coroutine_function(function: Callable[..., Any]) -> None:
    """Let `iscoroutinefunction` return True, since mocks and web frameworks call it."""
    if sys.version_info >= (3, 12):
        inspect.markcoroutinefunction(function)
    else:
        # only asyncio's function recognizes a mark; `unittest.mock` and Starlette call that one
        function._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]


class RefusesWith:
    """Mixin: `with` raises an error that says to use `async with`."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __enter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is async: enter it with `async with`")

        __exit__ = __enter__  # `with` looks up `__exit__` too before it calls `__enter__`


class RefusesFor:
    """Mixin: `for` raises an error that says to use `async for`."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __iter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is async: read it with `async for`")
