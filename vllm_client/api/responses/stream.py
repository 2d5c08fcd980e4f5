"""Decode a Responses stream to events, and assemble the response from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import attrs

from ...codec.answer import Answer
from ...streams.endings import Signal
from ...streams.halved_text import HasEnded, TextPlace
from ...streams.typed_events import Parts, TypedEventMachine
from .answers import (
    Response,
    ResponseCodeInterpreterToolCall,
    ResponseContentPart,
    ResponseCustomToolCall,
    ResponseFunctionToolCall,
    ResponseLogprob,
    ResponseMcpCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseReasoningText,
    ResponseUsage,
)
from .event_json import as_events, texts_of_event
from .events import (
    ResponseCodeInterpreterCallCodeDeltaEvent,
    ResponseCompletedEvent,
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseCreatedEvent,
    ResponseCustomToolCallInputDeltaEvent,
    ResponseDeltaEvent,
    ResponseFailedEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseIncompleteEvent,
    ResponseInProgressEvent,
    ResponseMcpCallArgumentsDeltaEvent,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseQueuedEvent,
    ResponseReasoningTextDeltaEvent,
    ResponseStateEvent,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
)

_CALLS = (ResponseFunctionToolCall, ResponseCustomToolCall)

_LAST = (ResponseCompletedEvent, ResponseIncompleteEvent, ResponseFailedEvent)

# Type of delta -> the constructor of its item, and the field of the item that the deltas extend.
# The constructor is used if the stream begins after the start of the item. In messages and
# reasoning the deltas extend the text of a part.
_MADE_OF: dict[type[ResponseDeltaEvent], tuple[Callable[[str | None], ResponseOutputItem], str]] = {
    ResponseTextDeltaEvent: (lambda id: ResponseOutputMessage([], id=id), "content"),
    ResponseReasoningTextDeltaEvent: (lambda id: ResponseReasoningItem(id=id), "content"),
    ResponseFunctionCallArgumentsDeltaEvent: (
        lambda id: ResponseFunctionToolCall("", "", "", id=id),
        "arguments",
    ),
    ResponseCustomToolCallInputDeltaEvent: (
        lambda id: ResponseCustomToolCall("", "", "", id=id),
        "input",
    ),
    ResponseMcpCallArgumentsDeltaEvent: (lambda id: ResponseMcpCall("", "", id=id), "arguments"),
    ResponseCodeInterpreterCallCodeDeltaEvent: (
        lambda id: ResponseCodeInterpreterToolCall(id=id),
        "code",
    ),
}

_ITEM_DONE = "response.output_item.done"

# The types of events that have an `output_index`.
_PLACED = {
    name
    for name, kind in ResponseStreamEvent.KINDS.items()
    if "output_index" in attrs.fields_dict(kind)
}

_A = TypeVar("_A", bound=Answer)


class _Part:
    """A part of a message or of reasoning, assembled from its deltas."""

    def __init__(self, part: ResponseContentPart) -> None:
        self.part = part
        self.pieces: list[str] = []
        self.logprobs: list[ResponseLogprob] = []

    def whole(self) -> ResponseContentPart:
        """Return the part with all text received so far."""
        changes: dict[str, Any] = {"text": "".join(self.pieces)} if self.pieces else {}
        if self.logprobs:
            changes["logprobs"] = self.logprobs.copy()
        return _with(self.part, changes)


class _Item:
    """An item, assembled from its parts or deltas."""

    def __init__(self, item: ResponseOutputItem) -> None:
        self.item = item
        self.parts: dict[int, _Part] = {}
        self.pieces: dict[str, list[str]] = {}

    @property
    def id(self) -> str | None:
        """The id of the item. None if it has none."""
        return getattr(self.item, "id", None)

    @property
    def call_id(self) -> str | None:
        """The id of the call. None if the item is not a call."""
        return (self.item.call_id or None) if isinstance(self.item, _CALLS) else None

    def part(self, index: int, kind: Callable[[str], ResponseContentPart]) -> _Part:
        """Return the part at this index; make an empty one of this kind if there is none."""
        part = self.parts.get(index)
        if part is None:
            part = self.parts[index] = _Part(kind(""))
        return part

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived."""
        in_parts = sum(len(part.pieces) for part in self.parts.values())
        return in_parts + sum(len(texts) for texts in self.pieces.values())

    def whole(self) -> ResponseOutputItem:
        """Return the item with everything received so far."""
        changes: dict[str, Any] = {name: "".join(texts) for name, texts in self.pieces.items()}
        if self.parts:
            changes["content"] = [part.whole() for _, part in sorted(self.parts.items())]
        return _with(self.item, changes)


class ResponsesMachine(TypedEventMachine[ResponseStreamEvent, Response]):
    """The state machine of POST /v1/responses and GET /v1/responses/{id} with stream=true."""

    protocol = "responses"
    event_class = ResponseStreamEvent
    OPENING = (
        ResponseCreatedEvent,
        ResponseQueuedEvent,
        ResponseInProgressEvent,
        ResponseOutputItemAddedEvent,
        ResponseContentPartAddedEvent,
    )

    def __init__(self) -> None:
        super().__init__()
        self._response = Response([])
        self._items: Parts[_Item] = Parts()
        # The number of deltas in the items that the last event replaced by its own.
        self._replaced_deltas = 0

    def partial(self) -> Response:
        """Return the response of the last event, or the response received so far."""
        if not self._items:
            return self._response
        items = [item.whole() for item in self._items.in_order()]
        return attrs.evolve(self._response, output=items)

    @property
    def usage(self) -> ResponseUsage | None:
        """The token counts. None until they have arrived."""
        return self._response.usage

    @property
    def described(self) -> Response:
        """The response in the latest ResponseStateEvent, without items that arrived after it."""
        return self._response

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived."""
        return self._replaced_deltas + sum(item.deltas for item in self._items.in_order())

    def _find_texts(self, payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
        return texts_of_event(payload)

    def _as_events(self, answer: dict[str, Any]) -> list[Any]:
        return as_events(answer)

    def _fold(self, event: ResponseStreamEvent) -> None:
        match event:
            case ResponseStateEvent(response=response):
                self._take_response(response, is_last=isinstance(event, _LAST))
            case ResponseOutputItemAddedEvent(item=item) | ResponseOutputItemDoneEvent(item=item):
                if item.type:
                    self._items.put(event.output_index, _Item(item))
            case ResponseContentPartAddedEvent(part=part) | ResponseContentPartDoneEvent(part=part):
                of = self._items.get(event.output_index)
                if of is not None and part.type:
                    of.parts[event.content_index] = _Part(part)
            case ResponseDeltaEvent():
                self._add_delta(event)

    def _take_response(self, response: Response, *, is_last: bool) -> None:
        """Keep the response that an event contains. A response without id and output is ignored."""
        if response.id or response.output:
            self._response = response
        if is_last:
            if response.output:
                self._replaced_deltas = self.deltas
                self._items.clear()
            self._end_at(Signal.LAST_EVENT)

    def _with_place(self, payload: Any) -> Any:
        if not isinstance(payload, dict):
            return payload
        kind = payload.get("type")
        if payload.get("output_index") is None and str(kind) in _PLACED:
            payload = self._with_index(payload)
        return self._with_call_id(payload) if kind == _ITEM_DONE else payload

    def _with_call_id(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Copy a missing `call_id` from the event that began a call to the event that ends it."""
        item, index = payload.get("item"), payload["output_index"]
        begun = self._items.get(index) if isinstance(index, int) else None
        if begun is None or begun.call_id is None or not isinstance(item, dict):
            return payload
        if item.get("type") != begun.item.type or item.get("call_id"):
            return payload
        return {**payload, "item": {**item, "call_id": begun.call_id}}

    def _with_index(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Add the missing index of the item that an event is about."""
        if payload["type"] == "response.output_item.added":
            return {**payload, "output_index": len(self._items)}
        item = payload.get("item")
        item_id = item.get("id") if isinstance(item, dict) else payload.get("item_id")
        known = (place for place, one in self._items.items() if item_id and one.id == item_id)
        return {**payload, "output_index": next(known, max(self._items, default=0))}

    def _add_delta(self, event: ResponseDeltaEvent) -> None:
        begun, field = _MADE_OF[type(event)]
        item = self._items.get(event.output_index)
        if item is None:
            item = self._items[event.output_index] = _Item(begun(event.item_id))
        match event:
            case ResponseTextDeltaEvent(content_index=index):
                part = item.part(index, ResponseOutputText)
                part.logprobs += event.logprobs
            case ResponseReasoningTextDeltaEvent(content_index=index):
                part = item.part(index, ResponseReasoningText)
            case _:
                item.pieces.setdefault(field, []).append(event.delta)
                return
        part.pieces.append(event.delta)


def _with(answer: _A, changes: dict[str, Any]) -> _A:
    """Return a copy with changed fields; fields that the class lacks are ignored.

    A faulty stream may send deltas of one kind for an item of another.
    """
    fields = attrs.fields_dict(type(answer))
    return attrs.evolve(answer, **{n: value for n, value in changes.items() if n in fields})
