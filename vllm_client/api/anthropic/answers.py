"""The Messages API, Anthropic's: what it answers."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from ...codec.answer import CONTENT, EMPTY_IS_NULL, Answer, Kinds, by_type
from ...codec.arguments import ArgumentsObject
from ...codec.tool_call import new_call_id


@attrs.frozen(repr=False)
class ContentBlock(Answer):
    """A part of an answer; of a type that has no class of its own here.

    It goes into the next request's messages as it is.
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


@attrs.frozen(repr=False)
class TextBlock(ContentBlock):
    """What the model said."""

    text: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="text", kw_only=True)


@attrs.frozen(repr=False)
class ThinkingBlock(ContentBlock):
    """What the model thought. vLLM makes up the signature, and does not check it."""

    thinking: str = attrs.field(default="", metadata=CONTENT)
    signature: str | None = None
    type: str = attrs.field(default="thinking", kw_only=True)


@attrs.frozen(repr=False)
class RedactedThinkingBlock(ContentBlock):
    """Thoughts that were made unreadable; vLLM 0.32 makes none."""

    data: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="redacted_thinking", kw_only=True)


@attrs.frozen(repr=False)
class ToolUseBlock(ContentBlock):
    """A call of a tool that the model asks for.

    input: the arguments; empty for a call without any. None for a call of a stream whose arguments
        were cut or are no JSON; what had come of them is `unknown_fields["partial_json"]`.
    """

    name: str = attrs.field(metadata=CONTENT)
    input: ArgumentsObject | None = attrs.field(factory=dict, metadata=CONTENT)
    id: str = attrs.field(factory=new_call_id, metadata=EMPTY_IS_NULL)
    type: str = attrs.field(default="tool_use", kw_only=True)


ContentBlock.KINDS.update(by_type(TextBlock, ThinkingBlock, RedactedThinkingBlock, ToolUseBlock))


@attrs.frozen(repr=False)
class MessagesUsage(Answer):
    """Token counts. `input_tokens` does not count what the prefix cache held."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


@attrs.frozen(repr=False)
class MessagesResponse(Answer):
    """The answer of POST /v1/messages. It goes into the next request's messages as it is.

    stop_reason: "end_turn", "max_tokens", "stop_sequence" or "tool_use"; None where the
        generation ended in a way that this dialect has no word for, as by an abort.
    """

    content: list[ContentBlock] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    type: str = "message"
    role: str = "assistant"
    model: str | None = None
    stop_reason: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_sequence: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    usage: MessagesUsage | None = None
    kv_transfer_params: dict[str, Any] | None = None
    ec_transfer_params: dict[str, Any] | None = None

    @property
    def text(self) -> str:
        """The answer: its texts, joined; "" when there is none."""
        return "".join(block.text for block in self.content if isinstance(block, TextBlock))

    @property
    def thinking(self) -> str:
        """The thoughts, joined; "" when there are none."""
        blocks = (block for block in self.content if isinstance(block, ThinkingBlock))
        return "".join(block.thinking for block in blocks)

    @property
    def tool_uses(self) -> list[ToolUseBlock]:
        """The calls that the model asks for."""
        return [block for block in self.content if isinstance(block, ToolUseBlock)]

    def as_input(self) -> dict[str, Any]:
        """The assistant message that repeats this answer, for the next request."""
        blocks = [block.to_dict() for block in self.content if block.type]
        return {"role": self.role, "content": blocks}


@attrs.frozen(repr=False)
class ContextManagement(Answer):
    """The prompt's length before any of it was cut; vLLM 0.32 cuts nothing."""

    original_input_tokens: int | None = None


@attrs.frozen(repr=False)
class CountTokensResponse(Answer):
    """The answer of POST /v1/messages/count_tokens."""

    input_tokens: int
    context_management: ContextManagement | None = None
