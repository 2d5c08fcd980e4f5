"""One call: what is sent, and what its answer becomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

import attrs

from .. import RawResponse
from ._fields import reader_of
from ._files import multipart
from ._models import BaseModel
from ._types import given, is_given

JSON = "application/json"


class Mode(Enum):
    """What a method gives: the value, the response with the value, or the open response."""

    PARSED = "parsed"
    RAW = "raw"
    STREAMING = "streaming"


class ModeHeaders(dict[str, Any]):
    """The header fields of a call that was made by `with_raw_response` or the like."""

    mode = Mode.PARSED


def with_mode(options: Mapping[str, Any], mode: Mode) -> dict[str, Any]:
    """The keywords of a call that gives another thing than the value."""
    headers = ModeHeaders(options.get("extra_headers") or {})
    headers.mode = mode
    return {**options, "extra_headers": headers}


def _same(value: Any) -> Any:
    return value


@attrs.frozen
class ApiCall:
    """A request to a route, and the type of its answer.

    Attributes:
        path: below the base URL, or the whole URL.
        cast_to: the type of a plain answer.
        chunk: the type of the events of a stream; None for a plain answer.
        finish: what is made of the value at last.
        ending: the rule by which a stream is complete; None where none is known.
    """

    method: str
    path: str
    cast_to: Any = object
    body: Any = None
    files: Mapping[str, Any] | None = None
    headers: Mapping[str, Any] | None = attrs.field(default=None, repr=False)
    query: Mapping[str, Any] | None = None
    timeout: Any = attrs.field(kw_only=True)
    max_retries: int | None = None
    chunk: Any = None
    finish: Callable[[Any], Any] = _same
    ending: Callable[[], Any] | None = None

    @property
    def mode(self) -> Mode:
        """What the caller wants to have."""
        return self.headers.mode if isinstance(self.headers, ModeHeaders) else Mode.PARSED

    def content(self) -> tuple[bytes, str] | None:
        """The body and its content type."""
        if self.files is not None:
            return multipart(self.files, self.body or {})
        return None if self.body is None else (encoded(self.body), JSON)


def call_of(
    method: str, path: str, options: Mapping[str, Any], body: Any = None, **more: Any
) -> ApiCall:
    """The call of a method's keywords, those of CallOptions among them."""
    if isinstance(body, Mapping):
        body = given(body)
        extra = options.get("extra_body")
        body = {**body, **extra} if isinstance(extra, Mapping) else body
    return ApiCall(
        method,
        path,
        body=body,
        headers=options.get("extra_headers"),
        query=options.get("extra_query"),
        timeout=options.get("timeout", given_by_client),
        **more,
    )


given_by_client = object()


def encoded(body: Any) -> bytes:
    """The JSON of a body. Raises TypeError, ValueError."""
    return _encode(body).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """What JSON does not know, as it knows it."""
    if isinstance(value, BaseModel):
        return value.to_dict()
    for name in ("model_dump", "to_dict", "tolist", "isoformat"):
        convert = getattr(value, name, None)
        if convert is not None and not isinstance(value, type):
            return convert()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return list(value)
    if not is_given(value):
        return None
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
).encode


def read_answer(raw: RawResponse, cast_to: Any) -> Any:
    """The answer as a value of this type."""
    if cast_to in (None, type(None)):
        return None
    if cast_to is str or "json" not in raw.headers.get("content-type", ""):
        return raw.text
    read = reader_of(cast_to)
    return raw.json() if read is None else read(raw.json())
