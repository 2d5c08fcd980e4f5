"""One call with all its attempts: what to send next after each failure, decided without I/O."""

from __future__ import annotations

import os
from typing import Generic, TypeVar

from ..errors import VllmError
from .request import Attempt, RequestSpec
from .retry import Clock, Progress, certainly_not_sent, decide_retry

T = TypeVar("T")


class Attempts(Generic[T]):
    """The attempts of one call, one after another.

    Send `first()`; after each failure send what `after(error)` returns, until one succeeds or
    `after` raises.
    """

    def __init__(self, spec: RequestSpec[T], clock: Clock) -> None:
        self._spec = spec
        self._clock = clock
        self._began = clock.monotonic()
        self._tries = 1
        self._refusals = 0
        self._current = self._attempt((), fresh=not spec.replayable)

    def first(self) -> Attempt[T]:
        """The first attempt."""
        return self._current

    def after(self, error: VllmError) -> Attempt[T]:
        """The attempt that follows a failed one.

        Raises:
            VllmError: the given error, with its request and without secrets, when none follows.
        """
        self._refusals += certainly_not_sent(error)
        self._current.named(error)
        retry = decide_retry(error, self._spec.retry, self._progress())
        if retry is None:
            raise error
        self._tries += retry.counts
        self._current = self._attempt(
            self._current.request_ids, retry.fresh or self._current.fresh, retry.wait
        )
        return self._current

    def _attempt(self, earlier: tuple[str, ...], fresh: bool, wait: float = 0.0) -> Attempt[T]:
        request_id = self._spec.request_id or os.urandom(16).hex()
        return Attempt(self._spec, (*earlier, request_id), wait, fresh)

    def _progress(self) -> Progress:
        return Progress(
            tries=self._tries,
            refusals=self._refusals,
            elapsed=self._clock.monotonic() - self._began,
            total=self._spec.timeout.total,
            replayable=self._spec.replayable,
            fresh=self._current.fresh,
            random=self._clock.random(),
        )
