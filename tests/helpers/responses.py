"""Invented answers of a server for tests, and values to compare them with."""

import json
from typing import Any

from vllm_client.call.response import HttpResponse
from vllm_client.http.headers import Headers


def reply(body: Any, content_type: str = "application/json") -> HttpResponse:
    """Return an answer with status 200: bytes unchanged, other values as JSON."""
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(200, Headers([("content-type", content_type)]), octets)


def without_nulls(value: Any) -> Any:
    """Remove the nulls from objects, as answers do in `to_json`."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
