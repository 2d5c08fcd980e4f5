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
# Characters of a path that are not percent-encoded.
PATH_CHARACTERS = "/%:@!$&'()*+,;=~-._"
_DEFAULT_PORTS = {"http": 80, "https": 443}

QueryValue = str | int | float | bool | Sequence[str]
"""The value of a URL parameter; a list gives one parameter per item, all of the same name."""


@attrs.frozen
class BaseUrl:
    """A parsed base URL.

    Attributes:
        scheme: "http" or "https".
        host: The host name or IP address, in ASCII.
        port: The port.
        root: The path below which routes such as /health are, without the API prefix.
        api: The path of the API: `root` plus a prefix, usually /v1.
        credentials: `user:password` of the URL, decoded; None if it has none.
        address: The IP address of the host to connect to; None to resolve the host.
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
        """Parse a base URL as users write it.

        Args:
            url: The URL. A path that ends in /v and digits is that of the API; `api_prefix` is
                appended to any other path.
            api_prefix: The prefix of the API. Default: "/v1", unless the URL ends in one.

        Raises:
            RequestError: The URL or the prefix is not valid.
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
        """The Authorization header for the credentials (RFC 7617); None without credentials."""
        return None if self.credentials is None else f"Basic {basic(self.credentials)}"

    @property
    def netloc(self) -> str:
        """Host and port as in the Host header: without the port if it is the scheme's default."""
        return self._netloc_of(self.host)

    def __str__(self) -> str:
        return f"{self.scheme}://{self._netloc_of(self.address or self.host)}{self.api}"

    def _netloc_of(self, host: str) -> str:
        host = f"[{host}]" if ":" in host else host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def basic(credentials: str) -> str:
    """Encode credentials for Basic authentication.

    Bytes that Python could not decode when it read an environment variable are restored.
    """
    return base64.b64encode(credentials.encode(errors="surrogateescape")).decode()


def _split(url: str) -> tuple[SplitResult, int]:
    """Return the parts of a base URL, and its port.

    Raises:
        RequestError: The URL is not valid. The message contains neither the whole URL nor Python's
            own message, since both may contain the password.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise RequestError("base_url: its host or port is not valid") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        host = parts.hostname or _host_meant(parts)
        raise RequestError(f"base_url: expected http://… or https://…, as in http://{host}:8000")
    if parts.query or parts.fragment:
        raise RequestError("base_url: remove the query and the fragment")
    return parts, port or _DEFAULT_PORTS[parts.scheme]


def _host_meant(parts: SplitResult) -> str:
    """Guess the host of a URL without `//`, whose host was parsed as a scheme or path.

    The result never contains the password.
    """
    _, at, path = parts.path.rpartition("@")
    if not at and parts.scheme not in ("", *_DEFAULT_PORTS):
        return parts.scheme  # localhost:8000
    host = path.partition("/")[0].partition(":")[0] or "host"
    return host.encode(errors="replace").decode()


def _prefix(path: str) -> str:
    path = path.strip("/")
    return "/" + quote(_utf8("api_prefix", path), safe=PATH_CHARACTERS) if path else ""


def _ascii_host(host: str) -> str:
    """Return the host in ASCII, a Unicode name in IDNA encoding. Raises RequestError."""
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name):
        raise RequestError(f"base_url: {host!r} is not a valid host name")
    return name


def _credentials(username: str | None, password: str | None) -> str | None:
    """Return `user:password` of a URL. Raises RequestError; its message hides them."""
    if username is None and password is None:
        return None
    credentials = f"{unquote(username or '')}:{unquote(password or '')}"
    try:
        credentials.encode()
    except UnicodeEncodeError:
        raise RequestError("base_url: its user or password is not valid Unicode") from None
    return credentials


def _utf8(what: str, text: str) -> bytes:
    """Encode text as UTF-8. Raises RequestError for a lone surrogate, which UTF-8 cannot encode."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise RequestError(f"{what}: {text!r:.80} is not valid Unicode") from error


def path_segment(what: str, value: str) -> str:
    """Percent-encode a value as one segment of a path.

    Raises:
        RequestError: The value is not text, is empty, or is "." or "..".
    """
    if not isinstance(value, str) or value in ("", ".", ".."):
        raise RequestError(f"{what}: {value!r:.80} cannot be part of a URL path")
    return quote(_utf8(what, value), safe="")


def query_text(query: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    """Return the query of a URL, with its question mark; "" if there are no parameters.

    Args:
        query: The parameters. A list gives one parameter per item, all of the same name; None
            gives none.
        extra: The caller's extra_query, which takes precedence.

    Raises:
        RequestError: A value contains a lone surrogate, or `extra` is not a mapping.
    """
    if not isinstance(extra, Mapping):
        raise RequestError(f"extra_query: expected a mapping, got {extra!r:.80}")
    pairs = [
        f"{quote(_utf8('query', str(name)), safe='')}={quote(_query_value(name, item), safe='')}"
        for name, value in {**query, **extra}.items()
        if value is not None
        for item in (value if isinstance(value, list | tuple) else [value])
    ]
    return "?" + "&".join(pairs) if pairs else ""


def _query_value(name: object, value: Any) -> bytes:
    """Encode a value as UTF-8. Raises RequestError."""
    return _utf8(f"query {name}", str(value).lower() if isinstance(value, bool) else str(value))
