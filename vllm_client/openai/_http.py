"""The requests, responses and clients of httpx that are part of openai-python's API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from ._constants import DEFAULT_CONNECTION_LIMITS, DEFAULT_TIMEOUT

# Encodings of the body, omitted because the body of these responses is already decoded.
_NOT_SHOWN = frozenset({"content-encoding", "transfer-encoding"})


def request_of(method: str, url: httpx.URL) -> httpx.Request:
    """Return an httpx request without body, API key and other secrets."""
    return httpx.Request(method, url.copy_with(username=None, password=None))


def response_of(
    request: httpx.Request,
    status: int,
    headers: Mapping[str, str],
    content: bytes | None = None,
    stream: Any = None,
) -> httpx.Response:
    """Return an httpx response with its content, or with a stream of its content."""
    shown = {name: value for name, value in headers.items() if name.lower() not in _NOT_SHOWN}
    return httpx.Response(status, headers=shown, content=content, stream=stream, request=request)


def with_elapsed(response: httpx.Response, seconds: float | None) -> httpx.Response:
    """Set the duration of a response and return the response."""
    response.elapsed = timedelta(seconds=seconds or 0.0)
    return response


def _with_defaults(options: dict[str, Any]) -> dict[str, Any]:
    defaults = {
        "timeout": DEFAULT_TIMEOUT,
        "limits": DEFAULT_CONNECTION_LIMITS,
        "follow_redirects": True,
    }
    return defaults | options


class DefaultHttpxClient(httpx.Client):
    """An httpx client with the defaults of openai-python.

    If it is created without arguments, OpenAI uses the connections of vllm_client instead, which
    behave the same and are faster.
    """

    def __init__(self, **options: Any) -> None:
        self.is_plain = not options
        super().__init__(**_with_defaults(options))


class DefaultAsyncHttpxClient(httpx.AsyncClient):
    """An async httpx client with the defaults of openai-python.

    If it is created without arguments, AsyncOpenAI uses the connections of vllm_client instead,
    which behave the same and are faster.
    """

    def __init__(self, **options: Any) -> None:
        self.is_plain = not options
        super().__init__(**_with_defaults(options))


# httpx2 is not a dependency. Its clients have the same arguments as those of httpx.
DefaultHttpx2Client = DefaultHttpxClient
DefaultAsyncHttpx2Client = DefaultAsyncHttpxClient


class DefaultAioHttpClient(DefaultAsyncHttpxClient):
    """An async httpx client under the name of openai-python's aiohttp client."""


def used_client(http_client: Any) -> Any:
    """Return the httpx client that sends the requests, or None for vllm_client's connections."""
    return None if getattr(http_client, "is_plain", False) else http_client
