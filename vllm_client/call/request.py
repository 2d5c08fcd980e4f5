"""A request as it is sent: the same for every attempt, and one attempt at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs

from ..errors import VllmError
from ..http.base_url import BaseUrl
from ..http.secrets import NO_SECRETS, Secrets
from ..http.timeouts import Timeout
from ..record import Call
from ..vllm.routes import Route
from ..vllm.versions import DependentBody
from .error_context import ErrorContext
from .recording import attach
from .response import HttpResponse
from .retry import RetryPolicy
from .routing import Routing

T = TypeVar("T")
E = TypeVar("E", bound=VllmError)


@attrs.frozen
class RequestSpec(Generic[T]):
    """What to send, and how to read the answer.

    route, server, model: for the record of the call. model: the one that is asked for, if any is.
    target: path and query, as they stand in the request line. path: without query, for messages.
    request_id: the caller's own; None has a new one made for every attempt.
    replayable: whether sending it twice is harmless. A control call is not, and never repeated
        once it may have arrived.
    secrets: strings that no error may show.
    expected: statuses of 400 or more that are answers to read, and no errors.
    dependent: the body, if it has fields that not every version of vLLM reads.
    strict: whether it is an error that the server's version ignores such a field.
    routing: of a client with several servers, what the choice of a server depends on.
    key_function: returns the API key of each attempt; None once an attempt has it.
    wait: of a stream, whether it is returned with its first delta, or as soon as the request is
        sent.
    """

    route: Route
    server: BaseUrl
    target: str
    path: str
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    read: Callable[[HttpResponse], T]
    timeout: Timeout
    retry: RetryPolicy
    request_id: str | None = None
    model: str | None = None
    replayable: bool = True
    secrets: Secrets = NO_SECRETS
    expected: frozenset[int] = frozenset()
    dependent: DependentBody | None = attrs.field(default=None, repr=False)
    strict: bool = False
    key_function: Callable[[], Any] | None = attrs.field(default=None, repr=False)
    wait: bool = True
    routing: Routing | None = attrs.field(default=None, repr=False)

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.route.method

    @property
    def error_context(self) -> ErrorContext:
        """What an error of this request is told, and may not show."""
        return ErrorContext(self.method, self.path, self.secrets)


@attrs.frozen
class Attempt(Generic[T]):
    """One attempt: wait so many seconds, then send this, on a fresh connection or any.

    request_ids: the X-Request-Id of every attempt so far; the last one is this attempt's.
    call: the record of the call.
    """

    spec: RequestSpec[T]
    request_ids: tuple[str, ...]
    call: Call
    wait: float = 0.0
    fresh: bool = False

    @property
    def request_id(self) -> str:
        """The X-Request-Id of this attempt."""
        return self.request_ids[-1]

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All header fields but the length."""
        return (*self.spec.headers, ("x-request-id", self.request_id))

    def named(self, error: E) -> E:
        """The error with its call, its request and the ids of all attempts, without secrets."""
        error.call = self.call
        for answer in (getattr(error, "partial", None), getattr(error, "response", None)):
            attach(self.call, answer)
        return self.spec.error_context.named(error, self.request_ids)
