"""Decode the arguments of tool calls, for streams, `.parse()` and `run_tools`."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeAlias

from .converted import Converted
from .json_codec import with_whole_characters

# Finish reasons of a choice that ended early, so that its last tool call may be incomplete.
CUT_REASONS = frozenset({"length", "abort", "error"})


def as_text(value: Any) -> str:
    """Return arguments as text: a string unchanged, an object as its JSON text.

    Raises:
        TypeError: The value is neither.
    """
    if type(value) is str:
        return value
    if type(value) is dict:
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"expected str, got {value!r:.80}")


def as_object(value: Any) -> dict[str, Any]:
    """Return arguments as an object: an object unchanged, a text decoded.

    Raises:
        TypeError: The value is neither an object nor the JSON text of one.
    """
    if type(value) is dict:
        return value
    if type(value) is str and (decoded := object_in(value)) is not None:
        return decoded
    raise TypeError(f"expected an object, got {value!r:.80}")


def read_arguments(arguments: str) -> Any:
    """Decode the arguments of a call.

    Args:
        arguments: JSON text. Empty or blank text and `null` stand for no arguments; the JSON text
            of an object may have been encoded a second time, as a string.

    Returns:
        The decoded value: an object, unless the model wrote another value.

    Raises:
        ValueError: The text is not JSON.
        RecursionError: The text is nested too deeply.
    """
    value = _loads(arguments) if arguments.strip() else None
    if value is None:
        return {}
    if isinstance(value, str) and (inner := object_in(value)) is not None:
        return inner
    return value


def object_in(text: str) -> dict[str, Any] | None:
    """Decode the JSON text of an object; None for any other text. Blank text is an empty object."""
    try:
        value = _loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _loads(text: str) -> Any:
    """Decode JSON, with lone surrogates replaced. Not with orjson, which rounds large integers."""
    return with_whole_characters(json.loads(text), text)


def is_whole(arguments: str, finished: bool) -> bool:
    """Return whether the arguments of a call are complete.

    A valid JSON object is complete, as an incomplete one is not valid JSON. Any other value is
    complete only if the choice has finished: a number may be cut and still be valid, and empty
    arguments may be cut before they began.

    Args:
        arguments: The text that has arrived so far.
        finished: Whether the choice has ended with a finish reason that is not in `CUT_REASONS`.
    """
    try:
        value = read_arguments(arguments)
    except (ValueError, RecursionError):
        return False
    return finished or (isinstance(value, dict) and bool(arguments.strip()))


ArgumentsText: TypeAlias = Annotated[str, Converted(as_text)]
ArgumentsObject: TypeAlias = Annotated[dict[str, Any], Converted(as_object)]
