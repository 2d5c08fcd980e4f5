"""Markers and aliases of types, by openai's names."""

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
    """The type of NOT_GIVEN, the value of a keyword that was left out."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """The type of `omit`: leaves a keyword, or a default header, out of the request."""

    def __bool__(self) -> Literal[False]:
        return False


NOT_GIVEN = NotGiven()
not_given = NOT_GIVEN
omit = Omit()

_MARKERS = frozenset({NotGiven, Omit})

# A keyword of a request: None, NOT_GIVEN and `omit` all leave it out.
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
    """`options=` of `client.get`, `client.post` and the like."""

    headers: Headers
    params: Query
    timeout: TimeoutTypes
    max_retries: int
    extra_json: Mapping[str, Any]
    idempotency_key: str


class CallOptions(TypedDict, total=False):
    """Keywords of every method that sends a request."""

    extra_headers: Headers | None
    """Header fields for this call; `omit` as a value leaves out one of the client's."""
    extra_query: Query | None
    """Parameters of the URL for this call."""
    extra_body: Body | None
    """Fields of the body that openai has no keyword for, such as vLLM's `top_k`."""
    timeout: TimeoutTypes
    """Seconds for each wait, an httpx.Timeout, or None for no limit. Default: the client's."""


def is_given(value: object) -> bool:
    """Whether a keyword was given."""
    return type(value) not in _MARKERS


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that were given; None is none."""
    return {
        name: value
        for name, value in fields.items()
        if value is not None and type(value) not in _MARKERS
    }
