"""The settings of a client: server, credentials, timeouts, retries."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

import attrs

from .._version import __version__
from ..codec.thinking import Thinking
from ..errors import RequestError
from ..http.base_url import BaseUrl, QueryValue, basic, query_text
from ..http.proxies import proxy_credentials
from ..http.request_headers import (
    JSON,
    RequestHeaders,
    bearer,
    checked_headers,
    replaced,
    with_content_type,
)
from ..http.secrets import SecretFunction, Secrets, hidden, secrets_of
from ..http.timeouts import Timeout
from ..vllm.routes import ROUTES
from .retry import NO_RETRY, RetryPolicy
from .servers import Policy, Servers, several

DEFAULT_BASE_URL = "http://localhost:8000/v1"
USER_AGENT = f"vllm-client-sdk/{__version__} python/{sys.version.split()[0]}"


@attrs.frozen
class ServerUrls:
    """The servers of a client with several servers.

    Attributes:
        urls: The base URLs, by server name.
        policy: The policy for choosing a server.
        resolve_all: Whether each address of a URL's host is a server of its own.
    """

    urls: tuple[tuple[str, BaseUrl], ...]
    policy: Policy
    resolve_all: bool = False

    @property
    def credentials(self) -> tuple[str, ...]:
        """The credentials in the URLs."""
        return tuple(url.credentials for _, url in self.urls if url.credentials is not None)

    def __str__(self) -> str:
        return ",".join(str(url) for _, url in self.urls)


@attrs.frozen(slots=False)
class ClientSettings:
    """The settings of a client. Equal settings produce equal requests.

    Attributes:
        base_url: The base URL of the server. With several servers, a placeholder with the root "/"
            and the API "/v1"; each attempt replaces it by the base URL of its server.
        api_key: The key, or a function that returns the key for each attempt.
        headers: Additional header fields of each request.
        query: Query parameters of each request.
        timeout: The time limits.
        retry: The retry policy.
        thinking: The tags of reasoning to split from the text; None to leave the text unchanged.
        strict: Whether a field that the server's version ignores is an error.
        proxy_credentials: The credentials of proxies, which are hidden in errors.
        servers: The servers of a client with several servers; otherwise None.
        pinned: The name of the server that gets all requests; None for any server.
    """

    base_url: BaseUrl
    api_key: str | SecretFunction | None = attrs.field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    query: tuple[tuple[str, Any], ...] = attrs.field(default=(), repr=False)
    timeout: Timeout = attrs.field(factory=Timeout)
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    thinking: Thinking | None = attrs.field(factory=Thinking)
    strict: bool = False
    proxy_credentials: tuple[str, ...] = attrs.field(default=(), repr=False)
    servers: ServerUrls | None = None
    pinned: str | None = None

    @property
    def shown_url(self) -> str:
        """The base URL without credentials; for several servers all of them, comma-separated."""
        if self.servers is None:
            return str(self.base_url)
        return str(dict(self.servers.urls)[self.pinned] if self.pinned else self.servers)

    def of_server(self, url: BaseUrl) -> ClientSettings:
        """Return the settings of a client for this server only."""
        return attrs.evolve(self, base_url=url, servers=None, pinned=None)

    def with_header(self, name: str, value: str) -> ClientSettings:
        """Return settings with a header field added or replaced."""
        return attrs.evolve(self, headers=replaced(self.headers, checked_headers({name: value})))

    def with_query(self, name: str, value: QueryValue | None) -> ClientSettings:
        """Return settings with a query parameter added or replaced; None removes it."""
        if not isinstance(name, str) or not name:
            raise RequestError(f"query: expected the name of a parameter, got {name!r:.80}")
        kept = tuple(value) if isinstance(value, list | tuple) else value
        query_text({name: kept}, {})  # raises RequestError for a value that cannot be sent
        query = {**dict(self.query), name: kept}
        if value is None:
            del query[name]
        return attrs.evolve(self, query=tuple(query.items()))

    @cached_property
    def request_headers(self) -> tuple[tuple[str, str], ...]:
        """The header fields of every request."""
        fields: tuple[tuple[str, str], ...] = (
            ("host", self.base_url.netloc),
            ("user-agent", USER_AGENT),
            ("accept", "*/*"),
            ("accept-encoding", "identity"),  # compression would delay tokens until a block is full
        )
        if self.api_key is None and self.base_url.authorization is not None:
            fields += (("authorization", self.base_url.authorization),)
        elif isinstance(self.api_key, str):  # a function is called later, for each attempt
            fields += (("authorization", bearer(self.api_key)),)
        return replaced(fields, self.headers)

    @cached_property
    def head(self) -> RequestHeaders:
        """The headers of every request without a body."""
        return RequestHeaders.of(self.request_headers)

    @cached_property
    def json_head(self) -> RequestHeaders:
        """The headers of every request with a JSON body."""
        return RequestHeaders.of(with_content_type(JSON, self.request_headers))

    @cached_property
    def secrets(self) -> Secrets:
        """Strings that must not appear in errors, longest first."""
        return self.secrets_with(self.request_headers)

    def secrets_with(self, headers: tuple[tuple[str, str], ...]) -> Secrets:
        """Return the secrets of a call with these header fields, longest first."""
        others = self.proxy_credentials
        if self.servers is not None:
            others += self.servers.credentials
        encoded = (basic(credentials) for credentials in others)
        key = self.api_key if isinstance(self.api_key, str) else None
        known = (key, self.base_url.credentials, *others, *encoded)
        return secrets_of(headers, *known)


def base_url_of(text: str, api_prefix: str | None) -> BaseUrl:
    """Parse the base URL of a server.

    Raises:
        RequestError: The URL is invalid, or ends in the path of a route.
    """
    url = BaseUrl.parse(text, api_prefix)
    path = urlsplit(text.strip()).path.rstrip("/")
    for route in _route_paths():
        if path.endswith(route):
            base = f"{url.scheme}://{url.netloc}{url.root.removesuffix(route)}"
            raise RequestError(
                f"base_url: leave out {route} at its end, as in {base}: the client adds the path "
                "of each route itself"
            )
    return url


@cache
def _route_paths() -> tuple[str, ...]:
    """Return the paths of all routes, relative to the root or the API, longest first."""
    paths = {route.full_path.removeprefix("/v1") for route in ROUTES}
    return tuple(sorted(paths, key=len, reverse=True))


def checked_key(api_key: Any) -> str | SecretFunction | None:
    """Validate an API key, or a function that returns it. Raise RequestError if it is invalid."""
    api_key = hidden(api_key)
    if api_key is None or isinstance(api_key, SecretFunction):
        return api_key
    if not isinstance(api_key, str):
        raise RequestError(f"api_key: expected text or a function, got {type(api_key).__name__}")
    bearer(api_key)
    return api_key


def checked_strict(strict: bool) -> bool:
    """Validate the option `strict`. Raise RequestError if it is not a bool."""
    if not isinstance(strict, bool):
        raise RequestError(f"strict: expected True or False, got {strict!r:.80}")
    return strict


def retry_of(value: RetryPolicy | int | None) -> RetryPolicy:
    """Convert the option `retry` to a policy: a number of retries, or None for no retries.

    Raises:
        RequestError: The value is none of these.
    """
    if value is None or isinstance(value, RetryPolicy):
        return value or NO_RETRY
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RequestError(
            f"retry: expected a number of retries, a RetryPolicy or None, got {value!r:.80}"
        )
    return RetryPolicy(max_retries=value)


def _server_urls(servers: Servers, api_prefix: str | None) -> ServerUrls:
    """Parse the base URLs of several servers. Raise RequestError if one is invalid."""
    urls: dict[str, BaseUrl] = {}
    for name, text in servers.urls.items():
        url = base_url_of(hidden(str(text)), api_prefix)
        name = str(url) if name == text else name
        if name in urls:
            raise RequestError(f"servers: {name} is given twice")
        urls[name] = url
    return ServerUrls(tuple(urls.items()), servers.policy, servers.resolve == "all")


def _standing_for(urls: ServerUrls) -> BaseUrl:
    """Return the placeholder base URL of a client with several servers."""
    return attrs.evolve(urls.urls[0][1], root="", api="/v1", credentials=None)


def settings_of(
    base_url: str | Sequence[str] | Servers | None,
    environment: Mapping[str, str],
    *,
    api_key: str | Callable[[], Any] | None,
    timeout: Timeout | float | timedelta | None,
    headers: Mapping[str, str] | None,
    retry: RetryPolicy | int | None,
    thinking: Thinking | bool,
    api_prefix: str | None,
    strict: bool = False,
) -> ClientSettings:
    """Build settings from the keywords of a client and the environment. Raises RequestError."""
    environment = hidden(environment)
    fallback = hidden(environment.get("VLLM_BASE_URL")) or DEFAULT_BASE_URL
    given = base_url if base_url is not None and base_url != "" else fallback
    servers = several(given)
    urls = None if servers is None else _server_urls(servers, api_prefix)
    return ClientSettings(
        base_url_of(hidden(str(given)), api_prefix) if urls is None else _standing_for(urls),
        api_key=checked_key(api_key or environment.get("VLLM_API_KEY") or None),
        headers=checked_headers(headers or {}),
        timeout=Timeout.of(timeout),
        retry=retry_of(retry),
        thinking=Thinking.of(thinking),
        strict=checked_strict(strict),
        proxy_credentials=proxy_credentials(environment),
        servers=urls,
    )
