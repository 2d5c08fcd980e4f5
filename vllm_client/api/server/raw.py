"""Requests to any route of the server, with unprocessed responses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypedDict
from urllib.parse import quote

import attrs

from ...call.build_request import build_request
from ...call.error_context import ErrorContext
from ...call.option_checks import refuse_unknown
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_json
from ...call.retry import RetryPolicy
from ...call.settings import ClientSettings
from ...codec.json_codec import dumps
from ...errors import ParseError, RequestError
from ...http.base_url import PATH_CHARACTERS, QueryValue
from ...http.headers import Headers
from ...http.timeouts import Timeout
from ...record import Recorded
from ...streams.plan import StreamPlan
from ...streams.state import StreamMachine
from ...vllm.routes import TOKENIZE, Route

_METHOD = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
# Safe methods of HTTP: they change nothing on any route.
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class RawOptions(TypedDict, total=False):
    """The keywords of `client.request()` and `client.stream_request()`."""

    json: Any
    """A value to send as JSON. Default: none. Send the JSON `null` as `content=b"null"`."""
    content: bytes | str
    """A body to send unchanged; set its Content-Type in `headers`. Default: none."""
    query: Mapping[str, QueryValue | None]
    """Query parameters, in addition to those in the path. Default: none."""
    headers: Mapping[str, str]
    """Headers to add to those of the client. Default: none."""
    timeout: float | timedelta | Timeout | None
    """Seconds for the whole call, a Timeout, or None for no limit. Default: the client's."""
    retry: RetryPolicy | int | None
    """Max retries, a RetryPolicy, or None for no retries. Default: the client's."""
    server: str
    """Name of the server, for a client with several. Default: chosen by the policy."""
    replayable: bool
    """Whether the request may be sent again after the server may have received it.
    Default: True for GET, HEAD and OPTIONS, else False."""


OPTIONS = frozenset(RawOptions.__optional_keys__)


@attrs.frozen
class RawResponse(Recorded):
    """An unprocessed response.

    Attributes:
        status: The HTTP status.
        headers: The response headers.
        body: The bytes of the body.
        method: The method of the request.
        path: The path of the request.
    """

    status: int
    headers: Headers
    body: bytes = attrs.field(repr=False)
    method: str = "GET"
    path: str = ""
    _secrets: tuple[str, ...] = attrs.field(default=(), alias="secrets", repr=False, eq=False)

    @property
    def text(self) -> str:
        """The body as text; invalid UTF-8 is replaced by U+FFFD."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the decoded JSON body. Raises ParseError if it is not JSON."""
        try:
            return read_json(HttpResponse(self.status, self.headers, self.body))
        except ParseError as error:
            secrets: Any = self._secrets
            if hasattr(self, "call"):
                error.call = self.call
                # These include secrets in header fields that observers added to the request.
                secrets = self.call._secrets
            context = ErrorContext(self.method, self.path, secrets)
            raise context.named(error) from error.__cause__


class RawMachine(StreamMachine[bytes, Any]):
    """A stream that returns the bytes of the body unchanged, and begins with the response head."""

    protocol = "raw"

    def __init__(self) -> None:
        super().__init__()
        self.begun = True

    def receive(self, texts: list[bytes]) -> list[bytes]:
        """Return the bytes unchanged."""
        return texts

    def partial(self) -> Any:
        """Return None: nothing is kept, as the reader has received every byte."""
        return None


def build_raw(
    settings: ClientSettings,
    method: str,
    path: str,
    options: Mapping[str, Any],
    called: str = "request()",
) -> RequestSpec[RawResponse]:
    """Build the request. Raises RequestError, whose message names the called method."""
    refuse_unknown(options, OPTIONS, called)
    if not (isinstance(method, str) and _METHOD.fullmatch(method)):
        raise RequestError(f"method: expected one such as GET, got {method!r:.80}")
    if options.get("json") is not None and options.get("content") is not None:
        raise RequestError("json and content: a request has one body")
    route, query = _target(method.upper(), path)
    replayable = options.get("replayable", route.method in _READING)
    spec = build_request(
        settings,
        route,
        lambda reply: response_of(spec, reply),
        call=_call(options),
        replayable=replayable,
        octets=_body(options),
    )
    if not query:
        return spec
    rest = spec.target.removeprefix(spec.path).replace("?", "&", 1)
    return attrs.evolve(spec, target=f"{spec.path}?{query}{rest}")


def response_of(spec: RequestSpec[Any], reply: HttpResponse) -> RawResponse:
    """Return the response, which omits the secrets of the request from its error messages."""
    return RawResponse(
        reply.status, reply.headers, reply.body, spec.method, spec.path, secrets=spec.secrets
    )


def plan_raw(
    settings: ClientSettings, method: str, path: str, options: Mapping[str, Any]
) -> StreamPlan[bytes, RawResponse]:
    """Build the request for a streamed response. Raises RequestError."""
    spec = build_raw(settings, method, path, options, "stream_request()")
    return StreamPlan(spec, RawMachine, feed=lambda _: _as_it_is, any_content=True)


def _as_it_is(received: bytes) -> list[bytes]:
    return [received] if received else []


def _target(method: str, path: str) -> tuple[Route, str]:
    """Split a path of the caller into a route and a query string. Raises RequestError."""
    if not isinstance(path, str) or "://" in path.partition("?")[0]:
        example = TOKENIZE.path
        raise RequestError(f'path: expected one such as "{example}", on the client\'s own server')
    path, _, query = path.partition("?")
    quoted = _quoted(path, PATH_CHARACTERS)
    if not path.startswith("/"):
        return Route(method, f"/{quoted}", "", base="api"), _quoted(query, PATH_CHARACTERS + "?")
    return Route(method, quoted, ""), _quoted(query, PATH_CHARACTERS + "?")


@lru_cache(maxsize=256)
def _quoted(text: str, legal: str) -> str:
    return quote(text.encode(errors="replace"), safe=legal)


def _call(options: Mapping[str, Any]) -> dict[str, Any]:
    """Rename the options to the names that other calls use."""
    headers, query = options.get("headers") or {}, options.get("query") or {}
    for name, value in (("headers", headers), ("query", query)):
        if not isinstance(value, Mapping):
            raise RequestError(f"{name}: expected a mapping, got {type(value).__name__}")
    if options.get("json") is not None:
        headers = {"content-type": "application/json", **headers}
    same = {name: options[name] for name in ("timeout", "retry", "server") if name in options}
    return {"extra_headers": headers, "extra_query": query, **same}


def _body(options: Mapping[str, Any]) -> bytes:
    json, content = options.get("json"), options.get("content")
    if json is not None:
        return dumps(json)
    if content is None or isinstance(content, str):
        try:
            return (content or "").encode()
        except UnicodeEncodeError as error:
            raise RequestError(f"content: cannot be sent as UTF-8: {error}") from error
    if isinstance(content, bytes | bytearray | memoryview):
        return bytes(content)
    raise RequestError(f"content: expected bytes or text, got {type(content).__name__}")
