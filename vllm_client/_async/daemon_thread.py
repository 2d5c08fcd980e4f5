"""Run blocking work in a daemon thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def in_daemon_thread(work: Callable[[], T], discard: Callable[[T], object]) -> asyncio.Future[T]:
    """Run `work` in a new daemon thread, and return its result.

    Unlike with `asyncio.to_thread`, neither the event loop nor the interpreter waits for the thread
    at exit, so work that blocks forever does not block them.

    Args:
        work: The function to run.
        discard: Called with a result that arrives after the loop was closed.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:
            _call(loop, _settle, future.set_exception, future, error)
        else:
            if not _call(loop, _settle, future.set_result, future, result):
                discard(result)

    threading.Thread(target=run, name="vllm-client-files", daemon=True).start()
    return future


def _settle(put: Callable[[T], None], future: asyncio.Future[object], outcome: T) -> None:
    if not future.cancelled():
        put(outcome)


def _call(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: object) -> bool:
    """Schedule a function in the loop; return False if the loop is closed."""
    try:
        loop.call_soon_threadsafe(call, *arguments)
    except RuntimeError:
        return False
    return True
