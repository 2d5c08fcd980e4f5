"""Code that differs between async and sync; the async package has a file with equal names."""

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


def key_from(function: Callable[[], Any]) -> Any:
    """The API key that a function of the caller's gives."""
    return function()


def pages(load: Callable[[], Any]) -> Any:
    """A list, loaded now."""
    return load()


class ResponseContextManager(Generic[T]):
    """The result of a streaming method; entering its `with` block sends the request."""

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
    """The same method, giving the response with its value."""

    @wraps(function)
    def send(*args: P.args, **options: P.kwargs) -> Any:
        call: Any = function
        return call(*args, **with_mode(options, Mode.RAW))

    return send


def to_streamed_response(function: Callable[P, T]) -> Callable[P, ResponseContextManager[T]]:
    """The same method, giving the open response in a `with` block."""

    @wraps(function)
    def send(*args: P.args, **options: P.kwargs) -> Any:
        changed: Any = with_mode(options, Mode.STREAMING)
        call: Any = function
        return ResponseContextManager(lambda: call(*args, **changed))

    return send
