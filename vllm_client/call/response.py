"""A response with its whole body, and how it is decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from ..codec.decoder import structure
from ..codec.json_codec import loads
from ..errors import ParseError, shortened
from ..http.headers import Headers

T = TypeVar("T")


def read_answer(reply: HttpResponse, cls: type[T]) -> T:
    """The answer as an instance of `cls`. Raises ParseError that says where it does not fit."""
    try:
        return structure(read_json(reply), cls)
    except ParseError as error:
        raise unexpected(reply, error.message, error.where) from error


def reader(cls: type[T]) -> Callable[[HttpResponse], T]:
    """What reads an answer of this class, or a list: `list[Model]`."""
    return lambda reply: read_answer(reply, cls)


@attrs.frozen
class HttpResponse:
    """An answer with its whole body."""

    status: int
    headers: Headers
    body: bytes = attrs.field(repr=False)

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")


def read_json(reply: HttpResponse) -> Any:
    """The JSON of an answer. Raises ParseError."""
    try:
        return loads(reply.body.decode())
    except (ValueError, RecursionError) as error:
        kind = reply.headers.get("content-type", "no content-type")
        raise unexpected(reply, f"expected JSON, got {kind}: {error}") from error


def unexpected(reply: HttpResponse, problem: str, where: str = "$") -> ParseError:
    """The error of an answer that the endpoint never gives."""
    error = ParseError(problem, where)
    error.status = reply.status
    error.body = shortened(reply.text)
    return error
