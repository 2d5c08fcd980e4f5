"""Check the messages and other lists of a request before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...call.option_checks import missing
from ...codec.answer import Answer
from ...errors import RequestError
from ..chat.answers import Message

MAX_SHOWN_TEXT = 40

_NO_MESSAGES = (str, bytes, int, float, list, tuple, type(None))


def conversation(
    messages: Any, name: str = "messages", replies: type[Answer] = Message
) -> list[Any]:
    """Return the messages of one conversation as a list.

    Args:
        messages: An iterable of messages.
        name: The name of the option, for errors.
        replies: The class of earlier answers that are accepted as messages.

    Raises:
        RequestError: An item is not a message, or the list is empty.
    """
    found = listed(name, messages)
    if not found:
        raise RequestError(f"{name}: expected at least one message")
    for number, message in enumerate(found):
        if isinstance(message, _NO_MESSAGES) or (
            isinstance(message, Answer) and not isinstance(message, replies)
        ):
            hint = _as_messages(message) if isinstance(message, str) else ""
            raise RequestError(f"{name}[{number}]: expected a message, got {message!r:.80}{hint}")
    return found


def conversations(several: Any) -> list[list[Any]]:
    """Return several conversations as lists. Raises RequestError for anything else."""
    found = listed("messages", several)
    if not found:
        raise RequestError("messages: expected at least one conversation")
    return [conversation(one, f"messages[{number}]") for number, one in enumerate(found)]


def one_or_several(messages: Any) -> list[Any]:
    """Return one conversation, or a list of several. Raises RequestError for anything else."""
    found = listed("messages", messages)
    if found and isinstance(found[0], list | tuple):
        return conversations(found)
    return conversation(found)


def listed(name: str, values: Any) -> list[Any]:
    """Return the values as a list. Raises RequestError for a single value, and for None."""
    if isinstance(values, list | tuple):
        return list(values)
    if values is None:
        raise missing(name)
    if isinstance(values, str | bytes | Mapping | Answer) or not isinstance(values, Iterable):
        hint = _as_messages(values) if name == "messages" else ""
        raise RequestError(f"{name}: expected a list, got {values!r:.80}{hint}")
    return list(values)


def refuse_messages(name: str, value: Any, instead: str) -> None:
    """Raise RequestError for messages where text is expected, with what to write instead."""
    first = value[0] if isinstance(value, list | tuple) and value else value
    if isinstance(first, Mapping | Answer):
        raise RequestError(f"{name}: expected text, got messages: {value!r:.80}; {instead}")


def _as_messages(value: Any) -> str:
    """Return a hint for a value that was passed in place of messages."""
    if isinstance(value, str):
        text = repr(value) if len(value) <= MAX_SHOWN_TEXT else "…"
        return f"; write messages=[user({text})]"
    return "; write messages=[…], a list" if isinstance(value, Mapping | Answer) else ""


def some_ids(request_ids: Any) -> list[str]:
    """Return one or several ids as a list. Raises RequestError for anything else."""
    return [request_ids] if isinstance(request_ids, str) else listed("request_ids", request_ids)
