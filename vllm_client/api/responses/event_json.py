"""The JSON of a Responses stream's events, before it is decoded into classes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from ...streams.halved_text import HasEnded, TextPlace

# The output index and the content index identify a text. `item_id` is not used: some servers omit
# it in some events.
_WHERE = ("output_index", "content_index")

# The event that ends a stream, by the status of its response.
_LAST_EVENTS = {
    "incomplete": "response.incomplete",
    "failed": "response.failed",
    "queued": "response.queued",
    "in_progress": "response.in_progress",
}

# Type of an item -> the field that deltas extend, and the type of the deltas.
_FILLED = {
    "function_call": ("arguments", "response.function_call_arguments.delta"),
    "custom_tool_call": ("input", "response.custom_tool_call_input.delta"),
}
# For parts of messages and reasoning: type of the part -> type of its deltas.
_PART_DELTAS = {
    "output_text": "response.output_text.delta",
    "reasoning_text": "response.reasoning_text.delta",
}


def texts_of_event(payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
    """Return the text of a delta event, and a function that tells which texts the event ends.

    Any event that is not a delta ends all texts before it.
    """
    if not isinstance(payload, dict):
        return (), lambda _: False
    where = tuple(0 if payload.get(name) is None else payload[name] for name in _WHERE)
    is_delta = str(payload.get("type")).endswith(".delta")

    def has_ended(group: Hashable) -> bool:
        return not is_delta

    if not isinstance(payload.get("delta"), str) or any(isinstance(x, list | dict) for x in where):
        return (), has_ended

    def event(text: str) -> dict[str, Any]:
        return {**payload, "delta": text}

    return [TextPlace(where, where, payload, "delta", event)], has_ended


def as_events(answer: dict[str, Any]) -> list[Any]:
    """Convert a plain response to the events of a stream, with one delta for each text.

    Returns:
        The events. Empty if `answer` is not a response.
    """
    if "output" not in answer:
        return []
    items = [] if answer["output"] is None else answer["output"]
    if not isinstance(items, list):
        return []
    last = _LAST_EVENTS.get(str(answer.get("status")), "response.completed")
    events = [event for index, item in enumerate(items) for event in _of_item(index, item)]
    return [
        {"type": "response.created", "response": {**answer, "output": []}},
        *events,
        {"type": last, "response": answer},
    ]


def _of_item(index: int, item: Any) -> Iterator[dict[str, Any]]:
    begun = item
    deltas: list[dict[str, Any]] = []
    if isinstance(item, dict):
        field, deltas = _deltas_of(item)
        begun = {name: value for name, value in item.items() if name != field}
    where = {"output_index": index}
    yield {"type": "response.output_item.added", **where, "item": begun}
    for delta in deltas:
        yield {**where, "item_id": item.get("id"), **delta}
    yield {"type": "response.output_item.done", **where, "item": item}


def _deltas_of(item: dict[str, Any]) -> tuple[str | None, list[dict[str, Any]]]:
    """Return the field of an item that deltas extend, if any, and the deltas."""
    field, kind = _FILLED.get(str(item.get("type")), ("content", ""))
    whole = item.get(field)
    if isinstance(whole, str) and kind:
        return field, [{"type": kind, "delta": whole}]
    if not isinstance(whole, list):
        return None, []
    return field, [
        {"type": _PART_DELTAS[part["type"]], "content_index": index, "delta": part["text"]}
        for index, part in enumerate(whole)
        if isinstance(part, dict)
        and part.get("type") in ("output_text", "reasoning_text")
        and part.get("text")
    ]
