"""Check and merge the header fields of a request, and separate its request id."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ..errors import RequestError
from .http1 import header_is_legal
from .secrets import hidden

JSON = "application/json"
# The client itself sets these fields, which declare the length of a request.
_OWN_HEADERS = frozenset({"content-length", "transfer-encoding"})


@attrs.frozen
class RequestHeaders:
    """The header fields of a request, and separately the caller's own request id, if any."""

    fields: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    request_id: str | None = None

    @classmethod
    def of(cls, fields: tuple[tuple[str, str], ...]) -> RequestHeaders:
        """Separate the request id from the other fields, since each attempt has its own id."""
        own = dict(fields).get("x-request-id")
        return cls(tuple(field for field in fields if field[0] != "x-request-id"), own)


def checked_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Check header fields; return them with lower-case names. Of equal names the last one wins.

    Raises:
        RequestError: A field cannot be sent. The message contains no value, which may be a secret.
    """
    if not isinstance(headers, Mapping):
        raise RequestError(f"headers: expected a mapping, got {type(headers).__name__}")
    headers = hidden(headers)
    for name in headers:
        if not _is_legal(name, headers[name]):
            raise RequestError(
                f"header {name!r} cannot be sent: its name must be a token, and its value "
                "printable Latin-1 text without leading or trailing whitespace"
            )
        if name.lower() in _OWN_HEADERS:
            raise RequestError(f"header {name!r}: remove it, the client sets it itself")
    return tuple({name.lower(): headers[name] for name in headers}.items())


def bearer(key: str) -> str:
    """Return the value of the Authorization header for an API key. Raises RequestError."""
    key = hidden(key)
    value: str = hidden(f"Bearer {key}")
    if not header_is_legal("authorization", value):
        raise RequestError("api_key: contains characters that are not allowed in a header")
    return value


def _is_legal(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, str) and header_is_legal(name, value)


def replaced(
    fields: tuple[tuple[str, str], ...], newer: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Merge two sets of fields; the newer ones replace those of the same name."""
    names = {name for name, _ in newer}
    return tuple(field for field in fields if field[0] not in names) + newer


def with_content_type(
    content_type: str, fields: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Add a Content-Type field before the others, unless they include one."""
    return replaced((("content-type", content_type),), fields)
