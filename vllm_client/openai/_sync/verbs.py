# Generated from vllm_client/openai/_async/verbs.py by `python tests/tools/generate_sync.py`.
"""`client.get`, `client.post` and similar methods for any route below the base URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .._call import ApiCall, given_by_client, with_hidden_headers
from .._models import BaseModel
from .._types import is_given
from .requests import Requests


class Verbs(Requests):
    """Requests to routes for which the client has no other method."""

    def get(
        self,
        path: str,
        *,
        cast_to: Any = object,
        options: Mapping[str, Any] | None = None,
        stream: bool = False,
        stream_cls: Any = None,
    ) -> Any:
        """Send a GET request.

        Args:
            path: The path of the route below the base URL.
            cast_to: The type of the value. Default: decoded JSON.
            options: The RequestOptions: header fields, URL parameters, timeout and retries.
            stream: Whether to return a stream of events.
            stream_cls: The type of the stream, such as `Stream[ChatCompletionChunk]`.

        Raises:
            OpenAIError: The request failed.
        """
        options = with_hidden_headers({**(options or {})})
        return self._send(_made("GET", path, cast_to, None, options, stream, stream_cls))

    def post(
        self,
        path: str,
        *,
        cast_to: Any = object,
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        files: Any = None,
        stream: bool = False,
        stream_cls: Any = None,
    ) -> Any:
        """Send a POST request.

        Args:
            path: The path of the route below the base URL.
            cast_to: The type of the value. Default: decoded JSON.
            body: The JSON body, or the fields of the form if there are `files`.
            options: The RequestOptions: header fields, URL parameters, timeout and retries.
            files: The files of a multipart form, by field name.
            stream: Whether to return a stream of events.
            stream_cls: The type of the stream, such as `Stream[ChatCompletionChunk]`.

        Raises:
            OpenAIError: The request failed.
        """
        options = with_hidden_headers({**(options or {})})
        call = _made("POST", path, cast_to, body, options, stream, stream_cls)
        return self._send(attrs.evolve(call, files=dict(files) if files else None))

    def put(
        self,
        path: str,
        *,
        cast_to: Any = object,
        body: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        """Send a PUT request; see `post`."""
        options = with_hidden_headers({**(options or {})})
        return self._send(_made("PUT", path, cast_to, body, options, False, None))

    def patch(
        self,
        path: str,
        *,
        cast_to: Any = object,
        body: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        """Send a PATCH request; see `post`."""
        options = with_hidden_headers({**(options or {})})
        return self._send(_made("PATCH", path, cast_to, body, options, False, None))

    def delete(
        self,
        path: str,
        *,
        cast_to: Any = object,
        body: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        """Send a DELETE request; see `post`."""
        options = with_hidden_headers({**(options or {})})
        return self._send(_made("DELETE", path, cast_to, body, options, False, None))


def _made(
    method: str, path: str, cast_to: Any, body: Any, options: Any, stream: bool, stream_cls: Any
) -> ApiCall:
    if isinstance(body, Mapping):
        body = {**body, **(options.get("extra_json") or {})}
        body = {name: value for name, value in body.items() if is_given(value)}
    kind = (getattr(stream_cls, "__args__", None) or (cast_to,))[0] if stream else None
    return ApiCall(
        method,
        path,
        cast_to=cast_to,
        body=body.to_dict() if isinstance(body, BaseModel) else body,
        headers=options.get("headers"),
        query=options.get("params"),
        timeout=options.get("timeout", given_by_client),
        max_retries=options.get("max_retries"),
        chunk=kind,
    )
