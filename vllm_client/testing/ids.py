"""Ids of answers and their parts."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from .replies import ReceivedRequest


def id_after(stem: str) -> Callable[[ReceivedRequest, Mapping[str, Any]], str]:
    """Return a function that makes ids: `stem`, followed by the request's own id or a new one."""

    def name(request: ReceivedRequest, body: Mapping[str, Any]) -> str:
        given = request.headers.get("x-request-id") or body.get("request_id")
        return f"{stem}{given or new_id()}"

    return name


def new_id() -> str:
    return uuid4().hex[:16]
