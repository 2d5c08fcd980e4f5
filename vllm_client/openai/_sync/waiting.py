"""Code that differs between async and sync; `_async/waiting.py` defines the same names."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from .._call import Mode, with_mode
from .._raw_response import LegacyAPIResponse
from .pages import SyncPage
from .response import APIResponse

P = ParamSpec("P")
T = TypeVar("T")

Pages = SyncPage


def pages(load: Callable[[], Any]) -> Any:
    """Load a list."""
    return load()


class ResponseContextManager(Generic[T]):
    """The result of a method of `with_streaming_response`, whose `with` block sends the request."""

    def __init__(self, send: Callable[[], Any]) -> None:
        self._send = send
        self._response: APIResponse[T] | None = None

    def __enter__(self) -> APIResponse[T]:
        response: APIResponse[T] = self._send()
        self._response = response
        return response

    def __exit__(self, *exc_info: object) -> None:
        if self._response is not None:
            self._response.close()


def to_raw_response(function: Callable[P, T]) -> Callable[P, LegacyAPIResponse[T]]:
    """Wrap a method so that it returns the HTTP response, whose `parse()` returns the result."""

    @wraps(function)
    def send(*args: P.args, **options: P.kwargs) -> Any:
        call: Any = function
        return call(*args, **with_mode(options, Mode.RAW))

    return send


def to_streamed_response(function: Callable[P, T]) -> Callable[P, ResponseContextManager[T]]:
    """Wrap a method as a context manager that yields the unread HTTP response."""

    @wraps(function)
    def send(*args: P.args, **options: P.kwargs) -> Any:
        changed: Any = with_mode(options, Mode.STREAMING)
        call: Any = function
        return ResponseContextManager(lambda: call(*args, **changed))

    return send
