"""A response with its whole body, and how it is decoded."""

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

# Maximum characters of a body that is not JSON that an error shows.
MAX_WORDS = 300


def _unchanged(payload: Any) -> Any:
    return payload


def read_answer(
    reply: HttpResponse,
    cls: type[T],
    needed: str | None = None,
    adjust: Callable[[Any], Any] = _unchanged,
) -> T:
    """The answer as an instance of `cls`.

    Args:
        reply: the response.
        cls: the class.
        needed: a field that the answer must have, be it null, although `cls`, which streams use
            as well, makes it optional.
        adjust: changes the decoded JSON before it is made an instance. Default: no change.

    Raises:
        ApiError: the body reports an error of the server.
        ParseError: it says where the answer does not fit.
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
    """Make a function that calls `read_answer`; `cls` may be a list, such as `list[Model]`."""
    return lambda reply: read_answer(reply, cls, needed)


def reader_of_choices(cls: type[T]) -> Callable[[HttpResponse], T]:
    """Make a function that reads an answer of this class, and refuses one without choices."""

    def read(reply: HttpResponse) -> T:
        answer: Any = read_answer(reply, cls)
        refuse_fewer(reply, answer, "choices", len(answer.choices), 1)
        return answer  # type: ignore[no-any-return]  # every such class has `choices`

    return read


def refuse_fewer(reply: HttpResponse, answer: Any, field: str, found: int, expected: int) -> None:
    """Refuse an answer with fewer results than were asked for.

    Args:
        reply: the response.
        answer: the answer, which the error keeps.
        field: the field that has the results.
        found: the number of results.
        expected: the minimum number of results.

    Raises:
        ApiError: the body is an error of the server.
        ParseError: there are too few; its `partial` is the answer.
    """
    if found < expected:
        where, problem = f"$.{field}", f"$.{field}: expected {expected} results, got {found}"
        error = _error_instead(reply, _payload(reply), problem, where)
        if isinstance(error, ParseError):
            error.partial = answer
        raise error


def _error_instead(reply: HttpResponse, payload: Any, problem: str, where: str) -> VllmError:
    """The error of an answer that lacks what was asked for, with what the server says in it."""
    reported = error_of_event(payload)
    if reported is not None:
        reported.body = shortened(reply.text)
        return reported
    words = words_beside(payload)
    return unexpected(reply, f"{problem}; the server says: {words}" if words else problem, where)


def _payload(reply: HttpResponse) -> Any:
    """The JSON of an answer; None where it is none."""
    try:
        return read_json(reply)
    except ParseError:
        return None


@attrs.frozen
class HttpResponse:
    """An answer with its whole body."""

    status: int
    headers: Headers = attrs.field(repr=False)  # a server may repeat a secret in them
    body: bytes = attrs.field(repr=False)

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")


def read_json(reply: HttpResponse) -> Any:
    """The JSON of an answer. Raises ParseError."""
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
    """The JSON of an answer of status 200. Raises ParseError; ApiError if it reports an error."""
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
    """The error of an answer that the endpoint never gives."""
    error = ParseError(problem, where)
    error.status = reply.status
    error.body = shortened(reply.text)
    return error
