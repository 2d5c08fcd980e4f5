# Generated from vllm_client/openai/_async/open_response.py by `python tests/tools/generate_sync.py`.
"""The httpx response of an open stream. Closing the response closes the stream."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from ... import SyncRawStream
from .._http import response_of


class _Body(httpx.SyncByteStream):
    """The unread bytes of a stream."""

    def __init__(self, raw: SyncRawStream) -> None:
        self._raw = raw

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._raw:
            yield piece

    def close(self) -> None:
        self._raw.close()


def open_response(raw: SyncRawStream, request: httpx.Request) -> httpx.Response:
    """Return the httpx response of a stream, with the unread bytes as its body."""
    return response_of(request, raw.status, raw.headers, stream=_Body(raw))
