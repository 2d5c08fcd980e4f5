"""The server's base URL, and the paths and queries of URLs."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

import attrs

from ..errors import RequestError

_API_PATH = re.compile(r"(.*)(/v[0-9]+)")
_HOST = re.compile(r"[-._~0-9A-Za-z!$&'()*+,;=:%]+")
# What of a path is sent as it stands; the rest is escaped.
PATH_CHARACTERS = "/%:@!$&'()*+,;=~-._"
_DEFAULT_PORTS = {"http": 80, "https": 443}

QueryValue = str | int | float | bool | Sequence[str]
"""A parameter of a URL; a list repeats its name."""


@attrs.frozen
class BaseUrl:
    """Where the server is. `root` and `api` are paths: of the server itself, and of its /v1.

    address: the IP address to connect to, one of the host's; None for any of them.
    """

    scheme: str
    host: str
    port: int
    root: str
    api: str
    credentials: str | None = attrs.field(default=None, repr=False)
    address: str | None = None

    @classmethod
    def parse(cls, url: str, api_prefix: str | None = None) -> BaseUrl:
        """A base URL as people write it. Raises RequestError.

        A path that ends in /v and digits is the API's; any other gets `api_prefix` appended, which
        is "/v1" unless given.
        """
        parts, port = _split(url)
        path = _utf8("base_url", parts.path.rstrip("/"))
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
    def authorization(self) -> str | None:
        """The Authorization header that the credentials make (RFC 7617); None without any."""
        return None if self.credentials is None else f"Basic {basic(self.credentials)}"

    @property
    def netloc(self) -> str:
        """Host and port as the Host header has them; the scheme's own port is left out."""
        return self._netloc_of(self.host)

    def __str__(self) -> str:
        return f"{self.scheme}://{self._netloc_of(self.address or self.host)}{self.api}"

    def _netloc_of(self, host: str) -> str:
        host = f"[{host}]" if ":" in host else host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def basic(credentials: str) -> str:
    """The credentials for Basic authentication; undecodable bytes of the environment are kept."""
    return base64.b64encode(credentials.encode(errors="surrogateescape")).decode()


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
    host = path.partition("/")[0].partition(":")[0] or "host"
    return host.encode(errors="replace").decode()


def _prefix(path: str) -> str:
    path = path.strip("/")
    return "/" + quote(_utf8("api_prefix", path), safe=PATH_CHARACTERS) if path else ""


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
    """`user:password` of a URL. Raises RequestError, which does not show them."""
    if username is None and password is None:
        return None
    credentials = f"{unquote(username or '')}:{unquote(password or '')}"
    try:
        credentials.encode()
    except UnicodeEncodeError:
        raise RequestError("base_url: its user or password is no valid Unicode") from None
    return credentials


def _utf8(what: str, text: str) -> bytes:
    """The text in UTF-8. Raises RequestError for half a surrogate pair, which has none."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise RequestError(f"{what}: {text!r:.80} is no valid Unicode") from error


def path_segment(what: str, value: str) -> str:
    """The value as one segment of a path, quoted. Raises RequestError for what can be none."""
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise RequestError(f"{what}: {value!r:.80} has no place in a path")
    return quote(_utf8(what, value), safe="")


def query_text(query: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    """The query of a URL, with its question mark; "" for none. Lists repeat their name.

    extra: the caller's extra_query, which wins. Raises RequestError for half a character.
    """
    if not isinstance(extra, Mapping):
        raise RequestError(f"extra_query: expected a mapping, got {extra!r:.80}")
    pairs = [
        f"{quote(_utf8('query', str(name)), safe='')}={quote(_query_value(name, item), safe='')}"
        for name, value in {**query, **extra}.items()
        for item in (value if isinstance(value, list | tuple) else [value])
    ]
    return "?" + "&".join(pairs) if pairs else ""


def _query_value(name: object, value: Any) -> bytes:
    """A value in UTF-8. Raises RequestError."""
    return _utf8(f"query {name}", str(value).lower() if isinstance(value, bool) else str(value))
