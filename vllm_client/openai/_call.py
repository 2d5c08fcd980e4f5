"""A call: its request, and the parsing of its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar

import attrs

from .. import RawResponse
from ._fields import reader_of
from ._files import multipart
from ._models import BaseModel
from ._types import given, is_given

OptionsT = TypeVar("OptionsT")

JSON = "application/json"


class Mode(Enum):
    """The result of a method: a value, a response with its value, or an open response."""

    PARSED = "parsed"
    RAW = "raw"
    STREAMING = "streaming"


class CallHeaders(dict[str, Any]):
    """The header fields of a call, hidden in the repr, with the call's mode as an attribute."""

    mode = Mode.PARSED

    def __repr__(self) -> str:
        return f"<{len(self)} fields, not shown since they may be secrets>"


def with_hidden_headers(options: OptionsT) -> OptionsT:
    """Hide header values in the repr of a call's keywords; return the keywords.

    Error trackers may upload the repr of local variables, which contain the keywords during a call.
    The dict is modified in place. It is a dict of `**kwargs` or a copy, not of the caller.
    """
    given: Any = options
    for name in ("extra_headers", "headers"):
        if isinstance(given.get(name), Mapping) and not isinstance(given[name], CallHeaders):
            given[name] = CallHeaders(given[name])
    return options


def with_mode(options: dict[str, Any], mode: Mode) -> dict[str, Any]:
    """Return the keywords of a call with this mode."""
    headers = CallHeaders(with_hidden_headers(options).get("extra_headers") or {})
    headers.mode = mode
    return {**options, "extra_headers": headers}


def _same(value: Any) -> Any:
    return value


@attrs.frozen
class ApiCall:
    """A request to a route, and the type of its answer.

    Attributes:
        method: The HTTP method.
        path: The path below the base URL, or an absolute URL.
        cast_to: The type of an answer that is not streamed.
        body: The JSON body, or the fields of the form if there are `files`.
        files: The files of a multipart form, by field name.
        headers: The header fields of this call.
        query: The URL parameters of this call.
        timeout: The timeout of this call.
        max_retries: The maximum number of retries. Default: that of the client.
        chunk: The type of the events of a stream; None if the answer is not streamed.
        finish: A function that converts the parsed value to the result.
        ending: A function that creates a check that the stream is complete; None for no check.
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
        """The kind of result to return."""
        return self.headers.mode if isinstance(self.headers, CallHeaders) else Mode.PARSED

    def content(self) -> tuple[bytes, str] | None:
        """Return the encoded body and its content type, or None if there is no body."""
        if self.files is not None:
            return multipart(self.files, self.body or {})
        return None if self.body is None else (encoded(self.body), JSON)


def call_of(
    method: str, path: str, options: Mapping[str, Any], body: Any = None, **more: Any
) -> ApiCall:
    """Make a call from the keywords of a method; `options` includes the CallOptions."""
    with_hidden_headers(options)
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
    """Encode a body as JSON.

    Raises:
        TypeError, ValueError: A value cannot be represented in JSON.
    """
    return _encode(body).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """Convert a value of another type to a JSON type."""
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
    """Parse an answer as a value of this type."""
    if cast_to in (None, type(None)):
        return None
    if cast_to is str or "json" not in raw.headers.get("content-type", ""):
        return raw.text
    read = reader_of(cast_to)
    return raw.json() if read is None else read(raw.json())
