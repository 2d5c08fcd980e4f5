"""How asyncio asks a function for the API key. The sync package has a file of the same names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from math import inf
from typing import TypeAlias

from ...errors import IoTimeout
from ...http.secrets import hidden
from ...http.timeouts import Deadline
from .waiting import now

ApiKey: TypeAlias = str | Callable[[], str | Awaitable[str]]
"""An API key, or a function that returns it, which may be async."""


def check_key_function(api_key: object) -> None:
    """Raise RequestError for a function that cannot be called here; there is none."""


async def key_from(function: Callable[[], object], wait: Deadline) -> object:
    """The key that the function returns, hidden from reprs.

    Raises whatever the function raises, and IoTimeout for an async one that takes too long.
    """
    returned = hidden(function())
    if not isawaitable(returned):
        return returned
    limit = asyncio.timeout(None if wait.until == inf else max(0.0, wait.until - now()))
    try:
        async with limit:
            return hidden(await returned)
    except TimeoutError:
        if not limit.expired():  # the function's own
            raise
        message = f"{wait}, as the function given as api_key took too long"
        raise IoTimeout(message, wait.clock, wait.seconds) from None
