"""Find the error that a server reports in a body, an answer or an event, in any known format."""

from __future__ import annotations

from typing import Any

from ..codec.json_codec import loads
from ..errors import ApiError, VllmError, shortened
from ..http.html_page import is_page, text_of_page
from ..http.sse import ErrorData, SseDecoder, begins_event_stream

# Max characters of `type` and `param`. They are usually one word, but some servers send long paths.
MAX_NAME = 200


def error_in_success(payload: Any) -> ApiError | None:
    """Return the error that an answer with status 200 reports; None if there is none.

    vLLM up to 0.15 sends such answers if the model does not support the request, and after its
    engine has died.
    """
    if _reports_error(payload):
        return declared_error(payload)
    return failed_generation() if "error" in finish_reasons(payload) else None


def words_beside(payload: Any) -> str:
    """Return the server's message in an answer without results; "" if there is none."""
    return shortened(_words_in(payload)) if _has_words(payload) else ""


def error_in_events(text: str) -> ApiError | None:
    """Return the error in the first event of a body that should be JSON; None if there is none."""
    data = _first_data(text)
    try:
        payload = loads(data)
    except (ValueError, RecursionError):
        return declared_error(data) if isinstance(data, ErrorData) else None
    return declared_error(payload) if isinstance(data, ErrorData) else error_of_event(payload)


def error_of_event(payload: Any) -> ApiError | None:
    """Return the error that an event of a stream reports; None if there is none.

    It is also used for answers without results.

    vLLM 0.32 reports a failed generation as a data line inside a 200 stream, and still sends
    [DONE] after it. Servers before 0.10.1 send {"object": "error"} there. The Responses and
    Messages APIs send {"type": "error"}, where `code` may be the name of an error class.
    """
    is_error = _reports_error(payload) or _has_words_alone(payload)
    return declared_error(payload) if is_error else None


def declared_error(payload: Any) -> ApiError:
    """Build the error of an event that is marked as an error, in any format."""
    message, fields = _read(payload)
    code = _code(fields) or _code(payload) or 500
    if fields.get("type") in ("error", None):
        fields = {**fields, "type": _name_of_code(fields)}
    error = ApiError(shortened(message) or "no reason given", code)
    describe(error, fields)
    return error


def failed_generation() -> ApiError:
    """Build the error of a choice with finish_reason "error", which has no message."""
    return ApiError("the generation failed: finish_reason is 'error'", 500)


def finish_reasons(payload: Any) -> list[Any]:
    """Return the finish_reason of each choice of a payload."""
    choices = payload.get("choices") if isinstance(payload, dict) else None
    if not isinstance(choices, list):
        return []
    return [choice.get("finish_reason") for choice in choices if isinstance(choice, dict)]


# Fields that may mark an object as an error.
_ERROR_FIELDS = frozenset({"error", "errors", "code", "status_code", "status"})
# Fields that may contain the message of an error.
_MESSAGE_FIELDS = ("message", "detail", "details", "msg")
# All fields of error objects; an object with other fields is not only an error.
_FIELDS_OF_ERRORS = _ERROR_FIELDS.union(
    _MESSAGE_FIELDS, {"type", "object", "param", "request_id", "trace_id"}
)


def _reports_error(payload: Any) -> bool:
    if not isinstance(payload, dict):
        several = payload if isinstance(payload, list) else []
        return bool(several) and all(_reports_error(item) for item in several)
    if payload.get("object") == "error" or payload.get("type") == "error":
        return True
    if _ERROR_FIELDS.isdisjoint(payload):  # the fast path for nearly all events
        return False
    # a failed response object of the Responses API has an `error`, but is a normal answer
    if payload.get("error") and payload.get("object") != "response":
        return True
    if _listed_error(payload):
        return True
    code = _code(payload)
    has_message = any(payload.get(name) for name in _MESSAGE_FIELDS)
    return code is not None and code >= 400 and has_message and "choices" not in payload


def _has_words_alone(payload: Any) -> bool:
    """Return whether an object has an error message, and only fields of errors.

    `message` alone is not enough, as it may also report success: it counts only together with an
    error name in `code`.
    """
    if not isinstance(payload, dict) or not payload.keys() <= _FIELDS_OF_ERRORS:
        return False
    is_known = "detail" in payload or "details" in payload or _name_of_code(payload) is not None
    return is_known and _has_words(payload) and (_code(payload) or 500) >= 400


def _has_words(payload: Any) -> bool:
    """Return whether an object has a message: a text, or a list as sent by FastAPI."""
    if not isinstance(payload, dict):
        return False
    words = next((payload[name] for name in _MESSAGE_FIELDS if payload.get(name)), None)
    return isinstance(words, str | list)


def _listed_error(payload: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first error of a list in `error` or `errors`."""
    for errors in (payload.get("error"), payload.get("errors")):
        first = errors[0] if isinstance(errors, list) and errors else None
        if isinstance(first, str) and first:
            return {"message": first}
        if isinstance(first, dict) and any(first.get(name) for name in _MESSAGE_FIELDS):
            return first
    return None


def _code(fields: Any) -> int | None:
    """Return the code of an error, which is a number or a string of digits; None without one."""
    if not isinstance(fields, dict):
        return None
    for name in ("code", "status_code", "status"):
        code = fields.get(name)
        if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) < 6:
            code = int(code)
        if type(code) is int:
            return code
    return None


def _name_of_code(fields: dict[str, Any]) -> str | None:
    """Return the code of an error if it is a name instead of a number."""
    name = fields.get("code")
    return name if isinstance(name, str) and name and _code(fields) is None else None


def describe(error: ApiError, fields: dict[str, Any]) -> None:
    """Set `type` and `param` of an error from the fields of its body."""
    for name in ("type", "param"):
        value = fields.get(name)
        if isinstance(value, str | int):
            setattr(error, name, shortened(str(value), MAX_NAME))


def words_of(text: str) -> tuple[str, dict[str, Any]]:
    """Parse the body of an error.

    Args:
        text: JSON, server-sent events with JSON, an HTML page, or a plain message.

    Returns:
        The message, and the other fields of the error; {} if there are none.
    """
    for candidate in (text, _first_data(text)):
        try:
            return _read(loads(candidate))
        except (ValueError, RecursionError):
            continue
    return _read(text)


def _first_data(text: str) -> str:
    """Return the data of the first event if the body is an event stream; otherwise ""."""
    body = text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    if not begins_event_stream(body):
        return ""
    decoder = SseDecoder()
    try:
        return next(iter(decoder.feed(body + b"\n\n")), "")
    except VllmError:
        return ""


def _read(payload: Any) -> tuple[str, dict[str, Any]]:
    """Return the message and the other fields of a body; the tests list the known formats."""
    if isinstance(payload, list) and payload and _reports_error(payload):
        payload = payload[0]
    if isinstance(payload, dict):
        inner = _listed_error(payload) or payload.get("error")
        if isinstance(inner, dict):
            return _words_in(inner) or str(inner), inner
        if isinstance(inner, str):
            return inner, payload
        if words := _words_in(payload):
            return words, payload
    if isinstance(payload, str):
        return text_of_page(payload) if is_page(payload) else payload.strip(), {}
    return str(payload), {}


def _words_in(fields: dict[str, Any]) -> str:
    return next((str(fields[name]) for name in _MESSAGE_FIELDS if fields.get(name)), "")
