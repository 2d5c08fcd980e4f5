"""How a thread asks a function for the API key. The async package has a file of the same names."""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import Any, TypeAlias

from ...errors import RequestError
from ...http.secrets import SecretFunction, hidden
from ...http.timeouts import Deadline

ApiKey: TypeAlias = str | Callable[[], str]
"""An API key, or a function that returns it."""

_IS_ASYNC = "api_key: the function is async: AsyncVllmClient can call it"


def check_key_function(api_key: object) -> None:
    """Raise RequestError for a function that cannot be called here."""
    if isinstance(api_key, SecretFunction):
        function: Any = api_key.function
        if iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__):
            raise RequestError(_IS_ASYNC)


def key_from(function: Callable[[], object], wait: Deadline) -> object:
    """The key that the function returns, hidden from reprs.

    Raises whatever the function raises, and RequestError if it turns out to be async.
    """
    returned = hidden(function())
    if iscoroutine(returned):
        returned.close()  # or Python warns that nobody awaited it
    if isawaitable(returned):
        raise RequestError(_IS_ASYNC)
    return returned
