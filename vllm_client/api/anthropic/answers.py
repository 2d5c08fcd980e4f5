"""Answer classes of Anthropic's Messages API."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from ...codec.answer import Answer, Kinds, by_type
from ...codec.answer_fields import CONTENT, COUNT, EMPTY_IS_NULL
from ...codec.arguments import ArgumentsObject
from ...codec.tool_call import new_call_id


@attrs.frozen(repr=False)
class ContentBlock(Answer):
    """A part of a message. Blocks of unknown types are instances of this class.

    Blocks can be passed on unchanged, in the messages of the next request.

    Attributes:
        type: The type of the block, such as "text".
    """

    KINDS: ClassVar[Kinds] = {}

    type: str = attrs.field(default="", kw_only=True)


@attrs.frozen(repr=False)
class TextBlock(ContentBlock):
    """A text of the answer.

    Attributes:
        text: The text.
        type: Always "text".
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="text", kw_only=True)


@attrs.frozen(repr=False)
class ThinkingBlock(ContentBlock):
    """The reasoning of the model.

    Attributes:
        thinking: The text of the reasoning.
        signature: A signature of the text; vLLM sends a random one, and does not check it.
        type: Always "thinking".
    """

    thinking: str = attrs.field(default="", metadata=CONTENT)
    signature: str | None = None
    type: str = attrs.field(default="thinking", kw_only=True)


@attrs.frozen(repr=False)
class RedactedThinkingBlock(ContentBlock):
    """Reasoning in encrypted form. vLLM 0.32 sends none.

    Attributes:
        data: The encrypted reasoning.
        type: Always "redacted_thinking".
    """

    data: str = attrs.field(default="", metadata=CONTENT)
    type: str = attrs.field(default="redacted_thinking", kw_only=True)


@attrs.frozen(repr=False)
class ToolUseBlock(ContentBlock):
    """A tool call that the model requests.

    Attributes:
        name: The name of the tool.
        input: The arguments; empty for a call without arguments. None for a streamed call whose
            arguments are not complete, valid JSON; the text received is then in
            `unknown_fields["partial_json"]`.
        id: The id that connects the call with its result.
        type: Always "tool_use".
    """

    name: str = attrs.field(metadata=CONTENT)
    input: ArgumentsObject | None = attrs.field(factory=dict, metadata=CONTENT)
    id: str = attrs.field(factory=new_call_id, metadata=EMPTY_IS_NULL)
    type: str = attrs.field(default="tool_use", kw_only=True)


ContentBlock.KINDS.update(by_type(TextBlock, ThinkingBlock, RedactedThinkingBlock, ToolUseBlock))


@attrs.frozen(repr=False)
class MessagesUsage(Answer):
    """Token counts of a message.

    The number of tokens of the whole prompt is `input_tokens` plus the two `cache_…_input_tokens`.

    Attributes:
        input_tokens: Tokens of the prompt that were neither read from the prefix cache nor added
            to it.
        output_tokens: Generated tokens, reasoning included.
        cache_creation_input_tokens: Tokens of the prompt that were added to the prefix cache. None
            unless the server counts them.
        cache_read_input_tokens: Tokens of the prompt that were read from the prefix cache. None
            unless the server counts them.
    """

    input_tokens: int = attrs.field(default=0, metadata=COUNT)
    output_tokens: int = attrs.field(default=0, metadata=COUNT)
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


@attrs.frozen(repr=False)
class MessagesResponse(Answer):
    """The response of POST /v1/messages. It can be passed on in the messages of the next request.

    Attributes:
        content: The blocks of the message, in the order in which they were generated.
        id: The id of the message.
        type: Always "message".
        role: Always "assistant".
        model: The name of the model.
        stop_reason: "end_turn", "max_tokens", "stop_sequence" or "tool_use". None if generation
            ended for a reason that Anthropic's API has no value for, such as an abort.
        stop_sequence: The stop string that ended the message. None for other reasons.
        usage: Token counts.
        kv_transfer_params: Where the KV cache is, if prefill and decode are separate servers.
        ec_transfer_params: Where the encoder cache is, if the encoder is a separate server.
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
        """The text of all text blocks, joined. "" without text blocks."""
        return "".join(block.text for block in self.content if isinstance(block, TextBlock))

    @property
    def thinking(self) -> str:
        """The text of all thinking blocks, joined. "" without thinking blocks."""
        blocks = (block for block in self.content if isinstance(block, ThinkingBlock))
        return "".join(block.thinking for block in blocks)

    @property
    def tool_uses(self) -> list[ToolUseBlock]:
        """The tool calls that the model requests."""
        return [block for block in self.content if isinstance(block, ToolUseBlock)]

    def as_input(self) -> dict[str, Any]:
        """Return this message as an assistant message for the next request."""
        blocks = [block.to_dict() for block in self.content if block.type]
        return {"role": self.role, "content": blocks}


@attrs.frozen(repr=False)
class ContextManagement(Answer):
    """How the prompt was shortened; vLLM 0.32 shortens nothing.

    Attributes:
        original_input_tokens: Tokens of the prompt before it was shortened.
    """

    original_input_tokens: int | None = None


@attrs.frozen(repr=False)
class CountTokensResponse(Answer):
    """The response of POST /v1/messages/count_tokens.

    Attributes:
        input_tokens: Tokens of the prompt.
        context_management: How the prompt was shortened.
    """

    input_tokens: int
    context_management: ContextManagement | None = None
