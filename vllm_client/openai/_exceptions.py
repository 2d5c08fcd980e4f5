"""The exceptions, with their names in openai-python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from .types.chat import ChatCompletion


def _again(cls: type[Exception], args: tuple[Any, ...], state: dict[str, Any]) -> Exception:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class OpenAIError(Exception):
    """The base class of the exceptions in this package."""

    def __reduce__(self) -> Any:
        return _again, (type(self), self.args, self.__dict__)


class UnsupportedByVllmError(OpenAIError, NotImplementedError):
    """vLLM has no route for this call. No request was sent."""


class APIError(OpenAIError):
    """A call failed.

    Attributes:
        message: The error message.
        request: The request without its body, API key and other secrets.
        body: The error object that the server sent, the text of a body that is not JSON, or None.
        code, param, type: The fields of the error object, or None.
    """

    message: str
    request: httpx.Request
    body: object | None
    code: str | None = None
    param: str | None = None
    type: str | None = None

    def __init__(self, message: str, request: httpx.Request, *, body: object | None) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.body = body
        if isinstance(body, dict):
            code = body.get("code")
            self.code = None if code is None else str(code)
            self.param = body.get("param")
            self.type = body.get("type")


class APIResponseValidationError(APIError):
    """The body of the response does not match the format of the route.

    Attributes:
        response: The response.
        status_code: The HTTP status.
    """

    response: httpx.Response
    status_code: int

    def __init__(
        self, response: httpx.Response, body: object | None, *, message: str | None = None
    ) -> None:
        text = message or "Data returned by API invalid for expected schema."
        super().__init__(text, response.request, body=body)
        self.response = response
        self.status_code = response.status_code


class APIStatusError(APIError):
    """A response with a status of 400 or more.

    Attributes:
        response: The response.
        status_code: The HTTP status.
        request_id: The X-Request-Id of the response, or else of the request.
    """

    response: httpx.Response
    status_code: int
    request_id: str | None

    def __init__(self, message: str, *, response: httpx.Response, body: object | None) -> None:
        super().__init__(message, response.request, body=body)
        self.response = response
        self.status_code = response.status_code
        self.request_id = response.headers.get("x-request-id")


class APIConnectionError(APIError):
    """The server sent no response, or only a part of it."""

    def __init__(self, *, message: str = "Connection error.", request: httpx.Request) -> None:
        super().__init__(message, request, body=None)


class APITimeoutError(APIConnectionError):
    """The response exceeded a timeout, which `__cause__` names."""

    def __init__(self, request: httpx.Request) -> None:
        super().__init__(message="Request timed out.", request=request)


class BadRequestError(APIStatusError):
    """Status 400."""


class AuthenticationError(APIStatusError):
    """Status 401."""


class OAuthError(AuthenticationError):
    """Never raised here: vLLM has no OAuth."""


class PermissionDeniedError(APIStatusError):
    """Status 403."""


class NotFoundError(APIStatusError):
    """Status 404."""


class ConflictError(APIStatusError):
    """Status 409."""


class UnprocessableEntityError(APIStatusError):
    """Status 422."""


class RateLimitError(APIStatusError):
    """Status 429."""


class InternalServerError(APIStatusError):
    """Any status of 500 or more."""


class LengthFinishReasonError(OpenAIError):
    """The answer reached the token limit, so it cannot be parsed.

    Attributes:
        completion: The incomplete answer.
    """

    completion: ChatCompletion

    def __init__(self, *, completion: ChatCompletion) -> None:
        text = "Could not parse response content as the length limit was reached"
        super().__init__(f"{text} - {completion.usage}" if completion.usage else text)
        self.completion = completion


class ContentFilterFinishReasonError(OpenAIError):
    """A content filter stopped the answer, so it cannot be parsed."""

    def __init__(self, *, completion: ChatCompletion | None = None) -> None:
        super().__init__(
            "Could not parse response content as the request was rejected by the content filter"
        )
        self.completion = completion


class InvalidWebhookSignatureError(ValueError):
    """Never raised here: vLLM has no webhooks."""


STATUS_ERRORS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error(message: str, *, response: httpx.Response, body: object | None) -> APIStatusError:
    """Return the error for a response, of the class for its status."""
    status = response.status_code
    kind = InternalServerError if status >= 500 else STATUS_ERRORS.get(status, APIStatusError)
    return kind(message, response=response, body=body)
