"""Explain uses of sync objects as async ones. `asyncio_/mix_ups.py` is the async counterpart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

T = TypeVar("T")
KindT = TypeVar("KindT", bound=type)


def pending(answer: T) -> T:
    """Return the answer unchanged: a sync call has already finished."""
    return answer


def explains_missing_await(kind: KindT) -> KindT:
    """Return the class unchanged: sync calls are not awaited."""
    return kind


class RefusesWith:
    """Mixin: `async with` raises an error that says to use `with`."""

    __slots__ = ()

    if not TYPE_CHECKING:  # so that type checkers report the mistakes

        def __aenter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is not async: enter it with `with`")

        __aexit__ = __aenter__  # `async with` looks up both methods before it calls `__aenter__`


class RefusesFor:
    """Mixin without methods. Python itself reports `async for`, and names the class.

    A sync stream with an `__aiter__` that raises would count as an async iterable, for example as
    rows of `map`, and in web frameworks that take both kinds of iterables.
    """

    __slots__ = ()
