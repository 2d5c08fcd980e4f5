"""Say what to write where async objects are used as sync ones. The sync package has its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine, Generator
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

T = TypeVar("T")
KindT = TypeVar("KindT", bound=type)


class _PendingCall(Coroutine[Any, Any, T]):
    """A call that has not been awaited yet: any other use of it says so."""

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
        name = getattr(self._coroutine, "__qualname__", "call")
        return f"<{name}() of an async client, not awaited: write `await`>"

    if not TYPE_CHECKING:  # type checkers say so themselves

        def __getattr__(self, name: str) -> Any:
            if name.startswith(("cr_", "__")):  # asyncio shows tasks with these
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
                "this call of an async client was not awaited: write `await`; a stream, which "
                "stream() or stream=True give, is read with `async for`"
            )

        __aiter__ = __enter__ = __exit__ = __aenter__ = __aexit__ = __iter__


def pending(coroutine: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
    """The same coroutine, which says so where it is used without `await`."""
    return _PendingCall(coroutine)


def explains_missing_await(kind: KindT) -> KindT:
    """Class decorator: the public coroutines of the class say so, too."""
    for name, method in list(vars(kind).items()):
        if not name.startswith("_") and iscoroutinefunction(method):
            setattr(kind, name, _pending_method(method))
    return kind


def _pending_method(
    method: Callable[..., Coroutine[Any, Any, T]],
) -> Callable[..., Coroutine[Any, Any, T]]:
    @functools.wraps(method)
    def call(*args: Any, **options: Any) -> _PendingCall[T]:
        return _PendingCall(method(*args, **options))

    return call


class RefusesWith:
    """Enter it with `async with`."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __enter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is async: enter it with `async with`")

        __exit__ = __enter__  # Python looks for both before it calls one


class RefusesFor:
    """Read it with `async for`."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __iter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is async: read it with `async for`")
