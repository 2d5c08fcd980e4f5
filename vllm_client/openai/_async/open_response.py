"""The httpx response of an open stream. Closing the response closes the stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from ... import AsyncRawStream
from .._http import response_of


class _Body(httpx.AsyncByteStream):
    """The unread bytes of a stream."""

    def __init__(self, raw: AsyncRawStream) -> None:
        self._raw = raw

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._raw:
            yield piece

    async def aclose(self) -> None:
        await self._raw.aclose()


def open_response(raw: AsyncRawStream, request: httpx.Request) -> httpx.Response:
    """Return the httpx response of a stream, with the unread bytes as its body."""
    return response_of(request, raw.status, raw.headers, stream=_Body(raw))
