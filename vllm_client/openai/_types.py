"""Markers and type aliases, with their names in openai-python."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import IO, Any, Literal, TypeAlias, TypedDict, TypeVar

import httpx

T = TypeVar("T")

NoneType: type[None] = type(None)
Timeout = httpx.Timeout
Transport = httpx.BaseTransport
ProxiesTypes: TypeAlias = Any


class NotGiven:
    """The type of NOT_GIVEN, the default value of keywords that are not sent."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """The type of `omit`, a value that removes a keyword or a default header from the request."""

    def __bool__(self) -> Literal[False]:
        return False


NOT_GIVEN = NotGiven()
not_given = NOT_GIVEN
omit = Omit()

_MARKERS = frozenset({NotGiven, Omit})

# The type of a keyword that is not sent if it is None, NOT_GIVEN or `omit`.
Maybe: TypeAlias = T | NotGiven | Omit | None

Query: TypeAlias = Mapping[str, Any]
Body: TypeAlias = Mapping[str, Any] | Any
Headers: TypeAlias = Mapping[str, str | Omit]
FileContent: TypeAlias = IO[bytes] | bytes | os.PathLike[str]
FileTypes: TypeAlias = (
    FileContent
    | tuple[str | None, FileContent]
    | tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
TimeoutTypes: TypeAlias = float | Timeout | NotGiven | None
SequenceNotStr: TypeAlias = Sequence[T]


class RequestOptions(TypedDict, total=False):
    """The `options` of `client.get`, `client.post` and similar methods."""

    headers: Headers
    """Header fields of this call; the value `omit` removes a default header field."""
    params: Query
    """URL parameters of this call."""
    timeout: TimeoutTypes
    """Seconds for each wait, an httpx.Timeout, or None for no limit. Default: the client's."""
    max_retries: int
    """The maximum number of retries. Default: the client's."""
    extra_json: Mapping[str, Any]
    """Fields that are added to a JSON body."""
    idempotency_key: str
    """Ignored. Accepted for scripts that pass it."""


class CallOptions(TypedDict, total=False):
    """The keywords of every method that sends a request."""

    extra_headers: Headers | None
    """Header fields of this call; the value `omit` removes a default header field."""
    extra_query: Query | None
    """URL parameters of this call."""
    extra_body: Body | None
    """Fields of the body for which openai-python has no keyword, such as vLLM's `top_k`."""
    timeout: TimeoutTypes
    """Seconds for each wait, an httpx.Timeout, or None for no limit. Default: the client's."""


def is_given(value: object) -> bool:
    """Return whether a value is neither NOT_GIVEN nor `omit`."""
    return type(value) not in _MARKERS


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields without those that are None, NOT_GIVEN or `omit`."""
    return {
        name: value
        for name, value in fields.items()
        if value is not None and type(value) not in _MARKERS
    }
