"""The event loop that a task of the async client runs in."""

from __future__ import annotations

import asyncio

from ..errors import RequestError


def running_loop() -> asyncio.AbstractEventLoop:
    """The running event loop. Raises RequestError where asyncio does not run, as under trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        problem = "AsyncVllmClient needs asyncio, and no asyncio event loop runs here"
        raise RequestError(f"{problem} (trio is not supported)") from None
