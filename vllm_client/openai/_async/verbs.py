"""`client.get`, `client.post` and the like: any route below the base URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .._call import ApiCall, given_by_client
from .._models import BaseModel
from .._types import is_given
from .requests import AsyncRequests


class AsyncVerbs(AsyncRequests):
    """Requests to routes that have no method of their own."""

    async def get(
        self,
        path: str,
        *,
        cast_to: Any = object,
        options: Mapping[str, Any] | None = None,
        stream: bool = False,
        stream_cls: Any = None,
    ) -> Any:
        """The answer of a route below the base URL. Raises OpenAIError."""
        return await self._send(_made("GET", path, cast_to, None, options, stream, stream_cls))

    async def post(
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
        """The answer of a route below the base URL to this body. Raises OpenAIError."""
        call = _made("POST", path, cast_to, body, options, stream, stream_cls)
        return await self._send(attrs.evolve(call, files=dict(files) if files else None))

    async def put(
        self,
        path: str,
        *,
        cast_to: Any = object,
        body: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        """The same by PUT."""
        return await self._send(_made("PUT", path, cast_to, body, options, False, None))

    async def patch(
        self,
        path: str,
        *,
        cast_to: Any = object,
        body: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        """The same by PATCH."""
        return await self._send(_made("PATCH", path, cast_to, body, options, False, None))

    async def delete(
        self,
        path: str,
        *,
        cast_to: Any = object,
        body: Any = None,
        options: Mapping[str, Any] | None = None,
    ) -> Any:
        """The same by DELETE."""
        return await self._send(_made("DELETE", path, cast_to, body, options, False, None))


def _made(
    method: str, path: str, cast_to: Any, body: Any, options: Any, stream: bool, stream_cls: Any
) -> ApiCall:
    options = options or {}
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
