"""The response in a `with` block of `with_streaming_response`; its body has not been read."""

from __future__ import annotations

import codecs
import json as json_codec
from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar

import httpx

from ... import AsyncRawStream, VllmError
from .._errors import openai_error
from .._http import response_of

R = TypeVar("R")


class AsyncAPIResponse(Generic[R]):
    """The response of a call, which can be read in parts or parsed.

    Attributes:
        retries_taken: The number of retries of the request.
    """

    def __init__(self, raw: AsyncRawStream, request: httpx.Request, parse: Any) -> None:
        self._raw = raw
        self._request = request
        self._parse = parse
        self._body: bytes | None = None
        self._parsed: Any = None
        self.retries_taken = max(0, len(raw.call.attempts) - 1)

    @property
    def http_response(self) -> httpx.Response:
        """The httpx response, with its body if the body has been read."""
        return response_of(self._request, self.status_code, self._raw.headers, self._body)

    @property
    def http_request(self) -> httpx.Request:
        """The request without its body, API key and other secrets."""
        return self._request

    @property
    def headers(self) -> httpx.Headers:
        """The header fields of the response."""
        return self.http_response.headers

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self._raw.status

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id of the response, or else of the request."""
        return self.headers.get("x-request-id") or self._raw.request_id

    @property
    def url(self) -> httpx.URL:
        """The URL of the request."""
        return self._request.url

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self._request.method

    async def read(self) -> bytes:
        """Read the whole body."""
        if self._body is None:
            self._body = b"".join([piece async for piece in self.iter_bytes()])
        return self._body

    async def text(self) -> str:
        """Read the whole body as text."""
        return (await self.read()).decode("utf-8", "replace")

    async def json(self) -> Any:
        """Read the whole body and decode it as JSON."""
        return json_codec.loads(await self.read())

    async def parse(self, *, to: Any = None) -> R:
        """Parse the answer.

        Args:
            to: The type of the value. Default: the type that the method returns.

        Returns:
            The value, or the stream of a streamed call.
        """
        if self._parsed is None:
            self._parsed = await self._parse(self, to)
        value: R = self._parsed
        return value

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Iterate over the body as it arrives, or in pieces of `chunk_size` bytes."""
        held = b""
        async for piece in self._pieces():
            if chunk_size is None:
                yield piece
                continue
            held += piece
            while len(held) >= chunk_size:
                yield held[:chunk_size]
                held = held[chunk_size:]
        if held:
            yield held

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Iterate over the body as text as it arrives, or in pieces of `chunk_size` bytes."""
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        async for piece in self.iter_bytes(chunk_size):
            yield decode(piece)

    async def iter_lines(self) -> AsyncIterator[str]:
        """Iterate over the lines of the body, without their line ends."""
        held = ""
        async for piece in self.iter_text():
            *lines, held = (held + piece).split("\n")
            for line in lines:
                yield line.removesuffix("\r")
        if held:
            yield held

    async def _pieces(self) -> AsyncIterator[bytes]:
        if self._body is not None:
            yield self._body
            return
        try:
            async for piece in self._raw:
                yield piece
        except VllmError as error:
            raise openai_error(error, self._request) from error

    async def close(self) -> None:
        """Close the connection, or return it to the pool if the body was read."""
        await self._raw.aclose()
