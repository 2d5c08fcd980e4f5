"""Events of a Messages stream."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ...codec.answer import Answer, Kinds, registered_in
from ...codec.answer_fields import CONTENT, EMPTY_IS_NULL
from .answers import ContentBlock, MessagesResponse, MessagesUsage


@attrs.frozen(repr=False)
class ContentDelta(Answer):
    """A piece of a content block. Pieces of unknown types are instances of this class.

    Attributes:
        type: The type of the piece, such as "text_delta".
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


_delta = registered_in(ContentDelta.KINDS)


@_delta
@attrs.frozen(repr=False)
class TextDelta(ContentDelta):
    """A piece of a text block.

    Attributes:
        text: The piece.
        type: Always "text_delta".
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="text_delta", kw_only=True)


@_delta
@attrs.frozen(repr=False)
class ThinkingDelta(ContentDelta):
    """A piece of a thinking block.

    Attributes:
        thinking: The piece.
        type: Always "thinking_delta".
    """

    thinking: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="thinking_delta", kw_only=True)


@_delta
@attrs.frozen(repr=False)
class InputJsonDelta(ContentDelta):
    """A piece of the arguments of a tool call.

    Attributes:
        partial_json: A piece of the arguments' JSON text.
        type: Always "input_json_delta".
    """

    partial_json: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="input_json_delta", kw_only=True)


@_delta
@attrs.frozen(repr=False)
class SignatureDelta(ContentDelta):
    """The signature of a complete thinking block.

    Attributes:
        signature: The signature.
        type: Always "signature_delta".
    """

    signature: str | None = None
    type: str = attrs.field(default="signature_delta", kw_only=True)


@attrs.frozen(repr=False)
class MessagesEvent(Answer):
    """An event of a Messages stream. Events of unknown types are instances of this class.

    Attributes:
        type: The type of the event, such as "content_block_delta".
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


_event = registered_in(MessagesEvent.KINDS)


@_event
@attrs.frozen(repr=False)
class MessageStartEvent(MessagesEvent):
    """The message begins: the first event.

    Attributes:
        message: The message, without content.
        type: Always "message_start".
    """

    message: MessagesResponse = attrs.field(factory=MessagesResponse, metadata=CONTENT)
    type: str = attrs.field(default="message_start", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ContentBlockStartEvent(MessagesEvent):
    """A content block begins.

    Attributes:
        content_block: The block, without its text. A tool call has its id and name.
        index: The position of the block in the message's `content`, from 0.
        type: Always "content_block_start".
    """

    content_block: ContentBlock = attrs.field(factory=ContentBlock, metadata=CONTENT)
    index: int = 0
    type: str = attrs.field(default="content_block_start", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ContentBlockDeltaEvent(MessagesEvent):
    """A piece of a content block.

    Attributes:
        delta: The piece.
        index: The position of the block in the message's `content`, from 0.
        type: Always "content_block_delta".
    """

    delta: ContentDelta = attrs.field(factory=ContentDelta, metadata=CONTENT)
    index: int = 0
    type: str = attrs.field(default="content_block_delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class ContentBlockStopEvent(MessagesEvent):
    """A content block is complete.

    Attributes:
        index: The position of the block in the message's `content`, from 0.
        type: Always "content_block_stop".
    """

    index: int = 0
    type: str = attrs.field(default="content_block_stop", kw_only=True)


@attrs.frozen(repr=False)
class MessageDelta(Answer):
    """Why the message ended.

    Attributes:
        stop_reason: See `MessagesResponse.stop_reason`.
        stop_sequence: The stop string that ended the message. None for other reasons.
    """

    stop_reason: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_sequence: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)


@_event
@attrs.frozen(repr=False)
class MessageDeltaEvent(MessagesEvent):
    """The message has ended.

    Attributes:
        delta: Why the message ended.
        usage: Token counts.
        type: Always "message_delta".
    """

    delta: MessageDelta = attrs.field(factory=MessageDelta)
    usage: MessagesUsage | None = None
    type: str = attrs.field(default="message_delta", kw_only=True)


@_event
@attrs.frozen(repr=False)
class MessageStopEvent(MessagesEvent):
    """The stream has ended: the last event.

    Attributes:
        type: Always "message_stop".
    """

    type: str = attrs.field(default="message_stop", kw_only=True)


@_event
@attrs.frozen(repr=False)
class PingEvent(MessagesEvent):
    """A keep-alive event. vLLM 0.32 sends none.

    Attributes:
        type: Always "ping".
    """

    type: str = attrs.field(default="ping", kw_only=True)


@attrs.frozen(repr=False)
class MessagesErrorDetail(Answer):
    """An error of the server.

    Attributes:
        type: The class of the error, such as "overloaded_error".
        message: The error message.
    """

    type: str | None = None
    message: str | None = None


@_event
@attrs.frozen(repr=False)
class MessagesErrorEvent(MessagesEvent):
    """The server failed. The next read from the stream raises the error.

    Attributes:
        error: The error.
        type: Always "error".
    """

    error: MessagesErrorDetail = attrs.field(factory=MessagesErrorDetail)
    type: str = attrs.field(default="error", kw_only=True)
