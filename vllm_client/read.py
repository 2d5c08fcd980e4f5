"""Reading the usual answer: JSON that is one answer class."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .answer import Answer
from .convert import structure
from .errors import ParseError
from .request import Reply, read_json, unexpected

A = TypeVar("A", bound=Answer)


def read_answer(reply: Reply, cls: type[A]) -> A:
    """The answer as an instance of `cls`. Raises ParseError that says where it does not fit."""
    try:
        return structure(read_json(reply), cls)
    except ParseError as error:
        raise unexpected(reply, error.message, error.where) from error


def reader(cls: type[A]) -> Callable[[Reply], A]:
    """What reads an answer of this class."""
    return lambda reply: read_answer(reply, cls)
