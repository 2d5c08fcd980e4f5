"""Options that several families share, as keywords for editors and type checkers.

They are body fields of vLLM 0.32. An option that is not given is not sent; "Default" says what vLLM
does then. "The model's" default is in the model's generation_config.json, which vLLM uses unless it
was started with `--generation-config vllm`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, Required, TypeAlias, TypedDict

from ...call.retry import RetryPolicy
from ...http.timeouts import Timeout

Strings: TypeAlias = list[str] | tuple[str, ...]
"""Several strings. A lone `str` would pass as a Sequence[str], and be sent letter by letter."""


class StreamOptions(TypedDict, total=False):
    """What a stream carries beside its text."""

    include_usage: bool | None
    """Whether a last chunk tells the token counts. Default: False."""
    continuous_usage_stats: bool | None
    """Whether every chunk carries the running token counts. Default: False."""


class StructuredOutputs(TypedDict, total=False):
    """What the answer must conform to: exactly one of the first six fields."""

    json: str | Mapping[str, Any] | None
    """A JSON schema, as an object or as JSON text."""
    regex: str | None
    """A regular expression that the whole answer matches."""
    choice: Strings | None
    """The answers to choose from."""
    grammar: str | None
    """A context-free grammar in EBNF or Lark."""
    json_object: bool | None
    """True: any JSON object."""
    structural_tag: str | None
    """JSON text that says which tags switch on which schema within free text."""
    disable_any_whitespace: bool
    """Whether JSON comes without optional blanks and newlines. Default: False."""
    disable_additional_properties: bool
    """Whether objects have only the properties that the schema names. Default: False."""
    whitespace_pattern: str | None
    """A regular expression for the blanks between JSON tokens."""


class JsonSchema(TypedDict, total=False):
    """A named JSON schema."""

    name: Required[str]
    """A name for the schema; vLLM does nothing with it."""
    description: str | None
    """What the schema is for; vLLM does nothing with it."""
    schema: Mapping[str, Any] | None
    """The JSON schema itself."""
    strict: bool | None
    """For servers that tell strict from lax; vLLM always holds to the schema."""


class PlainResponseFormat(TypedDict, total=False):
    """Text, any JSON object, or JSON after a schema."""

    type: Required[Literal["text", "json_object", "json_schema"]]
    """What kind of answer."""
    json_schema: JsonSchema | None
    """The schema; given exactly when `type` is "json_schema"."""


class StructuralTagFormat(TypedDict):
    """Free text in which tags begin parts of a given form."""

    type: Literal["structural_tag"]
    """Always "structural_tag"."""
    format: Any
    """The description of tags and forms, as the server's grammar backend takes it."""


class LegacyStructuralTag(TypedDict, total=False):
    """A tag, and the schema of what stands inside."""

    begin: Required[str]
    """The text that opens the tag."""
    schema: Mapping[str, Any] | None
    """The JSON schema of the inside."""
    end: Required[str]
    """The text that closes the tag."""


class LegacyStructuralTagFormat(TypedDict):
    """The older form of a structural tag format."""

    type: Literal["structural_tag"]
    """Always "structural_tag"."""
    structures: Sequence[LegacyStructuralTag]
    """The tags."""
    triggers: Strings
    """The texts after which one of the tags has to follow."""


ResponseFormat: TypeAlias = PlainResponseFormat | StructuralTagFormat | LegacyStructuralTagFormat


class FunctionParam(TypedDict, total=False):
    """A function that the model may call."""

    name: Required[str]
    """The name that a call carries."""
    description: str | None
    """What the function does, told to the model."""
    parameters: Mapping[str, Any] | None
    """The JSON schema of its arguments."""
    strict: bool | None
    """Whether the arguments are held to the schema, where the tool parser can."""
    defer_loading: bool | None
    """Whether the chat template leaves the tool out until it is referred to."""


class ToolParam(TypedDict, total=False):
    """A tool that the model may use; vLLM knows functions."""

    type: Literal["function"]
    """Default: "function"."""
    function: Required[FunctionParam]
    """The function."""
    defer_loading: bool | None
    """The same as in the function, whose own value wins."""


class NamedFunction(TypedDict):
    """A function by its name."""

    name: str
    """One of the names in `tools`."""


class NamedToolChoice(TypedDict, total=False):
    """The one function that the model must call."""

    type: Literal["function"]
    """Default: "function"."""
    function: Required[NamedFunction]
    """The function."""


ToolChoice: TypeAlias = Literal["none", "auto", "required"] | NamedToolChoice

ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class RepetitionDetection(TypedDict, total=False):
    """When to end a text that goes round in circles: finish_reason "repetition"."""

    max_pattern_size: int
    """The longest pattern to look for, in tokens. Default: 0, no detection."""
    min_pattern_size: int
    """The shortest pattern to look for, in tokens. Default: 0, which means 1."""
    min_count: int
    """How often a pattern stands in a row before the text ends; at least 2."""


class GenerationOptions(TypedDict, total=False):
    """The options that mean the same for chat and for text completions."""

    frequency_penalty: float | None
    """Makes a token less likely each time it was written, -2 to 2. Default: the model's, else 0."""
    logit_bias: Mapping[str, float] | None
    """Token id, as a string -> what to add to its logit, -100 to 100. Default: nothing."""
    presence_penalty: float | None
    """Makes tokens less likely once they were written, -2 to 2. Default: the model's, else 0."""
    seed: int | None
    """Makes sampling repeatable. Default: none."""
    stop: str | Strings | None
    """Texts, at most 4, at which the answer ends, without them. Default: none."""
    stream_options: StreamOptions | None
    """What a stream carries beside its text; only with a stream. Default: nothing."""
    temperature: float | None
    """Randomness from 0 (always the likeliest token) to 2. Default: the model's, else 1."""
    top_p: float | None
    """Sample from the likeliest tokens that make up this share. Default: the model's, else 1."""
    user: str | None
    """The end user's name; vLLM ignores it."""
    use_beam_search: bool
    """Whether to search with `n` beams instead of sampling. Default: False."""
    top_k: int | None
    """Sample from this many likeliest tokens; 0 or -1 is all. Default: the model's, else 0."""
    min_p: float | None
    """Drop tokens below this share of the top probability. Default: the model's, else 0."""
    repetition_penalty: float | None
    """Above 1: less of what prompt and answer hold; below 1: more. Default: the model's, else 1."""
    watermarking: bool | None
    """Whether the server's watermark, if it has one, marks this answer. Default: True."""
    length_penalty: float
    """With beam search: above 1 favours longer texts, below 1 shorter. Default: 1."""
    stop_token_ids: Sequence[int] | None
    """Token ids at which the answer ends. Default: none but the model's own."""
    include_stop_str_in_output: bool
    """Whether the text that ended the answer stays in it. Default: False."""
    ignore_eos: bool
    """Whether to go on after the end-of-text token, up to the length limit. Default: False."""
    min_tokens: int
    """Tokens to write before the end or a stop token may come. Default: 0."""
    skip_special_tokens: bool
    """Whether special tokens are left out of the text. Default: True."""
    spaces_between_special_tokens: bool
    """Whether special tokens that are shown have spaces between them. Default: True."""
    truncate_prompt_tokens: int | None
    """Cut the prompt to this many tokens; -1 is what the model holds. Default: no cut."""
    truncation_side: Literal["left", "right"] | None
    """Which end of the prompt is cut off. Default: the tokenizer's."""
    allowed_token_ids: Sequence[int] | None
    """The only token ids that may be written. Default: all."""
    prompt_logprobs: int | None
    """Alternatives to tell for each prompt token, -1 for all; not in streams. Default: none."""
    logprob_token_ids: Sequence[int] | None
    """Exact token ids to tell log probabilities of; needs `logprobs`. Default: the likeliest."""
    bad_words: Strings
    """Words that are not written. Default: none."""
    structured_outputs: StructuredOutputs | None
    """What form the answer has, as vLLM says it. Default: free text."""
    priority: int
    """Lower goes first; not 0 only on a server with priority scheduling. Default: 0."""
    request_id: str
    """The stem of the answer's id. Default: the X-Request-Id header, else a random one."""
    session_id: str | None
    """The same for all requests of one conversation, for routing. Default: none."""
    return_tokens_as_token_ids: bool | None
    """Whether `logprobs` names tokens as "token_id:123". Default: the server's setting."""
    return_token_ids: bool | None
    """Whether the answer also holds the token ids of prompt and text. Default: False."""
    routed_experts_prompt_start: int
    """How many prompt tokens to leave out of `routed_experts`. Default: 0."""
    return_token_offsets: bool | None
    """For /render only: whether to tell where each token stands in the text. Default: False."""
    mm_payload: Literal["tensors", "none"]
    """For /render only: whether `features` holds the tensors of media. Default: "tensors"."""
    return_mm_kwargs: bool | None
    """The older name: False is `mm_payload="none"`. Default: True."""
    cache_salt: str | None
    """A secret, 1 to 128 characters, that keeps others off our prefix cache. Default: none."""
    kv_transfer_params: Mapping[str, Any] | None
    """Where key-value caches go, when prefill and decode run apart. Default: none."""
    ec_transfer_params: Mapping[str, Any] | None
    """Where encoder caches go, when the encoder runs apart. Default: none."""
    vllm_xargs: Mapping[str, str | int | float | Sequence[str | int | float]] | None
    """Arguments for the server's own extensions. Default: none."""
    repetition_detection: RepetitionDetection | None
    """When to end a text that goes round in circles. Default: never."""
    thinking_token_budget: int | None
    """The most tokens for thinking, -1 for no limit; for reasoning models. Default: no limit."""
    stream_interval: int | None
    """Tokens per chunk of a stream, at least the server's own setting. Default: that setting."""


class FormatOption(TypedDict, total=False):
    """The form of the answer."""

    response_format: ResponseFormat | None
    """What form the answer has, as OpenAI says it. Default: free text."""


class ToolsOption(TypedDict, total=False):
    """The tools of a chat."""

    tools: Sequence[ToolParam | Mapping[str, Any]] | None
    """The functions that the model may call; plain dicts will do. Default: none."""


class CallOptions(TypedDict, total=False):
    """What a single call may have its own way, beside the options of the server."""

    extra_headers: Mapping[str, str]
    """Headers to add to the client's."""
    extra_query: Mapping[str, str | int | float | bool | Sequence[str]]
    """Parameters to add to the URL."""
    timeout: float | timedelta | Timeout | None
    """Seconds for the whole call, a Timeout, or None for no limit. Default: the client's."""
    retry: RetryPolicy | None
    """When to try again; None is never. Default: the client's."""


class GenerationCallOptions(CallOptions, total=False):
    """The same for a call with a body."""

    extra_body: Mapping[str, Any]
    """Fields to add to the body as they are; they win over options of the same name."""
