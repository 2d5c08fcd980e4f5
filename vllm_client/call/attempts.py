"""One call with all its attempts, as a generator that decides and does no I/O.

It yields what to do next, is sent what came of it, and returns the good answer or raises.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any, TypeVar

from ..errors import IoError, VllmError
from .request import Attempt, RequestSpec
from .response import HttpResponse, refuse_redirect
from .retry import Clock
from .server_errors import error_of_answer, explained

T = TypeVar("T")


def exchange(spec: RequestSpec[T], clock: Clock) -> Generator[Attempt[T], object, Any]:
    """Attempts until one goes well, or the policy gives up and the last error is raised.

    An outcome is an HttpResponse, an error, or whatever the facade calls an open stream.
    """
    began = clock.monotonic()
    tries, wait, fresh = 1, 0.0, not spec.replayable
    request_ids: tuple[str, ...] = ()
    while True:
        request_id = spec.request_id or os.urandom(16).hex()
        request_ids += (request_id,)
        outcome = yield Attempt(spec, request_id, wait, fresh)
        error = _error_of(outcome, spec, clock)
        if error is None:
            return outcome
        next_wait = None
        if isinstance(error, IoError) and error.died_in_pool and not fresh:
            fresh, next_wait = True, 0.0  # at once, and not counted
        elif spec.replayable or not _may_have_arrived(error):
            next_wait = _next_wait(spec, error, tries, clock.monotonic() - began, clock.random())
            tries += 1
        if next_wait is None:
            error.request_ids = request_ids
            raise spec.scrubbed(error)
        wait = next_wait


def _error_of(outcome: object, spec: RequestSpec[T], clock: Clock) -> VllmError | None:
    if isinstance(outcome, VllmError):
        return outcome
    if not isinstance(outcome, HttpResponse) or outcome.status < 300:
        return None
    if outcome.status in spec.expected:
        return None
    if outcome.status < 400:
        return refuse_redirect(outcome.status, outcome.headers)
    error = error_of_answer(outcome.status, outcome.headers, outcome.body, clock.date())
    return explained(error, spec.method, spec.path)


def _may_have_arrived(error: VllmError) -> bool:
    return not isinstance(error, IoError) or error.may_have_arrived


def _next_wait(
    spec: RequestSpec[T], error: VllmError, tries: int, elapsed: float, random: float
) -> float | None:
    wait = spec.retry.next_wait(error, tries, elapsed, random)
    total = spec.timeout.total
    if wait is None or (total is not None and elapsed + wait >= total):
        return None
    return wait
