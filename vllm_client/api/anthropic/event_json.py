"""The JSON of a Messages stream's events, before it is decoded into classes."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from ...streams.halved_text import HasEnded, TextPlace

_START, _DELTA, _STOP = "content_block_start", "content_block_delta", "content_block_stop"

# Type of a block -> the block's field with its content, the type of its deltas, and the delta's
# field with the piece.
_DELTAS = {
    "text": ("text", "text_delta", "text"),
    "thinking": ("thinking", "thinking_delta", "thinking"),
    "tool_use": ("input", "input_json_delta", "partial_json"),
}


def texts_of_event(payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
    """Return the text of an event, and a function that tells which texts the event ends.

    A content_block_stop ends the text of its block; message_delta and message_stop end all texts.
    """
    if not isinstance(payload, dict) or isinstance(payload.get("index"), list | dict):
        return (), lambda _: False
    kind, index = payload.get("type"), payload.get("index")
    at_end = kind in ("message_delta", "message_stop")

    def has_ended(group: Hashable) -> bool:
        return at_end or (kind == _STOP and group == index)

    delta = payload.get("delta")
    if kind != _DELTA or not isinstance(delta, dict):
        return (), has_ended
    return [_place(payload, name) for name in _texts_in(delta)], has_ended


def _texts_in(delta: dict[str, Any]) -> Iterator[str]:
    for _, _, name in _DELTAS.values():
        if isinstance(delta.get(name), str):
            yield name


def _place(payload: dict[str, Any], name: str) -> TextPlace:
    index, delta = payload.get("index"), payload["delta"]

    def event(text: str) -> dict[str, Any]:
        return {**payload, "delta": {**delta, name: text}}

    return TextPlace((index, name), index, delta, name, event)


def as_events(answer: dict[str, Any]) -> list[Any]:
    """Convert a plain message to the events of a stream, with one delta for each block.

    Returns:
        The events. Empty if `answer` is not a message.
    """
    if "content" not in answer:
        return []
    blocks = [] if answer["content"] is None else answer["content"]
    if not isinstance(blocks, list):
        return []
    start = {"type": "message_start", "message": {**answer, "content": [], "stop_reason": None}}
    reasons = {name: answer.get(name) for name in ("stop_reason", "stop_sequence")}
    end = {"type": "message_delta", "delta": reasons, "usage": answer.get("usage")}
    events = [event for index, block in enumerate(blocks) for event in _of_block(index, block)]
    return [start, *events, end, {"type": "message_stop"}]


def _of_block(index: int, block: Any) -> Iterator[dict[str, Any]]:
    filled = _DELTAS.get(str(block.get("type"))) if isinstance(block, dict) else None
    whole = block.get(filled[0]) if filled else None
    if filled and whole:
        field, kind, piece = filled
        begun = {name: value for name, value in block.items() if name != field}
        yield {"type": _START, "index": index, "content_block": begun}
        text = whole if isinstance(whole, str) else json.dumps(whole)
        yield {"type": _DELTA, "index": index, "delta": {"type": kind, piece: text}}
    else:
        yield {"type": _START, "index": index, "content_block": block}
    yield {"type": _STOP, "index": index}
