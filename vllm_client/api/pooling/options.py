"""The options of embeddings, pooling, classification and scoring, as typed keywords.

They are the body fields of vLLM 0.33, except those that are explicit parameters of the methods. An
option that is not given is not sent; "Default" says what vLLM does then.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypedDict

from ..common.options import (
    CacheSalt,
    GenerationCallOptions,
    ModelOption,
    Priority,
    Scheduling,
    Strings,
    UserOption,
)
from ..common.shown_keywords import shows_keys
from ..common.templates import (
    ChatTemplate,
    MediaProcessing,
    MediaReading,
    PromptTokens,
    TemplateVariables,
    Truncation,
)

EncodingFormat = Literal["float", "base64", "bytes", "bytes_only"]
EmbedDtype = Literal["float32", "float16", "bfloat16", "fp8_e4m3", "fp8_e5m2"]
PoolingTask = Literal[
    "embed", "classify", "token_embed", "token_classify", "plugin", "embed&token_classify"
]

TextInput: TypeAlias = str | Strings | Sequence[int] | Sequence[Sequence[int]]
"""One text or several, or their token ids."""

Conversation: TypeAlias = Sequence[Any]
"""The messages of one conversation, as `client.chat.completions` accepts them."""


class MultiModalItem(TypedDict):
    """An item to score that is not just a text."""

    content: Sequence[Mapping[str, Any]]
    """Content parts, as returned by `text()` and `image()`."""


ScoreInput: TypeAlias = str | MultiModalItem
ScoreInputs: TypeAlias = ScoreInput | Strings | Sequence[ScoreInput]


class PooledOptions(
    ModelOption, Truncation, Scheduling, MediaProcessing, CacheSalt, UserOption, total=False
):
    """Options that embeddings, pooling, classification and scoring have in common."""

    padding: Literal["max_length", "do_not_pad"] | None
    """Whether inputs are padded to the max length. Default: no padding."""


class TemplateOptions(ChatTemplate, MediaReading, total=False):
    """How inputs become prompts. Only `add_special_tokens` has an effect on texts."""

    add_special_tokens: bool
    """Whether to add special tokens. Default: True for texts, False for chats."""
    add_generation_prompt: bool
    """Whether a chat ends with the opening of an assistant's message. Default: False."""
    continue_final_message: bool
    """Whether the last message of a chat is continued. Default: False."""


class Activation(TypedDict, total=False):
    """Whether the pooler applies its activation function."""

    use_activation: bool | None
    """Whether to apply the pooler's activation function. Most embedding models then return vectors
    of unit length, most classifiers probabilities. Default: set by the model, mostly True."""


class EncodingOptions(TypedDict, total=False):
    """How the numbers of the response are encoded."""

    encoding_format: EncodingFormat
    """"float": numbers in JSON. "base64": base64 strings in JSON. "bytes": a binary body, described
    by a `metadata` header of some 120 bytes per output (a header above 64 KiB is an error).
    "bytes_only": a binary body without that header. base64 is two to four times shorter than
    "float". Servers that embed each token accept only "float". Default: "base64" for embeddings,
    else "float"."""
    embed_dtype: EmbedDtype
    """The type of the numbers in binary and base64 responses. Default: "float32"."""
    endianness: Literal["native", "big", "little"]
    """The byte order in binary and base64 responses. Default: "native", the order of the server's
    machine."""


class LateChunkingParams(TypedDict):
    """How the tokens of an embedded text are grouped into chunks."""

    chunk_size: int
    """Number of tokens per chunk. Range: above 0."""


class LateChunking(TypedDict, total=False):
    """Options for servers that embed each token."""

    late_chunking_params: LateChunkingParams | None
    """Return a vector for each chunk of tokens, instead of for each token. For vLLM 0.33 and later,
    started with --pooler-config.task token_embed. Default: a vector for each token."""


@shows_keys
class EmbeddingOptions(PooledOptions, TemplateOptions, EncodingOptions, Activation, total=False):
    """The options of `client.embeddings`, except input and messages."""

    dimensions: int | None
    """How many of the first numbers of each embedding to return, for models that were trained for
    it. Default: all."""


@shows_keys
class PoolingOptions(EmbeddingOptions, total=False):
    """The options of `client.pooling`, except input, messages and data."""

    task: PoolingTask | None
    """The task of the pooler: the one that the server was started for, or "plugin". Default: the
    server's task, or "plugin" with `data`."""


@shows_keys
class ClassifyOptions(PooledOptions, TemplateOptions, Activation, total=False):
    """The options of `client.classify`, except input and messages."""


@shows_keys
class ScoreOptions(PooledOptions, TemplateVariables, Activation, total=False):
    """The options of `client.score`, except the two inputs to compare."""

    max_tokens_per_query: int
    """Max tokens of a query; longer queries are truncated. 0 is no limit. Default: 0."""
    max_tokens_per_doc: int
    """Max tokens of a document; longer documents are truncated. 0 is no limit. Default: 0."""
    instruction: str | None
    """Instruction that tells the model how to judge a pair, for chat templates with such a
    variable. Default: none."""


@shows_keys
class RerankOptions(ScoreOptions, total=False):
    """The options of `client.rerank`, except query and documents."""

    top_n: int
    """Max number of results, best first; 0 returns all. Range: 0 or more. Default: 0."""


class EmbedV2Content(TypedDict, total=False):
    """A part of an input."""

    type: Literal["text", "image_url"]
    """The kind of the part: a text or an image."""
    text: str | None
    """The text, for "text"."""
    image_url: Mapping[str, str] | None
    """The image, as {"url": …}, for "image_url"."""


class EmbedV2Input(TypedDict):
    """An input of several parts."""

    content: Sequence[EmbedV2Content]
    """The parts, in order."""


@shows_keys
class EmbedV2Options(ModelOption, Priority, total=False):
    """The options of `client.embed_v2`, except texts, images and inputs."""

    input_type: str | None
    """The purpose of the embeddings ("query" …), for models that define instructions by purpose.
    Default: none."""
    output_dimension: int | None
    """How many of the first numbers of each embedding to return, for models that were trained for
    it. Default: all."""
    embedding_types: Sequence[Literal["float", "binary", "ubinary", "base64"]] | None
    """The types of embeddings to return. Default: "float"."""
    truncate: Literal["NONE", "START", "END"]
    """The end at which a text that is too long is truncated; "NONE" makes it an error. Default:
    "END"."""
    max_tokens: int | None
    """Max tokens of a text. Default: the model's limit."""


@shows_keys
class GenerativeScoringOptions(ModelOption, PromptTokens, Scheduling, CacheSalt, total=False):
    """The options of `client.generative_scoring`, except query, items and label_token_ids."""

    apply_softmax: bool
    """Whether the probabilities are relative to the labels only (True) or to all tokens of the
    vocabulary (False). Default: True."""
    item_first: bool
    """Whether the item precedes the query in the prompt. Default: False."""


class EmbeddingKeywords(EmbeddingOptions, LateChunking, GenerationCallOptions, total=False):
    """Every keyword of `client.embeddings.create`, except input and messages."""


class PoolingKeywords(PoolingOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.pooling`, except input, messages and data."""


class ClassifyKeywords(ClassifyOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.classify`, except input and messages."""


class ScoreKeywords(ScoreOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.score`, except version and the two inputs to compare."""


class RerankKeywords(RerankOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.rerank`, except version, query and documents."""


class EmbedV2Keywords(EmbedV2Options, GenerationCallOptions, total=False):
    """Every keyword of `client.embed_v2`, except texts, images and inputs."""


class GenerativeScoringKeywords(GenerativeScoringOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.generative_scoring`, except query, items and label_token_ids."""
