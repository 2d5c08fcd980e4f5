"""httpx's classes, which openai-python shows its users: requests, responses, clients."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from ._constants import DEFAULT_CONNECTION_LIMITS, DEFAULT_TIMEOUT

# Header fields about the transfer: the body of our responses is decoded and complete.
_NOT_SHOWN = frozenset({"content-encoding", "transfer-encoding"})


def request_of(method: str, url: httpx.URL) -> httpx.Request:
    """A request without its body and its secrets."""
    return httpx.Request(method, url.copy_with(username=None, password=None))


def response_of(
    request: httpx.Request,
    status: int,
    headers: Mapping[str, str],
    content: bytes | None = None,
    stream: Any = None,
) -> httpx.Response:
    """An answer as httpx has it, with its content or with a stream of it."""
    shown = {name: value for name, value in headers.items() if name.lower() not in _NOT_SHOWN}
    return httpx.Response(status, headers=shown, content=content, stream=stream, request=request)


def with_elapsed(response: httpx.Response, seconds: float | None) -> httpx.Response:
    """The response, with the time that it took."""
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
    """An httpx client with openai's defaults.

    One without keywords is not used: our own connections are faster, and do the same.
    """

    def __init__(self, **options: Any) -> None:
        self.is_plain = not options
        super().__init__(**_with_defaults(options))


class DefaultAsyncHttpxClient(httpx.AsyncClient):
    """The same for AsyncOpenAI."""

    def __init__(self, **options: Any) -> None:
        self.is_plain = not options
        super().__init__(**_with_defaults(options))


# httpx2 is no dependency; its keywords are httpx's.
DefaultHttpx2Client = DefaultHttpxClient
DefaultAsyncHttpx2Client = DefaultAsyncHttpxClient


class DefaultAioHttpClient(DefaultAsyncHttpxClient):
    """openai-python carries requests by aiohttp here; our own connections are faster."""


def used_client(http_client: Any) -> Any:
    """The caller's httpx client, or None where our own connections do the same."""
    return None if getattr(http_client, "is_plain", False) else http_client
