"""Answers of a server, made up for tests, and what they are compared with."""

import json
from typing import Any

from vllm_client.call.response import HttpResponse
from vllm_client.http.headers import Headers


def reply(body: Any, content_type: str = "application/json") -> HttpResponse:
    """An answer of status 200: bytes as they are, anything else as JSON."""
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(200, Headers([("content-type", content_type)]), octets)


def without_nulls(value: Any) -> Any:
    """The JSON without the nulls in its objects, as answers give it back."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
