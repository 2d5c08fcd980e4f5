"""Find the running event loop, and run work in it that must not be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..errors import RequestError

T = TypeVar("T")


def running_loop() -> asyncio.AbstractEventLoop:
    """Return the running event loop.

    Raises:
        RequestError: No asyncio event loop is running, as under trio.
    """
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        problem = "AsyncVllmClient needs asyncio, and no asyncio event loop is running here"
        raise RequestError(f"{problem} (trio is not supported)") from None


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, shielded; raise a cancellation of the caller only afterwards."""
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
        task.exception()  # or asyncio would log "exception was never retrieved"
        raise cancelled
    return task.result()
