"""Handle the JSON of generation chunks before it is decoded: chat, completions, audio."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any

from .halved_text import HasEnded, TextPlace


def as_chunk(answer: dict[str, Any]) -> dict[str, Any]:
    """Convert a non-streaming answer to a single chunk with the same content."""
    choices = answer["choices"]
    parts = [_as_part(choice) for choice in choices] if isinstance(choices, list) else choices
    rest = {name: value for name, value in answer.items() if name != "object"}
    return {**rest, "choices": parts}


def _as_part(choice: Any) -> Any:
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        return choice
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        message = {**message, "tool_calls": [_as_piece(n, call) for n, call in enumerate(calls)]}
    rest = {name: value for name, value in choice.items() if name != "message"}
    return {**rest, "delta": message}


def _as_piece(number: int, call: Any) -> Any:
    return {"index": number, **call} if isinstance(call, dict) else call


def texts_of_chunk(payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
    """Find the texts in a chunk: content, reasoning, tool arguments, text of a completion.

    Returns:
        The texts, and a function that returns whether a text is complete: its choice has finished.
    """
    choices = payload.get("choices") if isinstance(payload, dict) else None
    parts = [part for part in choices if _has_place(part)] if isinstance(choices, list) else []
    finished = {_index_of(part) for part in parts if part.get("finish_reason")}

    def has_ended(group: Hashable) -> bool:
        return isinstance(group, tuple) and group[0] in finished

    return [place for part in parts for place in _texts_of_part(part)], has_ended


def _texts_of_part(part: dict[str, Any]) -> Iterator[TextPlace]:
    index = _index_of(part)
    yield from _texts_in(part, ("text",), index, lambda fields: fields)
    delta = part.get("delta")
    if not isinstance(delta, dict):
        return
    # vLLM 0.15 sends the same reasoning under two names
    thoughts = "reasoning" if delta.get("reasoning") else "reasoning_content"
    yield from _texts_in(delta, ("content", thoughts), index, lambda fields: {"delta": fields})
    calls = delta.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        if _has_place(call) and isinstance(call.get("function"), dict):
            yield from _arguments_of(call, index)


def _index_of(part: dict[str, Any]) -> Any:
    """Return the index of a part or a tool call; 0 if it is null or missing."""
    index = part.get("index")
    return 0 if index is None else index


def _has_place(part: Any) -> bool:
    """Return whether the index of a part or a tool call is hashable or missing."""
    return isinstance(part, dict) and not isinstance(part.get("index"), list | dict)


def _texts_in(
    holder: dict[str, Any],
    names: Iterable[str],
    index: Any,
    in_part: Callable[[dict[str, Any]], dict[str, Any]],
) -> Iterator[TextPlace]:
    for name in names:
        if isinstance(holder.get(name), str):

            def part(text: str, name: str = name) -> dict[str, Any]:
                return in_part({name: text})

            yield TextPlace((index, name), (index, "text"), holder, name, _chunk_with(index, part))


def _arguments_of(call: dict[str, Any], index: Any) -> Iterator[TextPlace]:
    function, number = call["function"], call.get("index")
    if not isinstance(function.get("arguments"), str):
        return
    key = (index, "arguments", _index_of(call))

    def part(text: str) -> dict[str, Any]:
        return {"delta": {"tool_calls": [{"index": number, "function": {"arguments": text}}]}}

    yield TextPlace(key, key, function, "arguments", _chunk_with(index, part))


def _chunk_with(
    index: Any, part: Callable[[str], dict[str, Any]]
) -> Callable[[str], dict[str, Any]]:
    return lambda text: {"choices": [{"index": index, **part(text)}]}
