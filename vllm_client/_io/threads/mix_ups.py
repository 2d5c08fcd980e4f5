"""Say what to write where sync objects are used as async ones. The async package has its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

T = TypeVar("T")
KindT = TypeVar("KindT", bound=type)


def pending(answer: T) -> T:
    """The answer, which is there already."""
    return answer


def explains_missing_await(kind: KindT) -> KindT:
    """Class decorator: the same class, as nothing is awaited here."""
    return kind


class RefusesWith:
    """Enter it with `with`."""

    __slots__ = ()

    if not TYPE_CHECKING:  # type checkers say so themselves

        def __aenter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is not async: enter it with `with`")

        __aexit__ = __aenter__  # Python looks for both before it calls one


class RefusesFor:
    """Read it with `for`."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __aiter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is not async: read it with `for`")
