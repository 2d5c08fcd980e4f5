"""The events of a Messages stream, by their names on the wire."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ...codec.answer import CONTENT, EMPTY_IS_NULL, Answer, Kinds, registered_in
from .answers import ContentBlock, MessagesResponse, MessagesUsage


@attrs.frozen(repr=False)
class ContentDelta(Answer):
    """A piece of a content block; of a type that has no class of its own here."""

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


_delta = registered_in(ContentDelta.KINDS)


@_delta
@attrs.frozen(repr=False)
class TextDelta(ContentDelta):
    """A piece of the answer."""

    text: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="text_delta", kw_only=True)


@_delta
@attrs.frozen(repr=False)
class ThinkingDelta(ContentDelta):
    """A piece of the model's thoughts."""

    thinking: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="thinking_delta", kw_only=True)


@_delta
@attrs.frozen(repr=False)
class InputJsonDelta(ContentDelta):
    """A piece of the JSON of a tool's input."""

    partial_json: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="input_json_delta", kw_only=True)


@_delta
@attrs.frozen(repr=False)
class SignatureDelta(ContentDelta):
    """The signature of thoughts that are whole."""

    signature: str | None = None
    type: str = attrs.field(default="signature_delta", kw_only=True)


@attrs.frozen(repr=False)
class MessagesEvent(Answer):
    """An event of a Messages stream; of a type that has no class of its own here."""

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


_event = registered_in(MessagesEvent.KINDS)


@_event
@attrs.frozen(repr=False)
class MessageStartEvent(MessagesEvent):
    """The first event: the message, still without content."""

    message: MessagesResponse = attrs.field(factory=MessagesResponse, metadata=CONTENT)
    type: str = attrs.field(default="message_start", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ContentBlockStartEvent(MessagesEvent):
    """A content block begins; of a tool's call this tells id and name."""

    content_block: ContentBlock = attrs.field(factory=ContentBlock, metadata=CONTENT)
    index: int = 0
    type: str = attrs.field(default="content_block_start", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ContentBlockDeltaEvent(MessagesEvent):
    """A piece of a content block."""

    delta: ContentDelta = attrs.field(factory=ContentDelta, metadata=CONTENT)
    index: int = 0
    type: str = attrs.field(default="content_block_delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ContentBlockStopEvent(MessagesEvent):
    """A content block is whole."""

    index: int = 0
    type: str = attrs.field(default="content_block_stop", kw_only=True)


@attrs.frozen(repr=False)
class MessageDelta(Answer):
    """Why the message ended; see MessagesResponse."""

    stop_reason: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_sequence: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)


@_event
@attrs.frozen(repr=False)
class MessageDeltaEvent(MessagesEvent):
    """The message has ended: why, and its token counts."""

    delta: MessageDelta = attrs.field(factory=MessageDelta)
    usage: MessagesUsage | None = None
    type: str = attrs.field(default="message_delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class MessageStopEvent(MessagesEvent):
    """The last event."""

    type: str = attrs.field(default="message_stop", kw_only=True)


@_event
@attrs.frozen(repr=False)
class PingEvent(MessagesEvent):
    """A sign of life; vLLM 0.32 sends none."""

    type: str = attrs.field(default="ping", kw_only=True)


@attrs.frozen(repr=False)
class MessagesErrorDetail(Answer):
    """The server's class of error, and what it says."""

    type: str | None = None
    message: str | None = None


@_event
@attrs.frozen(repr=False)
class MessagesErrorEvent(MessagesEvent):
    """The server failed; reading on raises it."""

    error: MessagesErrorDetail = attrs.field(factory=MessagesErrorDetail)
    type: str = attrs.field(default="error", kw_only=True)
