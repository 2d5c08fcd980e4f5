"""Validate the keywords of a call and build its RequestSpec, without sending anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..codec.json_codec import dumps
from ..errors import RequestError
from ..http.base_url import BaseUrl, path_segment, query_text
from ..http.multipart import EncodedBody
from ..http.request_headers import (
    JSON,
    RequestHeaders,
    checked_headers,
    replaced,
    with_content_type,
)
from ..http.timeouts import Timeout
from ..vllm.routes import Route
from ..vllm.versions import find_dependent
from .request import RequestSpec
from .response import HttpResponse
from .routing import routing_of
from .settings import ClientSettings, retry_of

T = TypeVar("T")


def build_request(
    settings: ClientSettings,
    route: Route,
    read: Callable[[HttpResponse], T],
    *,
    parameters: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    content: EncodedBody | None = None,
    octets: bytes = b"",
    call: Mapping[str, Any] | None = None,
    replayable: bool | None = None,
) -> RequestSpec[T]:
    """Build the request of a call.

    Args:
        settings: The settings of the client.
        route: The route of the request.
        read: The function that decodes the response.
        parameters: The path parameters of the route.
        query: The query of the call. It overrides the query of the client; extra_query overrides
            both.
        body: The body, which is sent as JSON.
        content: An encoded body of another type, instead of `body`.
        octets: The bytes of the body, instead of `body` and `content`. Their content type is in the
            caller's header fields.
        call: The caller's keywords. Options such as `timeout` are used. Fields of the body are
            ignored, except `model` if `body` is None.
        replayable: Whether the server may receive the request twice. Default: as the route says.

    Raises:
        RequestError: An option of the call or a path parameter is invalid.
    """
    call = call or {}
    head = settings.head if body is None else settings.json_head
    secrets = settings.secrets
    if extra := call.get("extra_headers"):
        headers = replaced(settings.request_headers, checked_headers(extra))
        secrets = settings.secrets_with(headers)
        head = RequestHeaders.of(headers if body is None else with_content_type(JSON, headers))
    # the content type of a form contains its boundary, so it replaces any other
    if content is not None:
        fields = replaced(head.fields, (("content-type", content.media_type),))
        head = RequestHeaders(fields, head.request_id)
    dependent = None
    if route.adapted and body is not None:
        dependent = find_dependent(body, call.get("extra_body") or (), route.path)
    path = _path(settings.base_url, route, parameters)
    return RequestSpec(
        route=route,
        server=settings.base_url,
        target=path + _query(settings, query, call.get("extra_query")),
        path=path,
        headers=head.fields,
        body=_octets(body, content) or octets,
        read=read,
        timeout=Timeout.of(call["timeout"]) if "timeout" in call else settings.timeout,
        retry=retry_of(call["retry"]) if "retry" in call else settings.retry,
        request_id=head.request_id or (_request_id(body) if body else None),
        model=(call if body is None else body).get("model"),
        replayable=route.replayable if replayable is None else replayable,
        secrets=secrets,
        dependent=dependent,
        strict=settings.strict,
        key_function=_key_function(settings, head.fields),
        wait=_wait(call["wait"]) if "wait" in call else True,
        routing=None
        if settings.servers is None and "server" not in call
        else routing_of(settings, route, parameters, body, call.get("server")),
    )


def _key_function(
    settings: ClientSettings, fields: tuple[tuple[str, str], ...]
) -> Callable[[], Any] | None:
    """Return the function that returns the API key; None if the caller sets `authorization`."""
    key = settings.api_key
    if key is None or isinstance(key, str) or any(name == "authorization" for name, _ in fields):
        return None
    return key


def _wait(wait: Any) -> bool:
    if not isinstance(wait, bool):
        raise RequestError(f"wait: expected True or False, got {wait!r:.80}")
    return wait


def _path(url: BaseUrl, route: Route, parameters: Mapping[str, Any] | None) -> str:
    """Return the full path, with the prefix of the server's root or API."""
    prefix = url.root if route.base == "root" else url.api
    if not parameters:
        return prefix + route.path
    quoted = {name: path_segment(name, value) for name, value in parameters.items()}
    return prefix + route.path.format_map(quoted)


def _query(settings: ClientSettings, query: Mapping[str, Any] | None, extra_query: Any) -> str:
    if not query and extra_query is None and not settings.query:
        return ""
    given = {**dict(settings.query), **(query or {})}
    return query_text(given, {} if extra_query is None else extra_query)


def _octets(body: Mapping[str, Any] | None, content: EncodedBody | None) -> bytes:
    if content is not None:
        return content.body
    return b"" if body is None else dumps(body)


def _request_id(body: Mapping[str, Any]) -> str | None:
    """Return the caller's request id in the body; vLLM prefers the id in the header."""
    given = body.get("request_id")
    if given is not None:
        checked_headers({"x-request-id": given})
    return given
