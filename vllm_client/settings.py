"""What a client is set to: where the server is, who calls, and how patiently."""

from __future__ import annotations

import base64
import re
import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

import attrs

from ._version import __version__
from .errors import RequestError
from .headers import SECRET_NAMES
from .http1 import header_is_legal
from .proxies import proxy_credentials
from .retry import NO_RETRY, RetryPolicy
from .thinking import Thinking
from .timeout import Timeout

DEFAULT_BASE_URL = "http://localhost:8000/v1"
USER_AGENT = f"vllm-client-sdk/{__version__} python/{sys.version.split()[0]}"

_API_PATH = re.compile(r"(.*)(/v[0-9]+)")
_HOST = re.compile(r"[-._~0-9A-Za-z!$&'()*+,;=:%]+")
# What of a path is sent as it stands; the rest is escaped.
PATH_CHARACTERS = "/%:@!$&'()*+,;=~-._"
_DEFAULT_PORTS = {"http": 80, "https": 443}
JSON = "application/json"
# The length of a request is told by the client.
_OWN_HEADERS = frozenset({"content-length", "transfer-encoding"})


@attrs.frozen
class BaseUrl:
    """Where the server is. `root` and `api` are paths: of the server itself, and of its /v1."""

    scheme: str
    host: str
    port: int
    root: str
    api: str
    credentials: str | None = attrs.field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, api_prefix: str | None = None) -> BaseUrl:
        """A base URL as people write it. Raises RequestError.

        A path that ends in /v and digits is the API's; any other gets `api_prefix` appended, which
        is "/v1" unless given.
        """
        parts, port = _split(url)
        path = parts.path.rstrip("/").encode(errors="replace")
        root = api = quote(path, safe=PATH_CHARACTERS)
        versioned = _API_PATH.fullmatch(api)
        if api_prefix is None and versioned:
            root = versioned[1]
        else:
            api = root + _prefix("v1" if api_prefix is None else api_prefix)
        return cls(
            parts.scheme,
            _ascii_host(parts.hostname or ""),
            port,
            root,
            api,
            _credentials(parts.username, parts.password),
        )

    @property
    def netloc(self) -> str:
        """Host and port as the Host header has them; the scheme's own port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.api}"


def _split(url: str) -> tuple[SplitResult, int]:
    """The parts of a base URL, and its port. Raises RequestError.

    It shows neither the whole URL nor what Python says of it: either may hold the password.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise RequestError("base_url: its host or its port cannot be read") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        host = parts.hostname or _host_meant(parts)
        raise RequestError(f"base_url: expected http://… or https://…, as in http://{host}:8000")
    if parts.query or parts.fragment:
        raise RequestError("base_url: a query or a fragment has no place in it")
    return parts, port or _DEFAULT_PORTS[parts.scheme]


def _host_meant(parts: SplitResult) -> str:
    """The host of a URL without `//`, which looks like a scheme or a path; never its password."""
    _, at, path = parts.path.rpartition("@")
    if not at and parts.scheme not in ("", *_DEFAULT_PORTS):
        return parts.scheme  # localhost:8000
    return path.partition("/")[0].partition(":")[0] or "host"


def _prefix(path: str) -> str:
    path = path.strip("/")
    return "/" + quote(path, safe=PATH_CHARACTERS) if path else ""


def _ascii_host(host: str) -> str:
    """The host as the Host header and the name service have it. Raises RequestError."""
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name):
        raise RequestError(f"base_url: {host!r} is not the name of a host")
    return name


def _credentials(username: str | None, password: str | None) -> str | None:
    """`user:password` of a URL."""
    if username is None and password is None:
        return None
    return f"{unquote(username or '')}:{unquote(password or '')}"


@attrs.frozen
class Head:
    """A request's header fields, and the caller's own request id, which was among them."""

    fields: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    request_id: str | None = None

    @classmethod
    def of(cls, fields: tuple[tuple[str, str], ...]) -> Head:
        """The fields with the request id set apart, since each attempt has one."""
        own = dict(fields).get("x-request-id")
        return cls(tuple(field for field in fields if field[0] != "x-request-id"), own)


@attrs.frozen(slots=False)
class Settings:
    """All that one client is set to. Equal settings make equal requests."""

    base_url: BaseUrl
    api_key: str | None = attrs.field(default=None, repr=False)
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    timeout: Timeout = attrs.field(factory=Timeout)
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    thinking: Thinking | None = attrs.field(factory=Thinking)
    strict: bool = False
    proxy_credentials: tuple[str, ...] = attrs.field(default=(), repr=False)

    def with_header(self, name: str, value: str) -> Settings:
        """These settings with one header field more, or with another value for it."""
        return attrs.evolve(self, headers=replaced(self.headers, checked_headers({name: value})))

    @cached_property
    def request_headers(self) -> tuple[tuple[str, str], ...]:
        """The header fields that every request of this client carries."""
        fields: tuple[tuple[str, str], ...] = (
            ("host", self.base_url.netloc),
            ("user-agent", USER_AGENT),
            ("accept", "*/*"),
            ("accept-encoding", "identity"),  # tokens must not wait for a block to fill
        )
        if self.api_key is not None:
            fields += (("authorization", f"Bearer {self.api_key}"),)
        elif self.base_url.credentials is not None:
            token = base64.b64encode(self.base_url.credentials.encode()).decode()
            fields += (("authorization", f"Basic {token}"),)
        return replaced(fields, self.headers)

    @cached_property
    def head(self) -> Head:
        """The head of every request without a body."""
        return Head.of(self.request_headers)

    @cached_property
    def json_head(self) -> Head:
        """The head of every request with a body of JSON."""
        return Head.of(with_content_type(JSON, self.request_headers))

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Strings that no error may show, the longest first."""
        return self.secrets_with(self.request_headers)

    def secrets_with(self, headers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        """The same for a call with these header fields."""
        basic = (base64.b64encode(c.encode()).decode() for c in self.proxy_credentials)
        known = (self.api_key, self.base_url.credentials, *self.proxy_credentials, *basic)
        return secrets_of(headers, *known)


def checked_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Header fields that can be sent, names in lower case, the last of equal ones.

    Raises RequestError. It shows no value: any may be a secret.
    """
    if not isinstance(headers, Mapping):
        raise RequestError(f"headers: expected a mapping, got {type(headers).__name__}")
    fields = {}
    for name, value in headers.items():
        if not (isinstance(name, str) and isinstance(value, str) and header_is_legal(name, value)):
            raise RequestError(
                f"header {name!r} cannot be sent: expected a token as its name, and as its value "
                "printable Latin-1 text without space around it"
            )
        if name.lower() in _OWN_HEADERS:
            raise RequestError(f"header {name!r}: the client tells the length of a request itself")
        fields[name.lower()] = value
    return tuple(fields.items())


def replaced(
    fields: tuple[tuple[str, str], ...], newer: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """The fields, with the newer ones in place of those of the same name."""
    names = {name for name, _ in newer}
    return tuple(field for field in fields if field[0] not in names) + newer


def with_content_type(
    content_type: str, fields: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """The fields with this one before them, unless the caller has said what the content is."""
    return replaced((("content-type", content_type),), fields)


def secrets_of(fields: tuple[tuple[str, str], ...], *others: str | None) -> tuple[str, ...]:
    """What of these must not be shown: whole values, and the token behind a scheme like Bearer."""
    values = [value for name, value in fields if name in SECRET_NAMES]
    values += [value.partition(" ")[2] for value in values]
    values += [other for other in others if other]
    values += [other.partition(":")[2] for other in others if other and ":" in other]
    told_from_words = dict.fromkeys(value for value in values if len(value) > 3)
    return tuple(sorted(told_from_words, key=len, reverse=True))


def checked_key(api_key: str | None) -> str | None:
    """The key, if it can be sent. Raises RequestError."""
    if api_key is not None and not isinstance(api_key, str):
        raise RequestError(f"api_key: expected text, got {type(api_key).__name__}")
    if api_key is not None and not header_is_legal("authorization", f"Bearer {api_key}"):
        raise RequestError("api_key: holds characters that a header cannot carry")
    return api_key


def checked_strict(strict: bool) -> bool:
    """Whether to be strict. Raises RequestError."""
    if not isinstance(strict, bool):
        raise RequestError(f"strict: expected True or False, got {strict!r:.80}")
    return strict


def retry_of(value: RetryPolicy | None) -> RetryPolicy:
    """The policy; None is no retry at all."""
    if value is None or isinstance(value, RetryPolicy):
        return value or NO_RETRY
    raise RequestError(f"retry: expected a RetryPolicy or None, got {value!r}")


def settings_of(
    base_url: str | None,
    environment: Mapping[str, str],
    *,
    api_key: str | None,
    timeout: Timeout | float | timedelta | None,
    headers: Mapping[str, str] | None,
    retry: RetryPolicy | None,
    thinking: Thinking | bool,
    api_prefix: str | None,
    strict: bool = False,
) -> Settings:
    """What the constructors' keywords and the environment say. Raises RequestError."""
    url = str(base_url or environment.get("VLLM_BASE_URL") or DEFAULT_BASE_URL)
    return Settings(
        BaseUrl.parse(url, api_prefix),
        api_key=checked_key(api_key or environment.get("VLLM_API_KEY") or None),
        headers=checked_headers(headers or {}),
        timeout=Timeout.of(timeout),
        retry=retry_of(retry),
        thinking=Thinking.of(thinking),
        strict=checked_strict(strict),
        proxy_credentials=proxy_credentials(environment),
    )


def path_segment(what: str, value: str) -> str:
    """The value as one segment of a path, quoted. Raises RequestError for what can be none."""
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise RequestError(f"{what}: {value!r:.80} has no place in a path")
    return quote(value.encode(errors="replace"), safe="")


def query_text(query: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    """The query of a URL, with its question mark; "" for none. Lists repeat their name.

    extra: the caller's extra_query, which wins.
    """
    if not isinstance(extra, Mapping):
        raise RequestError(f"extra_query: expected a mapping, got {extra!r:.80}")
    pairs = [
        f"{quote(str(name), safe='')}={quote(_query_value(item), safe='')}"
        for name, value in {**query, **extra}.items()
        for item in (value if isinstance(value, list | tuple) else [value])
    ]
    return "?" + "&".join(pairs) if pairs else ""


def _query_value(value: Any) -> bytes:
    """A value in UTF-8; half a surrogate pair, which has none, becomes a question mark."""
    return (str(value).lower() if isinstance(value, bool) else str(value)).encode(errors="replace")
