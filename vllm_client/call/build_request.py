"""From a caller's keywords to a RequestSpec; nothing wrong passes, and nothing is sent yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..codec.json_codec import dumps
from ..http.base_url import query_text
from ..http.multipart import EncodedBody
from ..http.request_headers import (
    JSON,
    RequestHeaders,
    checked_headers,
    replaced,
    with_content_type,
)
from ..http.timeouts import Timeout
from .request import RequestSpec
from .response import HttpResponse
from .retry import RetryPolicy
from .settings import ClientSettings, retry_of

T = TypeVar("T")


def build(
    settings: ClientSettings,
    method: str,
    path: str,
    read: Callable[[HttpResponse], T],
    *,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    content: EncodedBody | None = None,
    call: Mapping[str, Any] | None = None,
    replayable: bool = True,
) -> RequestSpec[T]:
    """The request. Raises RequestError.

    path: whole, with the API's or the root's prefix. query: the call's own; extra_query wins. body:
    sent as JSON. content: a body of any other kind, in place of `body`.
    """
    call = call or {}
    head = settings.head if body is None else settings.json_head
    secrets = settings.secrets
    if extra := call.get("extra_headers"):
        headers = replaced(settings.request_headers, checked_headers(extra))
        secrets = settings.secrets_with(headers)
        head = RequestHeaders.of(headers if body is None else with_content_type(JSON, headers))
    if content is not None:  # its type holds the boundary of a form, so no other will do
        fields = replaced(head.fields, (("content-type", content.media_type),))
        head = RequestHeaders(fields, head.request_id)
    extra_query = call.get("extra_query")
    return RequestSpec(
        method=method,
        target=path + query_text(query or {}, {} if extra_query is None else extra_query),
        path=path,
        headers=head.fields,
        body=_octets(body, content),
        read=read,
        timeout=_timeout(settings, call),
        retry=_retry(settings, call),
        request_id=head.request_id or _request_id(body),
        replayable=replayable,
        secrets=secrets,
    )


def _octets(body: Mapping[str, Any] | None, content: EncodedBody | None) -> bytes:
    if content is not None:
        return content.body
    return b"" if body is None else dumps(body)


def _timeout(settings: ClientSettings, call: Mapping[str, Any]) -> Timeout:
    return Timeout.of(call["timeout"]) if "timeout" in call else settings.timeout


def _retry(settings: ClientSettings, call: Mapping[str, Any]) -> RetryPolicy:
    return retry_of(call["retry"]) if "retry" in call else settings.retry


def _request_id(body: Mapping[str, Any] | None) -> str | None:
    """The caller's own id in the body; vLLM prefers the header's."""
    given = None if body is None else body.get("request_id")
    if given is not None:
        checked_headers({"x-request-id": given})
    return given
