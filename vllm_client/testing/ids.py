"""Ids of answers and of what is in them."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from .replies import ReceivedRequest


def id_after(stem: str) -> Callable[[ReceivedRequest, Mapping[str, Any]], str]:
    """Ids of this stem, and of the id that the request brings, or of a new one."""

    def name(request: ReceivedRequest, body: Mapping[str, Any]) -> str:
        given = request.headers.get("x-request-id") or body.get("request_id")
        return f"{stem}{given or new_id()}"

    return name


def new_id() -> str:
    return uuid4().hex[:16]
