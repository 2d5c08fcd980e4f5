"""The options of `client.responses`, as keywords that an editor and a type checker know.

As in `options`: an option that is not given is not sent, and "Default" tells what vLLM does then.
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
    """The name that a call carries."""
    description: str | None
    """What the function does, told to the model."""
    parameters: Required[Mapping[str, Any] | None]
    """The JSON schema of its arguments."""
    strict: bool | None
    """Whether the arguments are held to the schema, where the tool parser can."""


class NamedFunctionChoice(TypedDict):
    """The one function that the model must call."""

    type: Literal["function"]
    """Always "function"."""
    name: str
    """One of the names in `tools`."""


ResponseToolChoice: TypeAlias = (
    Literal["none", "auto", "required"] | NamedFunctionChoice | Mapping[str, Any]
)


class ResponseReasoning(TypedDict, total=False):
    """How the model thinks."""

    effort: ReasoningEffort | None
    """How much to think, for models that know degrees; "none" is no thinking. Default: theirs."""
    summary: Literal["auto", "concise", "detailed"] | None
    """vLLM 0.32 makes no summaries."""


class ResponseFormatJsonSchema(TypedDict, total=False):
    """JSON after a schema."""

    type: Required[Literal["json_schema"]]
    """Always "json_schema"."""
    name: Required[str]
    """A name for the schema; vLLM does nothing with it."""
    schema: Required[Mapping[str, Any]]
    """The JSON schema itself."""
    description: str | None
    """What the schema is for; vLLM does nothing with it."""
    strict: bool | None
    """For servers that tell strict from lax; vLLM always holds to the schema."""


class ResponseFormatPlain(TypedDict):
    """Free text, or any JSON object."""

    type: Literal["text", "json_object"]
    """What kind of answer."""


class ResponseTextConfig(TypedDict, total=False):
    """What form the answer has."""

    format: ResponseFormatPlain | ResponseFormatJsonSchema | None
    """Default: free text."""
    verbosity: Literal["low", "medium", "high"] | None
    """vLLM 0.32 does nothing with it."""


class PromptCacheOptions(TypedDict, total=False):
    """How OpenAI's own service caches prompts; vLLM does nothing with it."""

    mode: Literal["implicit", "explicit"]
    """Default: "implicit"."""
    ttl: Literal["30m"]
    """Default: "30m"."""
    comparison_response_id: str | None
    """Default: none."""
    prewarm: bool | None
    """The only one that is not returned with the response. Default: none."""


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
    """The options of `client.responses`, beside input and stream."""

    instructions: str | None
    """A system message before the input; not kept for the next response. Default: none."""
    max_output_tokens: int | None
    """Max tokens to generate, reasoning included. Default: what the context still holds."""
    previous_response_id: str | None
    """The response to go on from, if the server stores them (`store`). Default: none."""
    reasoning: ResponseReasoning | None
    """How the model reasons. Default: as the model does by itself."""
    include_reasoning: bool
    """Whether the answer holds the reasoning. Default: True."""
    text: ResponseTextConfig | None
    """Constrain the answer to a form, in OpenAI's notation. Default: free text."""
    tools: Sequence[ResponseFunctionTool | Mapping[str, Any]]
    """Functions that the model may call, and tools of the server's own. Default: none."""
    tool_choice: ResponseToolChoice
    """Whether the model may, must or must not call tools, or which. Default: "auto"."""
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
    """What else the answer holds; vLLM 0.32 knows "message.output_text.logprobs". Default: none."""
    top_logprobs: int | None
    """Number of alternatives to report per token; needs these logprobs in `include`. Default: 0."""
    truncation: Literal["auto", "disabled"] | None
    """"auto": truncate the prompt to what the model holds. Default: "disabled"."""
    background: bool | None
    """Answer at once and go on generating; the server has to store responses. Default: False."""
    store: bool | None
    """Store it, if the server has VLLM_ENABLE_RESPONSES_API_STORE=1 set. Default: True."""
    metadata: Mapping[str, str] | None
    """Notes of your own, returned with the response. Default: none."""
    service_tier: Literal["auto", "default", "flex", "scale", "priority"]
    """Returned with the response; vLLM 0.32 does nothing else with it. Default: "auto"."""
    prompt_cache_key: str | None
    """Returned with the response, by vLLM 0.33 and later; has no other effect. See `cache_salt`.
    Default: none."""
    prompt_cache_options: PromptCacheOptions | None
    """Returned with the response, by vLLM 0.33 and later; has no other effect. Default: none."""
    prompt_cache_retention: Literal["in_memory", "24h"] | None
    """Returned with the response, by vLLM 0.33 and later; has no other effect. Default: none."""
    safety_identifier: str | None
    """The end user's name, returned with the response, by vLLM 0.33 and later. Default: none."""
    user: str | None
    """The end user's name, returned with the response. Default: none."""
    enable_response_messages: bool
    """Whether the answer holds prompt and text as the model has them. Default: False."""
    previous_input_messages: Sequence[Mapping[str, Any]] | None
    """Messages in the form of gpt-oss to go on from; not with previous_response_id."""
    request_id: str
    """The id of the response. Default: a random one."""


class ResponsesKeywords(ResponsesOptions, StreamCallOptions, total=False):
    """Every keyword of a responses call, beside input and stream."""


class RenderResponsesKeywords(ResponsesOptions, RenderedMedia, GenerationCallOptions, total=False):
    """Every keyword of the rendering of a response, beside input."""


_NEVER = DEPRECATED | {
    "max_tool_calls": "vLLM 0.32 does not enforce it",
    "prompt": "vLLM 0.32 refuses prompt templates of OpenAI's",
}

WITHDRAWN = RENDER_ONLY_MEDIA | _NEVER
"""Options of vLLM that `create` and `stream` do not offer -> the reason."""

RENDER_WITHDRAWN = _NEVER
"""Options of vLLM that `render` does not offer -> the reason."""
