"""The event loop of a task of the async client, and work in it that must not be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..errors import RequestError

T = TypeVar("T")


def running_loop() -> asyncio.AbstractEventLoop:
    """The running event loop. Raises RequestError where asyncio does not run, as under trio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        problem = "AsyncVllmClient needs asyncio, and no asyncio event loop runs here"
        raise RequestError(f"{problem} (trio is not supported)") from None


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """The result of work that runs to its end; a cancellation meanwhile is raised after it."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            break
    if cancelled is not None:
        task.exception()  # so that asyncio does not report it as never retrieved
        raise cancelled
    return task.result()
