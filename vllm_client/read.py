"""Reading the usual answer: JSON that is an answer class, or a list of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .convert import structure
from .errors import ParseError
from .request import Reply, read_json, unexpected

T = TypeVar("T")


def read_answer(reply: Reply, cls: type[T]) -> T:
    """The answer as an instance of `cls`. Raises ParseError that says where it does not fit."""
    try:
        return structure(read_json(reply), cls)
    except ParseError as error:
        raise unexpected(reply, error.message, error.where) from error


def reader(cls: type[T]) -> Callable[[Reply], T]:
    """What reads an answer of this class, or a list: `list[Model]`."""
    return lambda reply: read_answer(reply, cls)
