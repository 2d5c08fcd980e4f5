"""The options of `client.messages`, as keywords that an editor and a type checker know.

As in `options`: an option that is not given is not sent, and "Default" tells what vLLM does then.
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
    """The name that a call carries."""
    description: str | None
    """What the tool does, told to the model."""
    input_schema: Required[Mapping[str, Any]]
    """The JSON schema of its input."""
    strict: bool | None
    """Whether the input is held to the schema, where the tool parser can."""
    defer_loading: bool | None
    """Whether the chat template leaves the tool out until it is referred to."""


class MessagesToolChoice(TypedDict, total=False):
    """Whether the model calls tools."""

    type: Required[Literal["auto", "any", "tool", "none"]]
    """It may; it must; it must call the one named; it must not."""
    name: str | None
    """The tool to call, for "tool"."""
    disable_parallel_tool_use: bool | None
    """True: at most one call an answer. Default: False."""


class ThinkingEnabled(TypedDict, total=False):
    """Thinking, of so many tokens at most."""

    type: Required[Literal["enabled"]]
    """Always "enabled"."""
    budget_tokens: Required[int]
    """Max tokens of thinking; less than max_tokens. Range: 1024 or more."""
    display: Literal["summarized", "omitted", "updates"] | None
    """vLLM 0.32 does nothing with it: thoughts are always shown."""


class ThinkingDisabled(TypedDict):
    """No thinking."""

    type: Literal["disabled"]
    """Always "disabled"."""


class ThinkingAdaptive(TypedDict, total=False):
    """As much thinking as the model likes."""

    type: Required[Literal["adaptive"]]
    """Always "adaptive"."""
    display: Literal["summarized", "omitted", "updates"] | None
    """vLLM 0.32 does nothing with it: thoughts are always shown."""


ThinkingConfig: TypeAlias = ThinkingEnabled | ThinkingDisabled | ThinkingAdaptive


class JsonOutputFormat(TypedDict, total=False):
    """JSON after a schema."""

    type: Literal["json_schema"]
    """Default: "json_schema"."""
    schema: Mapping[str, Any] | None
    """The JSON schema itself."""


class OutputConfig(TypedDict, total=False):
    """What form the answer has, and how much the model thinks."""

    effort: Literal["low", "medium", "high", "xhigh", "max"] | None
    """How much to think, for models that know degrees. Default: theirs."""
    format: JsonOutputFormat | None
    """What form the answer has. Default: free text."""


class PromptOptions(TemplateVariables, total=False):
    """What makes up a prompt, beside messages."""

    model: Required[str]
    """Name of a served model or LoRA adapter; the server requires it here."""
    system: str | Sequence[Mapping[str, Any]] | None
    """The system message, as text or blocks of text. Default: none."""
    tools: Sequence[MessagesTool | Mapping[str, Any]] | None
    """Tools that the model may call; plain dicts are accepted. Default: none."""
    tool_choice: MessagesToolChoice | None
    """Whether the model may, must or must not call tools, or which. Default: "auto" with tools."""
    thinking: ThinkingConfig | None
    """Whether the model thinks, and how long. Default: as it does by itself."""
    output_config: OutputConfig | None
    """What form the answer has, and how much the model thinks. Default: free text, as it likes."""


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
    """The options of `client.messages`, beside messages, max_tokens and stream."""

    stop_sequences: Strings | None
    """Stop strings; the answer ends before them. Range: up to 4 items. Default: none."""
    metadata: Mapping[str, Any] | None
    """Accepted for compatibility with Anthropic; vLLM 0.32 ignores it."""


class MessagesKeywords(MessagesOptions, StreamCallOptions, total=False):
    """Every keyword of a messages call, beside messages, max_tokens and stream."""


class RenderMessagesKeywords(MessagesOptions, RenderedMedia, GenerationCallOptions, total=False):
    """Every keyword of the rendering of a message, beside messages and max_tokens."""


class CountTokensKeywords(PromptOptions, GenerationCallOptions, total=False):
    """Every keyword of a count of tokens, beside messages."""


WITHDRAWN = RENDER_ONLY_MEDIA
"""Options of vLLM that `create` and `stream` do not offer -> the reason."""
