"""Get the API key from a function, in asyncio. `threads/api_key.py` is the sync counterpart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from math import inf
from typing import Any, TypeAlias

from ...errors import IoTimeout, RequestError
from ...http.secrets import hidden
from ...http.timeouts import Deadline
from .waiting import now

ApiKey: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""An API key, or a function that returns it, which may be async."""


def check_key_function(api_key: object) -> None:
    """Do nothing: the async client can call every function. The sync counterpart checks it."""


async def key_from(function: Callable[[], object], wait: Deadline) -> str:
    """Call the function, and return the key in a type whose repr does not show it.

    Errors of the function are passed on.

    Raises:
        IoTimeout: The function is async and took too long.
        RequestError: The function returned another type than text.
    """
    returned = hidden(function())
    if isawaitable(returned):
        returned = await _awaited(returned, wait)
    if isinstance(returned, str):
        return returned
    kind = type(returned).__name__
    del returned  # its repr may show the key, and tracebacks may show local variables
    raise RequestError(f"api_key: expected text, got {kind}")


async def _awaited(returned: Awaitable[Any], wait: Deadline) -> Any:
    """Await the result of an async function. Raises IoTimeout."""
    limit = asyncio.timeout(None if wait.until == inf else max(0.0, wait.until - now()))
    try:
        async with limit:
            return hidden(await returned)
    except TimeoutError:
        if not limit.expired():  # raised by the function itself
            raise
        message = f"{wait}, as the function given as api_key took too long"
        raise IoTimeout(message, wait.clock, wait.seconds) from None
