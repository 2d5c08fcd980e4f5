"""The options of `client.messages`, as typed keywords.

An option that is not given is not sent; "Default" says what vLLM does then.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from ..common.options import (
    CacheSalt,
    Extensions,
    GenerationCallOptions,
    StreamCallOptions,
    Strings,
    Transfer,
)
from ..common.render_options import RENDER_ONLY_MEDIA, RenderedMedia
from ..common.sampling import Temperature, TopTokens, Watermarking
from ..common.shown_keywords import shows_keys
from ..common.templates import TemplateVariables


class MessagesTool(TypedDict, total=False):
    """A tool that the model may call."""

    name: Required[str]
    """The name of the tool."""
    description: str | None
    """What the tool does; the model reads it."""
    input_schema: Required[Mapping[str, Any]]
    """The JSON schema of the tool's input."""
    strict: bool | None
    """Whether generation is constrained to the schema, if the server's tool parser supports it."""
    defer_loading: bool | None
    """Whether the chat template leaves the tool out of the prompt until a message refers to it."""


class MessagesToolChoice(TypedDict, total=False):
    """Whether the model calls tools."""

    type: Required[Literal["auto", "any", "tool", "none"]]
    """"auto": the model may call tools. "any": it must call a tool. "tool": it must call the tool
    that `name` names. "none": it must not call tools."""
    name: str | None
    """The tool to call, for "tool"."""
    disable_parallel_tool_use: bool | None
    """Whether an answer contains no more than one tool call. Default: False."""


class ThinkingEnabled(TypedDict, total=False):
    """Thinking with a limit on its tokens."""

    type: Required[Literal["enabled"]]
    """Always "enabled"."""
    budget_tokens: Required[int]
    """Max tokens of thinking; must be less than max_tokens. Range: 1024 or more."""
    display: Literal["summarized", "omitted", "updates"] | None
    """Whether the answer shows the thinking; ignored by vLLM 0.32, which always shows it."""


class ThinkingDisabled(TypedDict):
    """Thinking is turned off."""

    type: Literal["disabled"]
    """Always "disabled"."""


class ThinkingAdaptive(TypedDict, total=False):
    """Thinking whose length the model chooses."""

    type: Required[Literal["adaptive"]]
    """Always "adaptive"."""
    display: Literal["summarized", "omitted", "updates"] | None
    """Whether the answer shows the thinking; ignored by vLLM 0.32, which always shows it."""


ThinkingConfig: TypeAlias = ThinkingEnabled | ThinkingDisabled | ThinkingAdaptive


class JsonOutputFormat(TypedDict, total=False):
    """A format of JSON text that matches a schema."""

    type: Literal["json_schema"]
    """The kind of the format. Default: "json_schema"."""
    schema: Mapping[str, Any] | None
    """The JSON schema."""


class OutputConfig(TypedDict, total=False):
    """The format of the answer, and the effort of the model."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None
    """How much to think, for models with levels of effort. Default: set by the model."""
    format: JsonOutputFormat | None
    """The format of the answer. Default: free text."""


class PromptOptions(TemplateVariables, total=False):
    """The options that make up a prompt, except messages."""

    model: Required[str]
    """Name of a served model or LoRA adapter; the server requires it here."""
    system: str | Sequence[Mapping[str, Any]] | None
    """The system message, as text or text blocks. Default: none."""
    tools: Sequence[MessagesTool | Mapping[str, Any]] | None
    """Tools that the model may call; plain dicts are accepted. Default: none."""
    tool_choice: MessagesToolChoice | None
    """Whether the model may, must or must not call tools, or the tool that it must call. Default:
    "auto" with tools."""
    thinking: ThinkingConfig | None
    """Whether the model thinks, and how long. Default: set by the model."""
    output_config: OutputConfig | None
    """The format of the answer, and how much the model thinks. Default: free text, with the model's
    own effort."""


@shows_keys
class MessagesOptions(
    PromptOptions,
    Temperature,
    TopTokens,
    Watermarking,
    CacheSalt,
    Transfer,
    Extensions,
    total=False,
):
    """The options of `client.messages`, except messages, max_tokens and stream."""

    stop_sequences: Strings | None
    """Strings that end the answer; they are not part of it. Range: up to 4 items. Default: none."""
    metadata: Mapping[str, Any] | None
    """Accepted for compatibility with Anthropic; vLLM 0.32 ignores it."""


class MessagesKeywords(MessagesOptions, StreamCallOptions, total=False):
    """Every keyword of `client.messages`, except messages, max_tokens and stream."""


class RenderMessagesKeywords(MessagesOptions, RenderedMedia, GenerationCallOptions, total=False):
    """Every keyword of `client.messages.render`, except messages and max_tokens."""


class CountTokensKeywords(PromptOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.messages.count_tokens`, except messages."""


WITHDRAWN = RENDER_ONLY_MEDIA
"""Options of vLLM that `create` and `stream` do not accept, with the reason."""
