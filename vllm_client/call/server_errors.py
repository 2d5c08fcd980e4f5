"""Convert the error responses of servers, with a body of any format, to an ApiError."""

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
    """Build the error of a response with status 300 or more.

    For a missing route, the message says which servers have it.
    """
    if response.status < 400:
        return refuse_redirect(response.status, response.headers)
    error = error_of_answer(response.status, response.headers, response.body, date)
    return explained(error, spec.method, spec.path)


def refuse_redirect(status: int, headers: Headers) -> HttpError:
    """Build the error of a redirect, which is not followed, to protect the caller's credentials.

    Credentials in the target URL are removed from the message.
    """
    target = re.sub(r"//[^/?#]*@", "//***@", headers.get("location", "nowhere"))
    error = HttpError(f"{status} redirects to {shortened(target)!r}: not followed")
    error.status = status
    return error


def error_of_answer(status: int, headers: Headers, body: bytes, date: float) -> ApiError:
    """Build the error of a status of 400 or more; the body may be JSON, text, HTML or empty."""
    text = body.decode("utf-8", "replace")
    message, fields = words_of(text)
    default = _DEFAULT_MESSAGES.get(status, "no reason given")
    error = status_error(shortened(message) or default, status)
    describe(error, fields)
    error.body = shortened(text)
    error.retry_after = retry_after(headers.get("retry-after"), date)
    return error


# Messages for error responses without a body, sent by vLLM or a proxy in front of it.
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
    """Add a hint to the error of a missing route: which servers have it. Return the error."""
    hint = missing_route_hint(method, path) if lacks_route(error) else None
    if hint is not None:
        error.message += f": {hint}"
        error.args = (error.message, error.code)
    return error


def lacks_route(error: ApiError) -> bool:
    """Return whether the web framework, not vLLM, reports that the route is missing."""
    try:
        missing = MISSING_ROUTE_BODIES.get(error.code)
        return missing is not None and bool(loads(error.body) == missing)
    except (ValueError, RecursionError):
        return False
