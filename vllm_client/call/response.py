"""A response with its complete body, and functions to decode it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from ..codec.decoder import structure
from ..codec.json_codec import loads, with_whole_characters
from ..errors import ParseError, VllmError, shortened
from ..http.headers import Headers
from ..http.html_page import is_page, text_of_page
from .reported_errors import error_in_events, error_in_success, error_of_event, words_beside

T = TypeVar("T")

# Max characters of a body to show in an error, if the body is not JSON.
MAX_WORDS = 300


def _unchanged(payload: Any) -> Any:
    return payload


def read_answer(
    reply: HttpResponse,
    cls: type[T],
    needed: str | None = None,
    adjust: Callable[[Any], Any] = _unchanged,
) -> T:
    """Decode a response to an instance of `cls`.

    Args:
        reply: The response.
        cls: The class.
        needed: The name of a field that must be present; it may be null. It is optional in `cls`
            only because streams use the same class.
        adjust: A function that changes the decoded JSON before the conversion. Default: no change.

    Raises:
        ApiError: The body reports an error.
        ParseError: The answer does not fit `cls`; the error has the path of the wrong value.
    """
    payload: Any = None
    try:
        payload = adjust(read_success(reply))
        if needed and isinstance(payload, dict) and needed not in payload:
            raise ParseError(f"$.{needed}: missing", f"$.{needed}")
        return structure(payload, cls)
    except ParseError as error:
        raise _error_instead(reply, payload, error.message, error.where) from error


def reader(cls: type[T], needed: str | None = None) -> Callable[[HttpResponse], T]:
    """Return a function that calls `read_answer`; `cls` may be a list, such as `list[Model]`."""
    return lambda reply: read_answer(reply, cls, needed)


def reader_of_choices(cls: type[T]) -> Callable[[HttpResponse], T]:
    """Return a function that decodes an answer, and raises an error if it has no choices."""

    def read(reply: HttpResponse) -> T:
        answer: Any = read_answer(reply, cls)
        refuse_fewer(reply, answer, "choices", len(answer.choices), 1)
        return answer  # type: ignore[no-any-return]  # every such class has `choices`

    return read


def refuse_fewer(reply: HttpResponse, answer: Any, field: str, found: int, expected: int) -> None:
    """Raise an error if an answer has fewer results than requested.

    Args:
        reply: The response.
        answer: The answer.
        field: The field that has the results.
        found: The number of results.
        expected: The minimum number of results.

    Raises:
        ApiError: There are too few results, and the body reports an error.
        ParseError: There are too few results; its `partial` is the answer.
    """
    if found < expected:
        where, problem = f"$.{field}", f"$.{field}: expected {expected} results, got {found}"
        error = _error_instead(reply, _payload(reply), problem, where)
        if isinstance(error, ParseError):
            error.partial = answer
        raise error


def _error_instead(reply: HttpResponse, payload: Any, problem: str, where: str) -> VllmError:
    """Return the error of an answer without the requested content, with the server's message."""
    reported = error_of_event(payload)
    if reported is not None:
        reported.body = shortened(reply.text)
        return reported
    words = words_beside(payload)
    return unexpected(reply, f"{problem}; the server says: {words}" if words else problem, where)


def _payload(reply: HttpResponse) -> Any:
    """Decode the JSON of a response; None if it is not JSON."""
    try:
        return read_json(reply)
    except ParseError:
        return None


@attrs.frozen
class HttpResponse:
    """A response with its complete body."""

    status: int
    headers: Headers = attrs.field(repr=False)  # may contain secrets that the server sends back
    body: bytes = attrs.field(repr=False)

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")


def read_json(reply: HttpResponse) -> Any:
    """Decode the JSON of a response. Raise ParseError if it is not JSON."""
    try:
        value = loads(reply.body)
        if b"\\u" in reply.body:
            return with_whole_characters(value, reply.body.decode())
        return value
    except (ValueError, RecursionError) as error:
        kind = reply.headers.get("content-type", "no content-type")
        if is_page(reply.text):
            problem = text_of_page(reply.text)
        else:
            problem = f"{error}; the body begins with {shortened(reply.text, MAX_WORDS)!r}"
        raise unexpected(reply, f"expected JSON, got {kind}: {problem}") from error


def read_success(reply: HttpResponse) -> Any:
    """Decode the JSON of a response with status 200.

    Raises:
        ApiError: The body reports an error.
        ParseError: The body is not JSON.
    """
    payload: Any = None
    try:
        payload = read_json(reply)
        error = error_in_success(payload)
    except ParseError:
        error = error_in_events(reply.text)
        if error is None:
            raise
    if error is not None:
        error.body = shortened(reply.text)
        raise error
    return payload


def unexpected(reply: HttpResponse, problem: str, where: str = "$") -> ParseError:
    """Build the error of an unexpected response."""
    error = ParseError(problem, where)
    error.status = reply.status
    error.body = shortened(reply.text)
    return error
