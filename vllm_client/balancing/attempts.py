"""The attempts of one call of a client with several servers."""

from __future__ import annotations

from typing import TypeVar

from ..call.attempts import Attempts
from ..call.request import RequestSpec
from ..call.retry import Clock, Retry
from ..errors import VllmError
from ..record import Call
from .call_route import CallRoute

T = TypeVar("T")


class ServerAttempts(Attempts[T]):
    """The attempts of one call; `CallRoute` chooses the server of each attempt."""

    def __init__(self, spec: RequestSpec[T], clock: Clock, call: Call, route: CallRoute) -> None:
        super().__init__(spec, clock, call)
        self._route = route

    def _retry(self, error: VllmError, moment: float) -> Retry | None:
        return self._route.after(error, self._spec.retry, self._progress(moment), moment)
