"""The options of `client.messages`, as keywords that an editor and a type checker know.

As in `options`: an option that is not given is not sent, and "Default" tells what vLLM does then.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from ..common.options import GenerationCallOptions, Strings


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
    """At least 1024, and less than max_tokens."""
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


class PromptOptions(TypedDict, total=False):
    """What makes up a prompt, beside model and messages."""

    system: str | Sequence[Mapping[str, Any]] | None
    """The system message, as text or blocks of text. Default: none."""
    tools: Sequence[MessagesTool | Mapping[str, Any]] | None
    """The tools that the model may call; plain dicts will do. Default: none."""
    tool_choice: MessagesToolChoice | None
    """Whether it may, must or must not call tools, or which. Default: "auto" if there are any."""
    thinking: ThinkingConfig | None
    """Whether the model thinks, and how long. Default: as it does by itself."""
    output_config: OutputConfig | None
    """What form the answer has, and how much the model thinks. Default: free text, as it likes."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template, such as {"enable_thinking": False}. Default: none."""


class MessagesOptions(PromptOptions, total=False):
    """The options of `client.messages`, beside model, messages, max_tokens and stream."""

    temperature: float | None
    """Randomness from 0 (always the likeliest token) to 2. Default: the model's, else 1."""
    top_p: float | None
    """Sample from the likeliest tokens that make up this share. Default: the model's, else 1."""
    top_k: int | None
    """Sample from this many likeliest tokens; 0 or -1 is all. Default: the model's, else 0."""
    stop_sequences: Strings | None
    """Texts, at most 4, at which the answer ends, without them. Default: none."""
    metadata: Mapping[str, Any] | None
    """vLLM 0.32 does nothing with it."""
    mm_payload: Literal["tensors", "none"]
    """For /render only: whether `features` holds the tensors of media. Default: "tensors"."""
    return_mm_kwargs: bool | None
    """The older name: False is `mm_payload="none"`. Default: True."""
    cache_salt: str | None
    """A secret, 1 to 1024 characters, that keeps others off our prefix cache. Default: none."""
    watermarking: bool | None
    """Whether the server's watermark, if it has one, marks this answer. Default: True."""
    kv_transfer_params: Mapping[str, Any] | None
    """Where key-value caches go, when prefill and decode run apart. Default: none."""
    ec_transfer_params: Mapping[str, Any] | None
    """Where encoder caches go, when the encoder runs apart. Default: none."""
    vllm_xargs: Mapping[str, str | int | float | Sequence[str | int | float]] | None
    """Arguments for the server's own extensions. Default: none."""


class MessagesKeywords(MessagesOptions, GenerationCallOptions, total=False):
    """Every keyword of a messages call, beside model, messages, max_tokens and stream."""


class CountTokensKeywords(PromptOptions, GenerationCallOptions, total=False):
    """Every keyword of a count of tokens, beside model and messages."""
