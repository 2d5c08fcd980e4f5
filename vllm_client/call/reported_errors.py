"""The errors that a server reports, whatever their shape: in a body, an answer, or an event."""

from __future__ import annotations

from typing import Any

from ..codec.json_codec import loads
from ..errors import ApiError, VllmError, shortened
from ..http.html_page import is_page, text_of_page
from ..http.sse import ErrorData, SseDecoder, begins_event_stream

# A type or a param is one word; some servers put a whole path of a field there.
MAX_NAME = 200


def error_in_success(payload: Any) -> ApiError | None:
    """The error that the JSON of an answer of status 200 reports; None if it reports none.

    vLLM up to 0.15 answers so where the model cannot do what was asked, and after its engine died.
    """
    if _reports_error(payload):
        return declared_error(payload)
    return failed_generation() if "error" in finish_reasons(payload) else None


def words_beside(payload: Any) -> str:
    """The server's message in an answer without results; "" if there is none."""
    return shortened(_words_in(payload)) if _has_words(payload) else ""


def error_in_events(text: str) -> ApiError | None:
    """The error in the first event of a body that should be JSON; None if it reports none."""
    data = _first_data(text)
    try:
        payload = loads(data)
    except (ValueError, RecursionError):
        return declared_error(data) if isinstance(data, ErrorData) else None
    return declared_error(payload) if isinstance(data, ErrorData) else error_of_event(payload)


def error_of_event(payload: Any) -> ApiError | None:
    """The error that an event of a stream reports; None if it reports none.

    The same for an answer that lacks what was asked for.

    vLLM 0.32 reports a failed generation as a data line inside a 200 stream, and still sends
    [DONE] after it. Servers of before 0.10.1 put {"object": "error"} there; the Responses and
    Messages dialects {"type": "error"}, where `code` may be the name of the error's class.
    """
    is_error = _reports_error(payload) or _has_words_alone(payload)
    return declared_error(payload) if is_error else None


def declared_error(payload: Any) -> ApiError:
    """The error in the payload of an event that is declared to be one, whatever its shape."""
    message, fields = _read(payload)
    code = _code(fields) or _code(payload) or 500
    if fields.get("type") in ("error", None):
        fields = {**fields, "type": _name_of_code(fields)}
    error = ApiError(shortened(message) or "no reason given", code)
    describe(error, fields)
    return error


def failed_generation() -> ApiError:
    """The error of a choice whose finish_reason is "error"; the server says no more about it."""
    return ApiError("the generation failed: finish_reason is 'error'", 500)


def finish_reasons(payload: Any) -> list[Any]:
    """The finish_reason of each choice of a payload."""
    choices = payload.get("choices") if isinstance(payload, dict) else None
    if not isinstance(choices, list):
        return []
    return [choice.get("finish_reason") for choice in choices if isinstance(choice, dict)]


# The fields by one of which an error may be known.
_ERROR_FIELDS = frozenset({"error", "errors", "code", "status_code", "status"})
# The fields in which servers put the message of an error.
_MESSAGE_FIELDS = ("message", "detail", "details", "msg")
# An object with no other fields than these has nothing to tell but an error.
_FIELDS_OF_ERRORS = _ERROR_FIELDS.union(
    _MESSAGE_FIELDS, {"type", "object", "param", "request_id", "trace_id"}
)


def _reports_error(payload: Any) -> bool:
    if not isinstance(payload, dict):
        several = payload if isinstance(payload, list) else []
        return bool(several) and all(_reports_error(item) for item in several)
    if payload.get("object") == "error" or payload.get("type") == "error":
        return True
    if _ERROR_FIELDS.isdisjoint(payload):  # so it is with nearly all events
        return False
    # a response object of the Responses API has an error if it failed, and is an answer
    if payload.get("error") and payload.get("object") != "response":
        return True
    if _listed_error(payload):
        return True
    code = _code(payload)
    has_message = any(payload.get(name) for name in _MESSAGE_FIELDS)
    return code is not None and code >= 400 and has_message and "choices" not in payload


def _has_words_alone(payload: Any) -> bool:
    """Whether an object has a message of an error, and nothing that errors do not have.

    A `message` may also say that all is well, so that it needs the name of an error beside it.
    """
    if not isinstance(payload, dict) or not payload.keys() <= _FIELDS_OF_ERRORS:
        return False
    is_known = "detail" in payload or "details" in payload or _name_of_code(payload) is not None
    return is_known and _has_words(payload) and (_code(payload) or 500) >= 400


def _has_words(payload: Any) -> bool:
    """Whether an object has a message: a text, or the list that FastAPI makes of several."""
    if not isinstance(payload, dict):
        return False
    words = next((payload[name] for name in _MESSAGE_FIELDS if payload.get(name)), None)
    return isinstance(words, str | list)


def _listed_error(payload: dict[str, Any]) -> dict[str, Any] | None:
    """The first of several errors in `error` or `errors`."""
    for errors in (payload.get("error"), payload.get("errors")):
        first = errors[0] if isinstance(errors, list) and errors else None
        if isinstance(first, str) and first:
            return {"message": first}
        if isinstance(first, dict) and any(first.get(name) for name in _MESSAGE_FIELDS):
            return first
    return None


def _code(fields: Any) -> int | None:
    """The code that an error carries as a number, or as a text of digits."""
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
    """The name of an error, if its code is one instead of a number."""
    name = fields.get("code")
    return name if isinstance(name, str) and name and _code(fields) is None else None


def describe(error: ApiError, fields: dict[str, Any]) -> None:
    """Set the type and param of an error, if the fields of its body have them."""
    for name in ("type", "param"):
        value = fields.get(name)
        if isinstance(value, str | int):
            setattr(error, name, shortened(str(value), MAX_NAME))


def words_of(text: str) -> tuple[str, dict[str, Any]]:
    """Read the body of an error.

    Args:
        text: JSON, server-sent events with JSON, an HTML page, or the message itself.

    Returns:
        The message, and the further fields of the error; {} if it has none.
    """
    for candidate in (text, _first_data(text)):
        try:
            return _read(loads(candidate))
        except (ValueError, RecursionError):
            continue
    return _read(text)


def _first_data(text: str) -> str:
    """The data of the first event, of a body in the form of an event stream."""
    body = text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    if not begins_event_stream(body):
        return ""
    decoder = SseDecoder()
    try:
        return next(iter(decoder.feed(body + b"\n\n")), "")
    except VllmError:
        return ""


def _read(payload: Any) -> tuple[str, dict[str, Any]]:
    """Message and further fields of a body; see the table of shapes in the tests."""
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
