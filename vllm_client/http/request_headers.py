"""Header fields of a request: checked, merged, and with the request id set apart."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ..errors import RequestError
from .http1 import header_is_legal
from .secrets import hidden

JSON = "application/json"
# The length of a request is told by the client.
_OWN_HEADERS = frozenset({"content-length", "transfer-encoding"})


@attrs.frozen
class RequestHeaders:
    """A request's header fields, and the caller's own request id, which was among them."""

    fields: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    request_id: str | None = None

    @classmethod
    def of(cls, fields: tuple[tuple[str, str], ...]) -> RequestHeaders:
        """The fields with the request id set apart, since each attempt has one."""
        own = dict(fields).get("x-request-id")
        return cls(tuple(field for field in fields if field[0] != "x-request-id"), own)


def checked_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Header fields that can be sent, names in lower case, the last of equal ones.

    Raises RequestError. It shows no value: any may be a secret.
    """
    if not isinstance(headers, Mapping):
        raise RequestError(f"headers: expected a mapping, got {type(headers).__name__}")
    headers = hidden(headers)
    for name in headers:
        if not _is_legal(name, headers[name]):
            raise RequestError(
                f"header {name!r} cannot be sent: expected a token as its name, and as its value "
                "printable Latin-1 text without space around it"
            )
        if name.lower() in _OWN_HEADERS:
            raise RequestError(f"header {name!r}: the client tells the length of a request itself")
    return tuple({name.lower(): headers[name] for name in headers}.items())


def bearer(key: object) -> str:
    """The value of the header field that carries an API key. Raises RequestError."""
    key = hidden(key)
    if not isinstance(key, str):
        raise RequestError(f"api_key: expected text, got {type(key).__name__}")
    value: str = hidden(f"Bearer {key}")
    if not header_is_legal("authorization", value):
        raise RequestError("api_key: holds characters that a header cannot carry")
    return value


def _is_legal(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, str) and header_is_legal(name, value)


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
