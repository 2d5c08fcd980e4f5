"""What a client is set to: where the server is, who calls, and how patiently."""

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
    """The servers of a client that has several: their base URLs by name, and the policy.

    resolve_all: whether there is a server at each address of the URLs' hosts.
    """

    urls: tuple[tuple[str, BaseUrl], ...]
    policy: Policy
    resolve_all: bool = False

    @property
    def credentials(self) -> tuple[str, ...]:
        """The credentials that the URLs hold."""
        return tuple(url.credentials for _, url in self.urls if url.credentials is not None)

    def __str__(self) -> str:
        return ",".join(str(url) for _, url in self.urls)


@attrs.frozen(slots=False)
class ClientSettings:
    """All that one client is set to. Equal settings make equal requests.

    servers: those of a client that has several. `base_url` then stands for whichever gets a
        request: its root is "/" and its API "/v1", and each attempt is fitted to its server.
    pinned: the one of them that gets all requests.
    api_key: the key, or a function that returns the one for each attempt.
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
        """Where the API is, without credentials: of several servers all, with commas."""
        if self.servers is None:
            return str(self.base_url)
        return str(dict(self.servers.urls)[self.pinned] if self.pinned else self.servers)

    def of_server(self, url: BaseUrl) -> ClientSettings:
        """The settings of a client of this one server alone."""
        return attrs.evolve(self, base_url=url, servers=None, pinned=None)

    def with_header(self, name: str, value: str) -> ClientSettings:
        """These settings with one header field more, or with another value for it."""
        return attrs.evolve(self, headers=replaced(self.headers, checked_headers({name: value})))

    def with_query(self, name: str, value: QueryValue | None) -> ClientSettings:
        """These settings with one parameter more, or with another value for it."""
        if not isinstance(name, str) or not name:
            raise RequestError(f"query: expected the name of a parameter, got {name!r:.80}")
        kept = tuple(value) if isinstance(value, list | tuple) else value
        query_text({name: kept}, {})  # refuses what cannot be sent
        query = {**dict(self.query), name: kept}
        if value is None:
            del query[name]
        return attrs.evolve(self, query=tuple(query.items()))

    @cached_property
    def request_headers(self) -> tuple[tuple[str, str], ...]:
        """The header fields that every request of this client carries."""
        fields: tuple[tuple[str, str], ...] = (
            ("host", self.base_url.netloc),
            ("user-agent", USER_AGENT),
            ("accept", "*/*"),
            ("accept-encoding", "identity"),  # tokens must not wait for a block to fill
        )
        if self.api_key is None and self.base_url.authorization is not None:
            fields += (("authorization", self.base_url.authorization),)
        elif isinstance(self.api_key, str):  # a function returns another key for each attempt
            fields += (("authorization", f"Bearer {self.api_key}"),)
        return replaced(fields, self.headers)

    @cached_property
    def head(self) -> RequestHeaders:
        """The head of every request without a body."""
        return RequestHeaders.of(self.request_headers)

    @cached_property
    def json_head(self) -> RequestHeaders:
        """The head of every request with a body of JSON."""
        return RequestHeaders.of(with_content_type(JSON, self.request_headers))

    @cached_property
    def secrets(self) -> Secrets:
        """Strings that no error may show, the longest first."""
        return self.secrets_with(self.request_headers)

    def secrets_with(self, headers: tuple[tuple[str, str], ...]) -> Secrets:
        """The same for a call with these header fields."""
        others = self.proxy_credentials
        if self.servers is not None:
            others += self.servers.credentials
        encoded = (basic(credentials) for credentials in others)
        key = self.api_key if isinstance(self.api_key, str) else None
        known = (key, self.base_url.credentials, *others, *encoded)
        return secrets_of(headers, *known)


def base_url_of(text: str, api_prefix: str | None) -> BaseUrl:
    """The base URL of a server, and not that of one of its routes.

    Raises:
        RequestError: The URL cannot be used, or ends in the path of a route.
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
    """The paths of all routes, below the root of the server or of its API, the longest first."""
    paths = {route.full_path.removeprefix("/v1") for route in ROUTES}
    return tuple(sorted(paths, key=len, reverse=True))


def checked_key(api_key: Any) -> str | SecretFunction | None:
    """The key, if it can be sent, or a function that returns it. Raises RequestError."""
    api_key = hidden(api_key)
    if api_key is None or isinstance(api_key, SecretFunction):
        return api_key
    if not isinstance(api_key, str):
        raise RequestError(f"api_key: expected text or a function, got {type(api_key).__name__}")
    bearer(api_key)
    return api_key


def checked_strict(strict: bool) -> bool:
    """Whether to be strict. Raises RequestError."""
    if not isinstance(strict, bool):
        raise RequestError(f"strict: expected True or False, got {strict!r:.80}")
    return strict


def retry_of(value: RetryPolicy | int | None) -> RetryPolicy:
    """The policy; a number is that many retries, None is no retry at all. Raises RequestError."""
    if value is None or isinstance(value, RetryPolicy):
        return value or NO_RETRY
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RequestError(
            f"retry: expected a number of retries, a RetryPolicy or None, got {value!r:.80}"
        )
    return RetryPolicy(max_retries=value)


def _server_urls(servers: Servers, api_prefix: str | None) -> ServerUrls:
    """The base URLs of several servers, each under its name. Raises RequestError."""
    urls: dict[str, BaseUrl] = {}
    for name, text in servers.urls.items():
        url = base_url_of(hidden(str(text)), api_prefix)
        name = str(url) if name == text else name
        if name in urls:
            raise RequestError(f"servers: {name} is there twice")
        urls[name] = url
    return ServerUrls(tuple(urls.items()), servers.policy, servers.resolve == "all")


def _standing_for(urls: ServerUrls) -> BaseUrl:
    """A base URL that stands for whichever of several servers gets a request."""
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
    """What the constructors' keywords and the environment say. Raises RequestError."""
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
