"""Decode responses that have a result for each input. Missing results are an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from ...call.response import HttpResponse, read_answer, refuse_fewer
from ...codec.quick_decoder import converted

T = TypeVar("T")


def read_listed(cls: type[T], reply: HttpResponse) -> T:
    """Decode the response as `cls`. A result without index gets its position in `data`.

    Raises:
        ApiError: The body reports an error of the server.
        ParseError: The body does not fit the class.
    """
    return read_answer(reply, cls, adjust=_with_indices)


def listed_reader(cls: type[T], expected: int) -> Callable[[HttpResponse], T]:
    """Return a decoder that raises an error if `data` has fewer than `expected` results."""
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
    """Return the number of inputs of a request: texts, lists of token ids, or conversations."""
    return count_of(body.get("messages") or body.get("input"))


def length_of(values: Any) -> int:
    """Return the number of values: the length of a list or tuple, 1 for anything else."""
    return len(values) if isinstance(values, list | tuple) else 1


def count_of(inputs: Any) -> int:
    """Return the number of inputs.

    A list of texts or lists counts its items. A text, a list of token ids and a list of messages
    are one input.
    """
    if isinstance(inputs, list | tuple) and inputs and isinstance(inputs[0], str | list | tuple):
        return len(inputs)
    return 1
