"""The attempts of one call: decide what to send after each failure, without I/O."""

from __future__ import annotations

import os
from typing import Generic, TypeVar

import attrs

from ..errors import VllmError
from ..http.request_headers import bearer, replaced
from ..http.secrets import Secrets, secrets_of
from ..record import Call
from .recording import begin_another_attempt, fail_attempt
from .request import Attempt, RequestSpec
from .retry import Clock, Progress, Retry, certainly_not_sent, decide_retry

T = TypeVar("T")


class Attempts(Generic[T]):
    """The attempts of one call.

    Send `first()`. After each failure send the result of `after(error)`, until an attempt succeeds
    or `after` raises.
    """

    def __init__(self, spec: RequestSpec[T], clock: Clock, call: Call) -> None:
        self._spec = spec
        self._clock = clock
        self._call = call
        self._began = clock.monotonic()
        self._tries = 1
        self._refusals = 0
        self._current = self._attempt((), fresh=not spec.replayable)
        call._attempt_began = self._began

    def first(self) -> Attempt[T]:
        """Return the first attempt."""
        return self._current

    def after(self, error: VllmError) -> Attempt[T]:
        """Return the next attempt after a failed one.

        Raises:
            VllmError: The given error, if there is no next attempt. Its method, path and request
                ids are set, and secrets are removed from it.
        """
        self._refusals += certainly_not_sent(error)
        moment = self._clock.monotonic()
        fail_attempt(self._call, self._current.named(error), moment)
        retry = self._retry(error, moment)
        if retry is None:
            raise error
        self._tries += retry.counts
        begin_another_attempt(self._call, moment, retry.wait)
        fresh = retry.fresh or self._current.fresh
        self._current = self._attempt(self._current.request_ids, fresh, retry.wait)
        return self._current

    def with_key(self, key: str) -> Attempt[T]:
        """Return the current attempt with an API key. Raise RequestError if the key is invalid."""
        spec = attrs.evolve(self._current.spec, key_function=None)
        self._current = attrs.evolve(self._current, spec=spec)
        return self.with_headers((("authorization", bearer(key)),))

    def with_headers(self, fields: tuple[tuple[str, str], ...]) -> Attempt[T]:
        """Return the current attempt with additional header fields.

        Secrets among them are hidden in the record of the call, and in the errors of this and later
        attempts.
        """
        if found := secrets_of(fields):
            secrets = Secrets(sorted({*found, *self._spec.secrets}, key=len, reverse=True))
            self._call._secrets = secrets
            self._spec = attrs.evolve(self._spec, secrets=secrets)
        headers = replaced(self._current.spec.headers, fields)
        spec = attrs.evolve(self._current.spec, headers=headers, secrets=self._spec.secrets)
        self._current = attrs.evolve(self._current, spec=spec)
        return self._current

    def _retry(self, error: VllmError, moment: float) -> Retry | None:
        return decide_retry(error, self._spec.retry, self._progress(moment))

    def _attempt(self, earlier: tuple[str, ...], fresh: bool, wait: float = 0.0) -> Attempt[T]:
        request_id = self._call._request_id = self._spec.request_id or os.urandom(16).hex()
        return Attempt(self._spec, (*earlier, request_id), self._call, wait, fresh)

    def _progress(self, moment: float) -> Progress:
        return Progress(
            tries=self._tries,
            refusals=self._refusals,
            elapsed=moment - self._began,
            total=self._spec.timeout.total,
            replayable=self._spec.replayable,
            fresh=self._current.fresh,
            random=self._clock.random(),
        )
