"""The client."""

from __future__ import annotations

import copy as copying
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakSet

import attrs
import httpx

from ..._io.asyncio_.api_key import ApiKey
from ...http.secrets import hidden
from .. import _client_views as views
from .._constants import DEFAULT_MAX_RETRIES
from .._options import ClientOptions, Secret, checked_retries, with_slash
from .._types import NOT_GIVEN, given, is_given
from .._unsupported import RESOURCES, Unsupported
from .audio import AsyncAudio
from .chat import AsyncBeta, AsyncChat
from .completions import AsyncTextCompletions
from .embeddings import AsyncEmbeddings
from .key_function import AsyncKeyFunction, checked_key
from .models import AsyncModels
from .responses import AsyncResponses
from .verbs import AsyncVerbs

if TYPE_CHECKING:
    import httpx2


class AsyncOpenAI(AsyncVerbs):
    """A client for a vLLM server with the API of openai-python.

    Args:
        api_key: The API key, or a function that returns it. The function is called for each
            request that is sent, including retries, and may be called concurrently. Default: the
            environment variable OPENAI_API_KEY if `base_url` or OPENAI_BASE_URL is given, else
            VLLM_API_KEY.
        organization, project: Values of the header fields OpenAI-Organization and OpenAI-Project.
            Default: the environment variables OPENAI_ORG_ID and OPENAI_PROJECT_ID.
        admin_api_key, webhook_secret, websocket_base_url, _strict_response_validation: Ignored.
            Accepted for scripts that pass them.
        base_url: For example `http://host:8000/v1`. Default: the environment variable
            OPENAI_BASE_URL, else VLLM_BASE_URL, else http://localhost:8000/v1.
        timeout: Seconds for each wait (for a connection, for the first token, for each further
            token), an httpx.Timeout, or None for no limit. Default: 600, and 5 for the connection.
        max_retries: The maximum number of retries of a failed request. Default: 2.
        default_headers, default_query: Header fields and URL parameters of every request.
        http_client: A client of httpx or httpx2 that sends the requests. Default: the connections
            of vllm_client.

    Raises:
        OpenAIError: The base URL, the API key or a header field is invalid.
        TypeError: `max_retries` or `http_client` is invalid.
    """

    def __init__(
        self,
        *,
        api_key: ApiKey | None = None,
        admin_api_key: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        webhook_secret: str | None = None,
        base_url: str | httpx.URL | httpx2.URL | None = None,
        websocket_base_url: str | httpx.URL | httpx2.URL | None = None,
        timeout: Any = NOT_GIVEN,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: httpx.AsyncClient | httpx2.AsyncClient | None = None,
        _strict_response_validation: bool = False,
    ) -> None:
        api_key, default_headers = hidden(api_key), hidden(default_headers)
        self._http_client = http_client
        self._options = ClientOptions.of(
            base_url,
            checked_key(api_key),
            timeout,
            http_client,
            max_retries=max_retries,
            organization=organization,
            project=project,
            headers=default_headers,
            query=default_query,
        )
        self._opened = WeakSet()  # shared with copies
        self._connect()

    @cached_property
    def chat(self) -> AsyncChat:
        """Chat completions."""
        return AsyncChat(self)

    @cached_property
    def completions(self) -> AsyncTextCompletions:
        """Text completions."""
        return AsyncTextCompletions(self)

    @cached_property
    def responses(self) -> AsyncResponses:
        """The Responses API."""
        return AsyncResponses(self)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Embeddings."""
        return AsyncEmbeddings(self)

    @cached_property
    def audio(self) -> AsyncAudio:
        """Transcriptions and translations of recordings."""
        return AsyncAudio(self)

    @cached_property
    def models(self) -> AsyncModels:
        """The models of the server."""
        return AsyncModels(self)

    @cached_property
    def beta(self) -> AsyncBeta:
        """The methods that older versions of openai-python had in `client.beta`."""
        return AsyncBeta(self)

    def __getattr__(self, name: str) -> Any:
        if name in RESOURCES:
            return Unsupported(f"client.{name}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def with_raw_response(self) -> views.View:
        """A client whose methods return the HTTP response; its `parse()` returns the result."""
        return views.View(self, "with_raw_response")

    @property
    def with_streaming_response(self) -> views.View:
        """A client whose methods are context managers that yield the unread HTTP response."""
        return views.View(self, "with_streaming_response")

    @property
    def api_key(self) -> str:
        """The API key, or the last one that the function returned; "" if there is none yet."""
        key = self._options.api_key
        return str(key.last_key if isinstance(key, AsyncKeyFunction) else key or "")

    @api_key.setter
    def api_key(self, key: ApiKey | None) -> None:
        key = hidden(key)
        self._options = attrs.evolve(self._options, api_key=checked_key(key))
        self._add_key()
        self._add_client_headers()

    @property
    def base_url(self) -> httpx.URL:
        """The base URL, which ends with a slash."""
        return self._options.base_url

    @base_url.setter
    def base_url(self, url: str | httpx.URL | httpx2.URL) -> None:
        self._options = attrs.evolve(self._options, base_url=with_slash(url), address=str(url))
        self._connect()

    @property
    def organization(self) -> str | None:
        """The value of the header field OpenAI-Organization."""
        return self._options.organization

    @property
    def project(self) -> str | None:
        """The value of the header field OpenAI-Project."""
        return self._options.project

    @property
    def auth_headers(self) -> dict[str, str]:
        """The Authorization header field with the API key; empty if there is no key."""
        return {"Authorization": Secret(f"Bearer {self.api_key}")} if self.api_key else {}

    @property
    def default_headers(self) -> dict[str, str]:
        """The header fields of every request, without the API key."""
        return self._options.headers_with(None)

    @property
    def default_query(self) -> dict[str, Any]:
        """The URL parameters of every request."""
        return self._options.query_with(None)

    def copy(
        self,
        *,
        api_key: ApiKey | None = None,
        organization: str | None = None,
        project: str | None = None,
        base_url: str | httpx.URL | httpx2.URL | None = None,
        timeout: Any = NOT_GIVEN,
        http_client: httpx.AsyncClient | httpx2.AsyncClient | None = None,
        max_retries: int | None = None,
        default_headers: Mapping[str, str] | None = None,
        set_default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
    ) -> Self:
        """Return a client with changed settings.

        The new client uses the same connections, unless `base_url` or `http_client` is given.

        Args:
            api_key, organization, project, base_url, timeout, http_client, max_retries: As for a
                new client. Default: those of this client.
            default_headers, default_query: Header fields and URL parameters that are added to
                those of this client.
            set_default_headers, set_default_query: Header fields and URL parameters that replace
                those of this client.

        Raises:
            ValueError: Both `default_…` and `set_default_…` are given.
            OpenAIError: The base URL, the API key or a header field is invalid.
        """
        api_key, default_headers = hidden(api_key), hidden(default_headers)
        set_default_headers = hidden(set_default_headers)
        own = self._options
        changes = given({"organization": organization, "project": project})
        if api_key is not None:
            changes["api_key"] = checked_key(api_key)
        if max_retries is not None:
            changes["max_retries"] = checked_retries(max_retries)
        if is_given(timeout):
            changes["timeout"] = timeout
        if base_url is not None:
            changes |= {"base_url": with_slash(base_url), "address": str(base_url)}
        if default_headers is not None or set_default_headers is not None:
            merged = _merged(own.headers, default_headers, set_default_headers)
            changes["headers"] = hidden(merged)
        if default_query is not None or set_default_query is not None:
            changes["query"] = _merged(own.query, default_query, set_default_query)
        made = copying.copy(self)
        made._options = attrs.evolve(own, **changes)
        if http_client is not None:
            made._http_client = http_client
        if base_url is not None or http_client is not None:
            made._connect()
        elif changes.keys() - {"timeout", "max_retries"}:
            made._with_headers = None
            if api_key is not None:
                made._add_key()
        return made

    with_options = copy

    def __copy__(self) -> Self:
        made = object.__new__(type(self))
        made.__dict__.update({name: self.__dict__[name] for name in _KEPT})
        return made

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections of this client and its copies, and the `http_client`, if any."""
        for client in list(self._opened):
            await client.aclose()
        self._opened.clear()
        if self._http_client is not None:
            await self._http_client.aclose()

    def is_closed(self) -> bool:
        """Return whether `close` was called on this client or a copy."""
        return not self._opened

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._without_key.base_url}>"


_KEPT = ("_options", "_http_client", "_without_key", "_with_key", "_with_headers", "_opened")
"""The attributes that a copy has from the beginning."""


def _merged(own: Any, added: Any, instead: Any) -> dict[str, Any]:
    if added is not None and instead is not None:
        raise ValueError("`default_…` and `set_default_…` arguments are mutually exclusive")
    return dict(instead) if instead is not None else {**own, **(added or {})}
