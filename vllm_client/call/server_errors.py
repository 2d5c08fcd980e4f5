"""What a server says when it says no: every shape of error body, read into an ApiError."""

from __future__ import annotations

from typing import Any

from ..codec.json_codec import loads
from ..errors import ApiError, HttpError, VllmError, shortened
from ..http.headers import Headers
from ..vllm.routes import MISSING_ROUTE_BODIES, missing_route_hint
from .request import RequestSpec
from .response import HttpResponse
from .retry import retry_after

# A type or a param is one word; some servers put a whole path of a field there.
MAX_NAME = 200


def error_of_response(response: HttpResponse, spec: RequestSpec[Any], date: float) -> VllmError:
    """The error of a status of 300 or more; it says which servers have a route that is missing."""
    if response.status < 400:
        return refuse_redirect(response.status, response.headers)
    error = error_of_answer(response.status, response.headers, response.body, date)
    return explained(error, spec.method, spec.path)


def refuse_redirect(status: int, headers: Headers) -> HttpError:
    """The error of a 3xx: credentials do not follow to wherever it points."""
    error = HttpError(f"{status} redirects to {headers.get('location', 'nowhere')!r}: not followed")
    error.status = status
    return error


def error_of_answer(status: int, headers: Headers, body: bytes, date: float) -> ApiError:
    """The error of an answer of 400 or more, whatever its body: JSON, text, HTML or nothing."""
    text = body.decode("utf-8", "replace")
    try:
        message, fields = _read(loads(text))
    except (ValueError, RecursionError):
        message, fields = text.strip(), {}
    error = ApiError(shortened(message) or _UNSAID.get(status, "no reason given"), status)
    _describe(error, fields)
    error.body = shortened(text)
    error.retry_after = retry_after(headers.get("retry-after"), date)
    return error


def error_of_event(payload: dict[str, Any]) -> ApiError | None:
    """The error that an event of a stream reports; None if it reports none.

    vLLM 0.32 reports a failed generation as a data line inside a 200 stream, and still sends
    [DONE] after it. Servers of before 0.10.1 put {"object": "error"} there; the Responses and
    Messages dialects {"type": "error"}, where `code` may be the name of the error's class.
    """
    if not payload.get("error") and "error" not in (payload.get("object"), payload.get("type")):
        return None
    message, fields = _read(payload)
    code = fields.get("code")
    if fields is payload and fields.get("type") == "error":
        fields = {**fields, "type": code}
    error = ApiError(shortened(message), code if type(code) is int else 500)
    _describe(error, fields)
    return error


def _describe(error: ApiError, fields: dict[str, Any]) -> None:
    for name in ("type", "param"):
        value = fields.get(name)
        if isinstance(value, str | int):
            setattr(error, name, shortened(str(value), MAX_NAME))


def _read(payload: Any) -> tuple[str, dict[str, Any]]:
    """Message and further fields of a body; see the table of shapes in the tests."""
    if isinstance(payload, dict):
        inner = payload.get("error")
        if isinstance(inner, dict):
            return str(inner.get("message") or inner), inner
        if isinstance(inner, str):
            return inner, payload
        for name in ("message", "detail"):
            if payload.get(name):
                return str(payload[name]), payload
    return (payload if isinstance(payload, str) else str(payload)), {}


# Where vLLM, or a proxy before it, gives a status and nothing else.
_UNSAID = {
    401: "Unauthorized",
    404: "Not Found",
    429: "Too Many Requests",
    502: "Bad Gateway",
    503: "Service Unavailable: not ready, or its engine is dead",
    504: "Gateway Timeout",
}


def explained(error: ApiError, method: str, path: str) -> ApiError:
    """The error of an answer; if the server lacks the route, it says which servers have it."""
    hint = missing_route_hint(method, path) if lacks_route(error) else None
    if hint is not None:
        error.message += f": {hint}"
        error.args = (error.message, error.code)
    return error


def lacks_route(error: ApiError) -> bool:
    """Whether the framework itself says that there is no such route."""
    try:
        missing = MISSING_ROUTE_BODIES.get(error.code)
        return missing is not None and bool(loads(error.body) == missing)
    except (ValueError, RecursionError):
        return False
