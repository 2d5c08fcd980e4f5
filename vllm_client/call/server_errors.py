"""Read the error responses of servers, whatever the shape of their body, into an ApiError."""

from __future__ import annotations

import re
from typing import Any

from ..codec.json_codec import loads
from ..errors import ApiError, HttpError, VllmError, shortened
from ..http.headers import Headers
from ..status_errors import status_error
from ..vllm.routes import MISSING_ROUTE_BODIES, missing_route_hint
from .reported_errors import describe, words_of
from .request import RequestSpec
from .response import HttpResponse
from .retry import retry_after


def error_of_response(response: HttpResponse, spec: RequestSpec[Any], date: float) -> VllmError:
    """The error of a status of 300 or more; it says which servers have a route that is missing."""
    if response.status < 400:
        return refuse_redirect(response.status, response.headers)
    error = error_of_answer(response.status, response.headers, response.body, date)
    return explained(error, spec.method, spec.path)


def refuse_redirect(status: int, headers: Headers) -> HttpError:
    """The error of a 3xx: credentials do not follow to wherever it points, nor are those shown that
    it points with.
    """
    target = re.sub(r"//[^/?#]*@", "//***@", headers.get("location", "nowhere"))
    error = HttpError(f"{status} redirects to {shortened(target)!r}: not followed")
    error.status = status
    return error


def error_of_answer(status: int, headers: Headers, body: bytes, date: float) -> ApiError:
    """The error of an answer of 400 or more, whatever its body: JSON, text, HTML or nothing."""
    text = body.decode("utf-8", "replace")
    message, fields = words_of(text)
    default = _DEFAULT_MESSAGES.get(status, "no reason given")
    error = status_error(shortened(message) or default, status)
    describe(error, fields)
    error.body = shortened(text)
    error.retry_after = retry_after(headers.get("retry-after"), date)
    return error


# For error responses without a body, of vLLM or of a proxy in front of it.
_DEFAULT_MESSAGES = {
    401: "Unauthorized",
    404: "Not Found",
    429: "Too Many Requests",
    502: "Bad Gateway",
    503: "Service Unavailable: not ready, or its engine is dead",
    504: "Gateway Timeout",
    520: "the server behind Cloudflare sent an unknown error",
    521: "the server behind Cloudflare is down",
    522: "the connection from Cloudflare to the server timed out",
    523: "the server behind Cloudflare is unreachable",
    524: "the server behind Cloudflare took too long to answer",
    525: "the TLS handshake from Cloudflare to the server failed",
    530: "Cloudflare cannot resolve the name of the server",
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
