"""The subclasses of ApiError: one for each status that programs catch.

The class follows the status line of the response, and nothing else. An error that the server
reports inside a response of status 200, plain or streamed, is an ApiError itself, whatever its
`code`: proxies, access logs and the metrics of the server have counted it as a 200.
"""

from __future__ import annotations

from collections.abc import Mapping

from .errors import ApiError


class BadRequestError(ApiError):
    """Status 400: the server refused the request, such as a prompt that is too long."""


class AuthenticationError(ApiError):
    """Status 401: the API key is missing or wrong."""


class PermissionDeniedError(ApiError):
    """Status 403: a proxy refused the key, or the server was started without this route."""


class NotFoundError(ApiError):
    """Status 404: there is no such model, adapter, stored response or route."""


class UnprocessableEntityError(ApiError):
    """Status 422: the server can read the request, but not process it, such as a broken file."""


class RateLimitError(ApiError):
    """Status 429: too many requests. `retry_after` is set if the server says when to come back."""


class InternalServerError(ApiError):
    """Status 500: the server failed. Other statuses above 500 are not of this class."""


class ServerUnavailableError(ApiError):
    """Status 503: the server is overloaded, not ready yet, or its engine is dead."""


# vLLM also answers with 408, 413, 415 and 501, proxies with 502, 504 and Cloudflare's codes from
# 520 on. All these are plain ApiErrors.
STATUS_ERRORS: Mapping[int, type[ApiError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    500: InternalServerError,
    503: ServerUnavailableError,
}


def status_error(message: str, status: int) -> ApiError:
    """The error of a response with this status, of the class that belongs to it."""
    return STATUS_ERRORS.get(status, ApiError)(message, status)
