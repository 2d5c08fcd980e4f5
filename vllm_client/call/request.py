"""The values that cross the line to the facades: what to send, one attempt, what came back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from ..errors import VllmError
from ..http.secrets import without_secrets
from ..http.timeouts import Timeout
from ..vllm.versions import DependentBody
from .response import HttpResponse
from .retry import RetryPolicy

T = TypeVar("T")
E = TypeVar("E", bound=VllmError)


@attrs.frozen
class RequestSpec(Generic[T]):
    """What to send, and how to read the answer.

    target: path and query, as they stand in the request line. path: without query, for messages.
    request_id: the caller's own; None has a new one made for every attempt.
    replayable: whether sending it twice is harmless. A control call is not, and never repeated
        once it may have arrived.
    secrets: strings that no error may show.
    expected: statuses of 400 or more that are answers to read, and no errors.
    dependent: the body, if it has fields that not every version of vLLM reads.
    strict: whether it is an error that the server's version ignores such a field.
    """

    method: str
    target: str
    path: str
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    read: Callable[[HttpResponse], T]
    timeout: Timeout
    retry: RetryPolicy
    request_id: str | None = None
    replayable: bool = True
    secrets: tuple[str, ...] = attrs.field(default=(), repr=False)
    expected: frozenset[int] = frozenset()
    dependent: DependentBody | None = attrs.field(default=None, repr=False)
    strict: bool = False

    def scrubbed(self, error: E) -> E:
        """The error, told its request, and without a trace of the request's secrets.

        Nor is there one in the errors behind it, which a traceback shows as well.
        """
        error.of_request(self.method, self.path)
        return without_secrets(error, self.secrets)


@attrs.frozen
class Attempt(Generic[T]):
    """One attempt: wait so many seconds, then send this, on a fresh connection or any."""

    spec: RequestSpec[T]
    request_id: str
    wait: float = 0.0
    fresh: bool = False

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All header fields but the length."""
        return (*self.spec.headers, ("x-request-id", self.request_id))
