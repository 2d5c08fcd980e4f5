"""The options of `client.responses`, as typed keywords.

An option that is not given is not sent; "Default" says what vLLM does then.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from ..common.options import (
    CacheSalt,
    Extensions,
    GenerationCallOptions,
    ModelOption,
    Priority,
    ReasoningEffort,
    Session,
    StreamCallOptions,
    Transfer,
)
from ..common.render_options import DEPRECATED, RENDER_ONLY_MEDIA, RenderedMedia
from ..common.sampling import (
    EndOfText,
    Penalties,
    Sampling,
    SpecialTokenSpaces,
    StopInOutput,
    StopStrings,
)
from ..common.shown_keywords import shows_keys
from ..common.structured_outputs import StructuredOutputsOption
from ..common.templates import MediaProcessing, MediaReading, TemplateVariables
from ..common.tools import ParallelToolCalls


class ResponseFunctionTool(TypedDict, total=False):
    """A function that the model may call."""

    type: Required[Literal["function"]]
    """Always "function"."""
    name: Required[str]
    """The name of the function."""
    description: str | None
    """What the function does; the model reads it."""
    parameters: Required[Mapping[str, Any] | None]
    """The JSON schema of the arguments."""
    strict: bool | None
    """Whether generation is constrained to the schema, if the server's tool parser supports it."""


class NamedFunctionChoice(TypedDict):
    """A choice of one function, which the model must call."""

    type: Literal["function"]
    """Always "function"."""
    name: str
    """The name of the function, one of those in `tools`."""


ResponseToolChoice: TypeAlias = (
    Literal["none", "auto", "required"] | NamedFunctionChoice | Mapping[str, Any]
)


class ResponseReasoning(TypedDict, total=False):
    """How the model reasons."""

    effort: ReasoningEffort | None
    """How much to reason, for models with levels of effort; "none" turns reasoning off. Default:
    set by the model."""
    summary: Literal["auto", "concise", "detailed"] | None
    """The kind of summary of the reasoning; vLLM 0.32 makes no summaries."""


class ResponseFormatJsonSchema(TypedDict, total=False):
    """A format of JSON text that matches a schema."""

    type: Required[Literal["json_schema"]]
    """Always "json_schema"."""
    name: Required[str]
    """A name for the schema; ignored by vLLM."""
    schema: Required[Mapping[str, Any]]
    """The JSON schema."""
    description: str | None
    """What the schema is for; ignored by vLLM."""
    strict: bool | None
    """Whether the answer must match the schema exactly. vLLM always enforces the schema."""


class ResponseFormatPlain(TypedDict):
    """A format without a schema: free text, or any JSON object."""

    type: Literal["text", "json_object"]
    """The kind of the answer."""


class ResponseTextConfig(TypedDict, total=False):
    """The format of the answer."""

    format: ResponseFormatPlain | ResponseFormatJsonSchema | None
    """The format that the answer must have. Default: free text."""
    verbosity: Literal["low", "medium", "high"] | None
    """How detailed the answer is; ignored by vLLM 0.32."""


class PromptCacheOptions(TypedDict, total=False):
    """How OpenAI's service caches prompts; ignored by vLLM."""

    mode: Literal["implicit", "explicit"]
    """Whether OpenAI chooses a prefix to cache by itself. Default: "implicit"."""
    ttl: Literal["30m"]
    """Min time that a prompt stays cached. Default: "30m"."""
    comparison_response_id: str | None
    """The id of a response to compare with, to find out why the cache was not used. Default:
    none."""
    prewarm: bool | None
    """Whether to fill the cache without generating. The response repeats the other keys, but not
    this one. Default: none."""


@shows_keys
class ResponsesOptions(
    ModelOption,
    Sampling,
    Penalties,
    StopStrings,
    StopInOutput,
    EndOfText,
    SpecialTokenSpaces,
    StructuredOutputsOption,
    ParallelToolCalls,
    TemplateVariables,
    MediaReading,
    MediaProcessing,
    Priority,
    Session,
    CacheSalt,
    Transfer,
    Extensions,
    total=False,
):
    """The options of `client.responses`, except input and stream."""

    instructions: str | None
    """A system message that precedes the input, for this response only. Default: none."""
    max_output_tokens: int | None
    """Max tokens to generate, reasoning included. Default: the rest of the context length."""
    previous_response_id: str | None
    """The id of a stored response to continue (see `store`). Default: none."""
    reasoning: ResponseReasoning | None
    """How the model reasons. Default: set by the model."""
    include_reasoning: bool
    """Whether the response contains the reasoning. Default: True."""
    text: ResponseTextConfig | None
    """The format of the answer, in OpenAI's notation. Default: free text."""
    tools: Sequence[ResponseFunctionTool | Mapping[str, Any]]
    """Functions that the model may call, and tools that the server runs. Default: none."""
    tool_choice: ResponseToolChoice
    """Whether the model may ("auto"), must ("required") or must not ("none") call tools, or the
    function that it must call. Default: "auto"."""
    include: (
        Sequence[
            Literal[
                "code_interpreter_call.outputs",
                "computer_call_output.output.image_url",
                "file_search_call.results",
                "message.input_image.image_url",
                "message.output_text.logprobs",
                "reasoning.encrypted_content",
            ]
        ]
        | None
    )
    """Further parts of the response; vLLM 0.32 knows only "message.output_text.logprobs". Default:
    none."""
    top_logprobs: int | None
    """Number of alternatives to report per token; needs "message.output_text.logprobs" in
    `include`. Default: 0."""
    truncation: Literal["auto", "disabled"] | None
    """Whether a prompt above the context length is truncated ("auto") or an error ("disabled").
    Default: "disabled"."""
    background: bool | None
    """Whether the call returns at once while the server generates the response; the server must
    store responses. Default: False."""
    store: bool | None
    """Whether the server keeps the response; needs VLLM_ENABLE_RESPONSES_API_STORE=1 in the
    server's environment. Default: True."""
    metadata: Mapping[str, str] | None
    """Arbitrary values that the response repeats. Default: none."""
    service_tier: Literal["auto", "default", "flex", "scale", "priority"]
    """Repeated in the response; no other effect in vLLM 0.32. Default: "auto"."""
    prompt_cache_key: str | None
    """Repeated in the response by vLLM 0.33 and later; no other effect. To separate caches, use
    `cache_salt`. Default: none."""
    prompt_cache_options: PromptCacheOptions | None
    """Repeated in the response by vLLM 0.33 and later; no other effect. Default: none."""
    prompt_cache_retention: Literal["in_memory", "24h"] | None
    """Repeated in the response by vLLM 0.33 and later; no other effect. Default: none."""
    safety_identifier: str | None
    """An identifier of the end user, repeated in the response by vLLM 0.33 and later. Default:
    none."""
    user: str | None
    """An identifier of the end user, repeated in the response. Default: none."""
    enable_response_messages: bool
    """Whether the response contains the prompt and the generated text with their token ids, as the
    model has them; not with `background`. Default: False."""
    previous_input_messages: Sequence[Mapping[str, Any]] | None
    """Messages in the format of gpt-oss (Harmony) to continue; not with previous_response_id."""
    request_id: str
    """The id of the response. Default: a random one."""


class ResponsesKeywords(ResponsesOptions, StreamCallOptions, total=False):
    """Every keyword of `client.responses`, except input and stream."""


class RenderResponsesKeywords(ResponsesOptions, RenderedMedia, GenerationCallOptions, total=False):
    """Every keyword of `client.responses.render`, except input."""


_NEVER = DEPRECATED | {
    "max_tool_calls": "vLLM 0.32 does not enforce it",
    "prompt": "vLLM 0.32 does not support OpenAI's prompt templates",
}

WITHDRAWN = RENDER_ONLY_MEDIA | _NEVER
"""Options of vLLM that `create` and `stream` do not accept, with the reason."""

RENDER_WITHDRAWN = _NEVER
"""Options of vLLM that `render` does not accept, with the reason."""
