"""Make the attempts of a call, as decided by `call/attempts`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from .._io.asyncio_.api_key import key_from
from .._io.asyncio_.waiting import sleep
from ..call.attempts import Attempts
from ..call.request import Attempt
from ..errors import VllmError
from ..http.timeouts import CallDeadlines
from ..telemetry.watch import watch_retry

T = TypeVar("T")
S = TypeVar("S")


async def until_done(
    attempts: Attempts[T],
    attempt: Attempt[T],
    deadlines: CallDeadlines,
    once: Callable[[Attempt[T]], Coroutine[Any, Any, S]],
) -> S:
    """Make attempts until one succeeds, and return its result. Raises VllmError."""
    while True:
        if attempt.wait:
            await sleep(attempt.wait)
        if attempt.spec.key_function is not None:
            attempt = await with_key(attempts, attempt.spec.key_function, deadlines)
        try:
            return await once(announced(attempts, attempt))
        except VllmError as error:
            attempt = after_failure(attempts, error)


async def with_key(
    attempts: Attempts[T], function: Callable[[], object], deadlines: CallDeadlines
) -> Attempt[T]:
    """Add the API key that the function returns to the current attempt.

    Raises what the function raises, and RequestError if it returns no valid key.
    """
    return attempts.with_key(await key_from(function, deadlines.whole_call))


def announced(attempts: Attempts[T], attempt: Attempt[T]) -> Attempt[T]:
    """Notify the observers of the attempt, and add the header fields that they return."""
    watch = attempt.call._watch
    return attempt if watch is None else watch.attempt(attempts, attempt)


def after_failure(attempts: Attempts[T], error: VllmError) -> Attempt[T]:
    """Return the attempt that follows a failed one. Raises the error if none follows."""
    attempt = attempts.after(error)
    watch_retry(attempt, error)
    return attempt
