"""A request as it is sent, and one attempt to send it."""

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
    """A request, and how to decode its response.

    Attributes:
        route: The route, for the record of the call.
        server: The base URL of the server, for the record of the call.
        target: Path and query, as in the request line.
        path: The path without the query, for error messages.
        headers: The header fields, without the request id and the length.
        body: The encoded body.
        read: The function that decodes the response.
        timeout: The time limits.
        retry: The retry policy.
        request_id: The caller's request id; None to generate one for each attempt.
        model: The requested model, if any, for the record of the call.
        replayable: Whether sending the request twice is harmless. Otherwise, as for control calls,
            it is never sent again once it may have arrived.
        secrets: Strings that must not appear in errors.
        expected: Statuses of 400 or more that `read` decodes; they are not errors.
        dependent: The body, if it has fields that some versions of vLLM ignore.
        strict: Whether a field that the server's version ignores is an error.
        key_function: The function that returns the API key of each attempt; None once the attempt
            has its key.
        wait: For a stream, whether to return it only with its first delta; otherwise as soon as the
            request is sent.
        routing: The facts on which the choice of a server depends; None for a single server.
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
        """The data to add to, and the secrets to remove from, errors of this request."""
        return ErrorContext(self.method, self.path, self.secrets)


@attrs.frozen
class Attempt(Generic[T]):
    """One attempt of a request.

    Attributes:
        spec: The request.
        request_ids: The X-Request-Id of every attempt so far, this attempt last.
        call: The record of the call.
        wait: The seconds to wait before the attempt.
        fresh: Whether to open a new connection instead of using one from the pool.
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
        """All header fields except the length."""
        return (*self.spec.headers, ("x-request-id", self.request_id))

    def named(self, error: E) -> E:
        """Add the call, the request and the request ids to an error, and remove secrets from it."""
        error.call = self.call
        for answer in (getattr(error, "partial", None), getattr(error, "response", None)):
            attach(self.call, answer)
        return self.spec.error_context.named(error, self.request_ids)
