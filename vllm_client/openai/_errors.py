"""Conversion of vllm_client's errors to those of openai-python."""

from __future__ import annotations

import json
from typing import Any

import httpx

from .. import (
    ApiError,
    HttpError,
    IoError,
    IoTimeout,
    ParseError,
    RequestError,
    StreamError,
    StreamTimeout,
    VllmError,
)
from ._exceptions import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    OpenAIError,
    status_error,
)
from ._http import response_of


def openai_error(error: VllmError, request: httpx.Request) -> Exception:
    """Return the openai-python error for an error of vllm_client."""
    match error:
        case ApiError():
            return _of_status(error, request)
        case IoTimeout() | StreamTimeout():
            return APITimeoutError(request)
        case IoError() | HttpError() | StreamError():
            return APIConnectionError(message=f"Connection error. {error}", request=request)
        case ParseError():
            response = response_of(request, 200, {}, error.body.encode())
            return APIResponseValidationError(response, error.body, message=str(error))
        case RequestError() if "closed" in error.message:
            return APIConnectionError(message=f"Connection error. {error}", request=request)
    return OpenAIError(str(error))


def error_in_stream(payload: Any, request: httpx.Request) -> APIError | None:
    """Return the error that an event of a stream reports, or None."""
    error = payload.get("error") if isinstance(payload, dict) else None
    if not error:
        return None
    message = error.get("message") if isinstance(error, dict) else error
    text = message if isinstance(message, str) and message else "An error occurred during streaming"
    return APIError(text, request, body=error)


def _of_status(error: ApiError, request: httpx.Request) -> Exception:
    body = _body(error)
    found = body.get("error", body) if isinstance(body, dict) else body
    words = found.get("message") if isinstance(found, dict) else None
    text = f"Error code: {error.code} - {words or error.message}".removesuffix(" - ")
    call = error.call
    response = response_of(request, error.code, call.headers if call else {}, error.body.encode())
    made = status_error(text, response=response, body=found)
    made.request_id = made.request_id or error.request_id
    return made


def _body(error: ApiError) -> Any:
    """Return the decoded body; if it is not valid JSON, its text or the known error fields."""
    try:
        return json.loads(error.body)
    except ValueError:
        if error.type is None:
            return error.body or None
    return {"message": error.message, "type": error.type, "param": error.param, "code": error.code}
