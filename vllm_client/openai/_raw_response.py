"""The result of the methods of `with_raw_response`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Generic, TypeVar

import httpx

R = TypeVar("R")


class LegacyAPIResponse(Generic[R]):
    """The HTTP response of a call, and its value.

    Attributes:
        http_response: The httpx response.
        retries_taken: The number of retries of the request.
    """

    def __init__(
        self, http_response: httpx.Response, parse: Any, request_id: str | None, retries_taken: int
    ) -> None:
        self.http_response = http_response
        self.retries_taken = retries_taken
        self._parse = parse
        self._sent_id = request_id
        self._parsed: dict[Any, Any] = {}

    def parse(self, *, to: Any = None) -> R:
        """Parse the answer.

        Args:
            to: The type of the value. Default: the type that the method returns.

        Returns:
            The value, or the stream of a streamed call.
        """
        if to not in self._parsed:
            self._parsed[to] = self._parse(to)
        value: R = self._parsed[to]
        return value

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id of the response, or else of the request."""
        return self.http_response.headers.get("x-request-id") or self._sent_id

    @property
    def headers(self) -> httpx.Headers:
        """The header fields of the response."""
        return self.http_response.headers

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.http_response.status_code

    @property
    def http_request(self) -> httpx.Request:
        """The request without its body, API key and other secrets."""
        return self.http_response.request

    @property
    def url(self) -> httpx.URL:
        """The URL of the request."""
        return self.http_response.url

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.http_request.method

    @property
    def content(self) -> bytes:
        """The body of a response that is not streamed."""
        return self.http_response.content

    @property
    def text(self) -> str:
        """The body of a response that is not streamed, as text."""
        return self.http_response.text

    def json(self) -> Any:
        """Decode the JSON body of a response that is not streamed."""
        return self.http_response.json()

    @property
    def http_version(self) -> str:
        """The HTTP version."""
        return self.http_response.http_version

    @property
    def is_closed(self) -> bool:
        """Whether the body has been read."""
        return self.http_response.is_closed

    @property
    def elapsed(self) -> timedelta:
        """The duration of the call; for a stream, the time until its first byte."""
        return self.http_response.elapsed

    def __repr__(self) -> str:
        return f"<APIResponse [{self.status_code}] {self.method} {self.url.path}>"


HttpxBinaryResponseContent = LegacyAPIResponse
