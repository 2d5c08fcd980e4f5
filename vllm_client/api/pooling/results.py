"""Answers with a result for each input; they are refused if some are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from ...call.response import HttpResponse, read_answer, refuse_fewer
from ...codec.quick_decoder import converted

T = TypeVar("T")


def read_listed(cls: type[T], reply: HttpResponse) -> T:
    """The answer as an instance of `cls`; in `data`, a missing index becomes the position.

    Raises:
        ApiError: the body reports an error of the server.
        ParseError: it says where the answer does not fit.
    """
    return read_answer(reply, cls, adjust=_with_indices)


def listed_reader(cls: type[T], expected: int) -> Callable[[HttpResponse], T]:
    """Make a reader of answers of this class that refuses fewer results in `data`."""
    return partial(_read_enough, cls, expected)


def _read_enough(cls: type[T], expected: int, reply: HttpResponse) -> T:
    answer: Any = read_listed(cls, reply)
    refuse_fewer(reply, answer, "data", len(answer.data), expected)
    return answer  # type: ignore[no-any-return]  # every such class has `data`


def _with_indices(payload: Any) -> Any:
    if not isinstance(payload, dict) or not isinstance(payload.get("data"), list):
        return payload
    given = (result for result in payload["data"] if result is not None)
    results = [_with_index(place, result) for place, result in enumerate(given)]
    return {**payload, "data": results}


def _with_index(place: int, result: Any) -> Any:
    if not isinstance(result, dict):
        return result
    try:
        converted(result.get("index"), (int,))
    except TypeError:
        return {**result, "index": place}
    return result


def count_inputs(body: Mapping[str, Any]) -> int:
    """How many inputs a request has: texts, lists of token ids, or conversations."""
    return count_of(body.get("messages") or body.get("input"))


def length_of(values: Any) -> int:
    """How many values these are: the items of a list or tuple; anything else is one value."""
    return len(values) if isinstance(values, list | tuple) else 1


def count_of(inputs: Any) -> int:
    """How many inputs these are: one text, its token ids, one conversation; or several of them."""
    if isinstance(inputs, list | tuple) and inputs and isinstance(inputs[0], str | list | tuple):
        return len(inputs)
    return 1
