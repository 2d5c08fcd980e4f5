# Generated from vllm_client/openai/_async/stream.py by `python tests/tools/generate_sync.py`.
"""A stream of typed events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Generic, Self, TypeVar

import httpx

from ... import SyncRawStream, VllmError
from .._errors import error_in_stream, openai_error
from .._exceptions import APIConnectionError, APIError
from .._fields import reader_of
from .open_response import open_response

T = TypeVar("T")


class Stream(Generic[T]):
    """An iterator over the chunks or events of a stream.

    It owns a connection: read it to its end, close it, or use it in a `with` block. A stream that
    ends before the answer is complete raises APIConnectionError.
    """

    def __init__(self, raw: SyncRawStream, request: httpx.Request, kind: Any, ending: Any) -> None:
        self._raw = raw
        self._texts = raw.events()
        self._request = request
        self._read = reader_of(kind)
        self._ending = ending
        self._over = False

    @cached_property
    def response(self) -> httpx.Response:
        """The HTTP response; closing it closes the stream."""
        return open_response(self._raw, self._request)

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        if self._over:
            raise StopIteration
        try:
            text = self._texts.__next__()
        except StopIteration:
            self._over = True
            if self._ending is not None and not self._ending.is_complete:
                raise self._cut() from None
            raise
        except VllmError as error:
            self._over = True
            raise openai_error(error, self._request) from error
        return self._value(text)

    def _value(self, text: str) -> T:
        """Parse the data of an event."""
        if text.startswith("[DONE]"):
            self._finish()
        try:
            payload = json.loads(text)
        except ValueError:
            self.close()
            raise APIError(text, self._request, body=text) from None
        if "error" in payload:
            error = error_in_stream(payload, self._request)
            if error is not None:
                self.close()
                raise error
        if self._ending is not None:
            self._ending.see(payload)
        value: T = payload if self._read is None else self._read(payload)
        return value

    def _finish(self) -> None:
        """Return the connection to the pool after [DONE] and end the iteration.

        Raises:
            APIConnectionError: The answer is not complete.
        """
        self._over = True
        self._raw.finish()
        if self._ending is not None and not self._ending.is_complete:
            raise self._cut()
        raise StopIteration

    def _cut(self) -> APIConnectionError:
        text = "Connection error. The stream ended before the answer was complete."
        return APIConnectionError(message=text, request=self._request)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the server stops a generation that is still running."""
        self._over = True
        self._raw.close()
