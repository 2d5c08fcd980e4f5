"""Get the API key from a function. `asyncio_/api_key.py` is the async counterpart."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import Any, TypeAlias

from ...errors import RequestError
from ...http.secrets import SecretFunction, hidden
from ...http.timeouts import Deadline

ApiKey: TypeAlias = str | Callable[[], str]
"""An API key, or a function that returns it."""

_IS_ASYNC = "api_key: the function is async: only the async client can call it"


def check_key_function(api_key: object) -> None:
    """Raise RequestError for an async function, which the sync client cannot call."""
    if isinstance(api_key, SecretFunction):
        function: Any = api_key.function
        if iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__):
            raise RequestError(_IS_ASYNC)


def key_from(function: Callable[[], object], wait: Deadline) -> str:
    """Call the function, and return the key in a type whose repr does not show it.

    Errors of the function are passed on.

    Raises:
        RequestError: The function returned an awaitable, or another type than text.
    """
    returned = hidden(function())
    if iscoroutine(returned):
        returned.close()  # or Python warns that it was never awaited
    if isawaitable(returned):
        raise RequestError(_IS_ASYNC)
    if isinstance(returned, str):
        return returned
    kind = type(returned).__name__
    del returned  # its repr may show the key, and tracebacks may show local variables
    raise RequestError(f"api_key: expected text, got {kind}")
