"""The options of `client.responses`, as keywords that an editor and a type checker know.

As in `options`: an option that is not given is not sent, and "Default" tells what vLLM does then.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from ..common.options import GenerationCallOptions, ReasoningEffort, Strings, StructuredOutputs


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


class ResponsesOptions(TypedDict, total=False):
    """The options of `client.responses`, beside input, model and stream."""

    instructions: str | None
    """A system message before the input; not kept for the next response. Default: none."""
    max_output_tokens: int | None
    """The most tokens to write, thinking included. Default: what the context still holds."""
    previous_response_id: str | None
    """The response to go on from, if the server stores them (`store`). Default: none."""
    reasoning: ResponseReasoning | None
    """How the model thinks. Default: as the model does by itself."""
    include_reasoning: bool
    """Whether the answer holds the thinking. Default: True."""
    text: ResponseTextConfig | None
    """What form the answer has, as OpenAI says it. Default: free text."""
    structured_outputs: StructuredOutputs | None
    """What form the answer has, as vLLM says it. Default: free text."""
    tools: Sequence[ResponseFunctionTool | Mapping[str, Any]]
    """The functions that the model may call, and tools of the server's own. Default: none."""
    tool_choice: ResponseToolChoice
    """Whether it may, must or must not call tools, or which. Default: "auto" if there are any."""
    parallel_tool_calls: bool | None
    """False: at most one call an answer. Default: True."""
    max_tool_calls: int | None
    """The most calls of the server's own tools; vLLM 0.32 does nothing with it."""
    temperature: float | None
    """Randomness from 0 (always the likeliest token) to 2. Default: the model's, else 1."""
    top_p: float | None
    """Sample from the likeliest tokens that make up this share. Default: the model's, else 1."""
    top_k: int | None
    """Sample from this many likeliest tokens; 0 or -1 is all. Default: the model's, else 0."""
    min_p: float | None
    """Drop tokens below this share of the top probability. Default: the model's, else 0."""
    presence_penalty: float | None
    """Makes tokens less likely once they were written, -2 to 2. Default: the model's, else 0."""
    frequency_penalty: float | None
    """Makes a token less likely each time it was written, -2 to 2. Default: the model's, else 0."""
    repetition_penalty: float | None
    """Above 1: less of what prompt and answer hold; below 1: more. Default: the model's, else 1."""
    logit_bias: Mapping[str, float] | None
    """Token id, as a string -> what to add to its logit, -100 to 100. Default: nothing."""
    seed: int | None
    """Makes sampling repeatable. Default: none."""
    stop: str | Strings | None
    """Texts, at most 4, at which the answer ends, without them. Default: none."""
    stop_token_ids: Sequence[int] | None
    """Token ids at which the answer ends. Default: none but the model's own."""
    include_stop_str_in_output: bool
    """Whether the text that ended the answer stays in it. Default: False."""
    ignore_eos: bool
    """Whether to go on after the end-of-text token, up to the length limit. Default: False."""
    skip_special_tokens: bool
    """Whether special tokens are left out of the text. Default: True."""
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
    """Alternatives to tell for each token, with those logprobs included. Default: 0."""
    truncation: Literal["auto", "disabled"] | None
    """"auto": cut the prompt to what the model holds. Default: "disabled"."""
    background: bool | None
    """Answer at once and go on generating; the server has to store responses. Default: False."""
    store: bool | None
    """Keep it, if the server has VLLM_ENABLE_RESPONSES_API_STORE=1 set. Default: True."""
    metadata: Mapping[str, str] | None
    """Notes of your own, given back with the response. Default: none."""
    service_tier: Literal["auto", "default", "flex", "scale", "priority"]
    """Given back with the response; vLLM 0.32 does nothing with it. Default: "auto"."""
    prompt: Mapping[str, Any] | None
    """A prompt template of OpenAI's; vLLM 0.32 refuses it."""
    prompt_cache_key: str | None
    """vLLM 0.32 does nothing with it; see `cache_salt`."""
    user: str | None
    """The end user's name, given back with the response."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template, such as {"enable_thinking": False}. Default: none."""
    media_io_kwargs: Mapping[str, Mapping[str, Any]] | None
    """Modality -> how its media are read, if the server trusts requests. Default: the server's."""
    mm_processor_kwargs: Mapping[str, Any] | None
    """Arguments for the media processor, if the server trusts requests. Default: the server's."""
    enable_response_messages: bool
    """Whether the answer holds prompt and text as the model has them. Default: False."""
    previous_input_messages: Sequence[Mapping[str, Any]] | None
    """Messages in the form of gpt-oss to go on from; not with previous_response_id."""
    watermarking: bool | None
    """Whether the server's watermark, if it has one, marks this answer. Default: True."""
    priority: int
    """Lower goes first; not 0 only on a server with priority scheduling. Default: 0."""
    request_id: str
    """The id of the response. Default: a random one."""
    session_id: str | None
    """The same for all requests of one conversation, for routing. Default: none."""
    mm_payload: Literal["tensors", "none"]
    """For /render only: whether `features` holds the tensors of media. Default: "tensors"."""
    return_mm_kwargs: bool | None
    """The older name: False is `mm_payload="none"`. Default: True."""
    cache_salt: str | None
    """A secret, 1 to 1024 characters, that keeps others off our prefix cache. Default: none."""
    vllm_xargs: Mapping[str, str | int | float | Sequence[str | int | float]] | None
    """Arguments for the server's own extensions. Default: none."""
    kv_transfer_params: Mapping[str, Any] | None
    """Where key-value caches go, when prefill and decode run apart. Default: none."""
    ec_transfer_params: Mapping[str, Any] | None
    """Where encoder caches go, when the encoder runs apart. Default: none."""


class ResponsesKeywords(ResponsesOptions, GenerationCallOptions, total=False):
    """Every keyword of a responses call, beside input, model and stream."""
