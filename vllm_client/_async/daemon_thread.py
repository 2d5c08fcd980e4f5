"""Blocking work in a thread that keeps neither an event loop nor the program from ending."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def in_daemon_thread(work: Callable[[], T], discard: Callable[[T], object]) -> asyncio.Future[T]:
    """The result of `work`, which a thread of its own does.

    The threads of `asyncio.to_thread` are waited for when a loop or the program ends, which takes
    for ever if one of them does.

    Args:
        work: what is done.
        discard: called with a result that comes after the loop was closed.
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
    """Call it in the loop; False if that is closed."""
    try:
        loop.call_soon_threadsafe(call, *arguments)
    except RuntimeError:
        return False
    return True
