"""Decode a Messages stream to events, and assemble the message from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from ...codec.arguments import read_arguments
from ...errors import ParseError
from ...streams.endings import Signal
from ...streams.halved_text import HasEnded, TextPlace
from ...streams.typed_events import Parts, TypedEventMachine
from .answers import (
    ContentBlock,
    MessagesResponse,
    MessagesUsage,
    TextBlock,
    ThinkingBlock,
    ToolUseBlock,
)
from .event_json import as_events, texts_of_event
from .events import (
    ContentBlockDeltaEvent,
    ContentBlockStartEvent,
    ContentDelta,
    InputJsonDelta,
    MessageDeltaEvent,
    MessagesEvent,
    MessageStartEvent,
    MessageStopEvent,
    PingEvent,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
)


class _Block:
    """A content block, assembled from its deltas."""

    def __init__(self, block: ContentBlock) -> None:
        self.block = block
        self.pieces: list[str] = []
        self.signature: str | None = None

    @property
    def call_id(self) -> str | None:
        """The id of the call. None if the block is not a call."""
        return self.block.id if isinstance(self.block, ToolUseBlock) else None

    def add(self, delta: ContentDelta) -> None:
        """Add a delta."""
        match delta:
            case TextDelta(piece) | ThinkingDelta(piece) | InputJsonDelta(piece):
                self.pieces.append(piece)
            case SignatureDelta(signature):
                self.signature = signature

    def whole(self) -> ContentBlock:
        """Return the block with everything received so far."""
        came = "".join(self.pieces)
        match self.block:
            case TextBlock(text):
                return attrs.evolve(self.block, text=text + came)
            case ThinkingBlock(thinking, signature):
                signature = self.signature or signature
                return attrs.evolve(self.block, thinking=thinking + came, signature=signature)
            case ToolUseBlock() if came:
                return _with_input(self.block, came)
        return self.block


class MessagesMachine(TypedEventMachine[MessagesEvent, MessagesResponse]):
    """The state machine of POST /v1/messages with stream=true."""

    protocol = "anthropic"
    event_class = MessagesEvent
    OPENING = (MessageStartEvent, ContentBlockStartEvent, PingEvent)

    def __init__(self) -> None:
        super().__init__()
        self._message = MessagesResponse([])
        self._blocks: Parts[_Block] = Parts()
        self._reason_came = False

    def partial(self) -> MessagesResponse:
        """Return the message received so far, as the call without streaming would return it.

        Like the server, it drops text blocks of white space from a message with tool calls, and
        gives an empty message one empty text block.
        """
        blocks = [block.whole() for block in self._blocks.in_order()]
        if any(isinstance(block, ToolUseBlock) for block in blocks):
            blocks = [block for block in blocks if not _is_blank(block)]
        elif not blocks and self.over and self.error is None:
            blocks = [TextBlock("")]
        return attrs.evolve(self._message, content=[*self._message.content, *blocks])

    @property
    def usage(self) -> MessagesUsage | None:
        """The token counts. None until the first ones arrive; a MessageDeltaEvent updates them."""
        return self._message.usage

    @property
    def described(self) -> MessagesResponse:
        """The message as received so far, without the blocks of its content."""
        return self._message

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived."""
        return sum(len(block.pieces) for block in self._blocks.in_order())

    def _find_texts(self, payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
        return texts_of_event(payload)

    def _with_place(self, payload: Any) -> Any:
        if not isinstance(payload, dict) or payload.get("index") is not None:
            return payload
        if payload.get("type") == "content_block_start":
            return {**payload, "index": len(self._blocks)}
        if payload.get("type") in ("content_block_delta", "content_block_stop"):
            return {**payload, "index": next(reversed(self._blocks), 0)}
        return payload

    def _as_events(self, answer: dict[str, Any]) -> list[Any]:
        return as_events(answer)

    def _fold(self, event: MessagesEvent) -> None:
        match event:
            case MessageStartEvent(message):
                self._message = message
            case ContentBlockStartEvent(block, index) if block.type:
                self._blocks.put(index, _Block(block))
            case ContentBlockDeltaEvent(delta, index) if delta.type:
                if index not in self._blocks:
                    self._blocks[index] = _Block(_block_for(delta))
                self._blocks[index].add(delta)
            case MessageDeltaEvent():
                self._take_reason(event)
            case MessageStopEvent():
                self._end_at(Signal.LAST_EVENT)

    def _is_finished(self) -> bool:
        return self._reason_came

    def _take_reason(self, event: MessageDeltaEvent) -> None:
        """Keep the reason why the message ended, and its token counts."""
        self._reason_came = True
        self._message = attrs.evolve(
            self._message,
            stop_reason=event.delta.stop_reason,
            stop_sequence=event.delta.stop_sequence,
            usage=event.usage or self._message.usage,
        )


def _block_for(delta: ContentDelta) -> ContentBlock:
    """Begin the block of a delta, if the server sent no event that begins it. Raises ParseError."""
    match delta:
        case ThinkingDelta() | SignatureDelta():
            return ThinkingBlock("")
        case InputJsonDelta():
            raise ParseError("$: got input of a tool call before its content_block_start", "$")
    return TextBlock("")


def _is_blank(block: ContentBlock) -> bool:
    return isinstance(block, TextBlock) and not block.text.strip()


def _with_input(block: ToolUseBlock, came: str) -> ToolUseBlock:
    """Return the call with its arguments, or with None if they are not complete, valid JSON."""
    try:
        arguments = read_arguments(came)
    except (ValueError, RecursionError):
        arguments = None
    if isinstance(arguments, dict):
        return attrs.evolve(block, input=arguments)
    unread = {**block.unknown_fields, "partial_json": came}
    return attrs.evolve(block, input=None, unknown_fields=unread)
