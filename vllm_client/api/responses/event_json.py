"""The JSON of a Responses stream's events, before it is decoded into classes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from ...streams.halved_text import HasEnded, TextPlace

# An `item_id` says no more than these, and some servers leave it out in a part of the events.
_WHERE = ("output_index", "content_index")

# The event that ends a stream, by the status of its response.
_LAST_EVENTS = {
    "incomplete": "response.incomplete",
    "failed": "response.failed",
    "queued": "response.queued",
    "in_progress": "response.in_progress",
}

# Type of an item whose deltas fill one field -> that field, and the type of the deltas.
_FILLED = {
    "function_call": ("arguments", "response.function_call_arguments.delta"),
    "custom_tool_call": ("input", "response.custom_tool_call_input.delta"),
}
# The same for a part of a message, or of thoughts.
_PART_DELTAS = {
    "output_text": "response.output_text.delta",
    "reasoning_text": "response.reasoning_text.delta",
}


def texts_of_event(payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
    """The text in an event that brings a piece of an item; any other kind of event ends it."""
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
    """The events of a stream that sends this response, each text in one piece; [] if it is none."""
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
    """The field of an item that its deltas fill, and the deltas; None if it has no deltas."""
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
