"""The options of embeddings, pooling, classes and scores, as keywords that an editor knows.

They are the body fields of vLLM 0.33, without those that the methods take themselves. An option
that is not given is not sent: "Default" tells what vLLM does then.
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
"""One text, several, or the same as token ids."""

Conversation: TypeAlias = Sequence[Any]
"""Messages of one chat, as `client.chat.completions` takes them."""


class MultiModalItem(TypedDict):
    """What is scored, if it is not just a text."""

    content: Sequence[Mapping[str, Any]]
    """Content parts, such as `text()` and `image()` make."""


ScoreInput: TypeAlias = str | MultiModalItem
ScoreInputs: TypeAlias = ScoreInput | Strings | Sequence[ScoreInput]


class PooledOptions(
    ModelOption, Truncation, Scheduling, MediaProcessing, CacheSalt, UserOption, total=False
):
    """What all of them take."""

    padding: Literal["max_length", "do_not_pad"] | None
    """Whether inputs are padded to the max length. Default: no padding."""


class TemplateOptions(ChatTemplate, MediaReading, total=False):
    """How texts and chats become prompts; of text only the first one counts."""

    add_special_tokens: bool
    """Whether to add special tokens. Default: True for texts, False for chats."""
    add_generation_prompt: bool
    """Whether a chat ends with the opening of an assistant's message. Default: False."""
    continue_final_message: bool
    """Whether the last message of a chat is continued. Default: False."""


class Activation(TypedDict, total=False):
    """The last step of a pooler."""

    use_activation: bool | None
    """Whether to apply the pooler's activation: to unit length for most embeddings, to
    probabilities or scores for most classifiers. Default: the model's, mostly yes."""


class EncodingOptions(TypedDict, total=False):
    """How the numbers of the answer travel."""

    encoding_format: EncodingFormat
    """"float" is text, "base64" bytes in JSON, "bytes" bytes with a `metadata` header (of some 120
    bytes an output; more than 64 KiB of header are refused), "bytes_only" bytes alone. Default:
    "base64" for embeddings, since it is two to four times smaller; "float" elsewhere. Servers that
    embed each token by itself take "float" alone."""
    embed_dtype: EmbedDtype
    """The type of the numbers in bytes and base64. Default: "float32"."""
    endianness: Literal["native", "big", "little"]
    """The order of bytes and base64. Default: "native", the order of the server's machine."""


class LateChunkingParams(TypedDict):
    """How a text that was embedded whole is cut into chunks."""

    chunk_size: int
    """Number of tokens per chunk. Range: above 0."""


class LateChunking(TypedDict, total=False):
    """Options of servers that embed each token by itself."""

    late_chunking_params: LateChunkingParams | None
    """Whether a vector stands for a chunk of tokens instead of one; on servers of vLLM 0.33 and
    later with --pooler-config.task token_embed. Default: it stands for one."""


@shows_keys
class EmbeddingOptions(PooledOptions, TemplateOptions, EncodingOptions, Activation, total=False):
    """The options of `client.embeddings`, beside input and messages."""

    dimensions: int | None
    """So many of the first numbers, for models that were trained for it. Default: all."""


@shows_keys
class PoolingOptions(EmbeddingOptions, total=False):
    """The options of `client.pooling`, beside input, messages and data."""

    task: PoolingTask | None
    """The task of the pooler; a server has one. Default: that one, or "plugin" with `data`."""


@shows_keys
class ClassifyOptions(PooledOptions, TemplateOptions, Activation, total=False):
    """The options of `client.classify`, beside input and messages."""


@shows_keys
class ScoreOptions(PooledOptions, TemplateVariables, Activation, total=False):
    """The options of `client.score`, beside the two things to compare."""

    max_tokens_per_query: int
    """Truncate queries to this many tokens; 0 is no limit. Default: 0."""
    max_tokens_per_doc: int
    """Truncate documents to this many tokens; 0 is no limit. Default: 0."""
    instruction: str | None
    """What counts as a good answer, for templates that know it. Default: none."""


@shows_keys
class RerankOptions(ScoreOptions, total=False):
    """The options of `client.rerank`, beside query and documents."""

    top_n: int
    """Number of results, the best ones; 0 is all. Range: 0 or more. Default: 0."""


class EmbedV2Content(TypedDict, total=False):
    """A part of an input."""

    type: Literal["text", "image_url"]
    """Which of the two it is."""
    text: str | None
    """The text."""
    image_url: Mapping[str, str] | None
    """{"url": …}: the picture."""


class EmbedV2Input(TypedDict):
    """An input of several parts."""

    content: Sequence[EmbedV2Content]
    """The parts, in order."""


@shows_keys
class EmbedV2Options(ModelOption, Priority, total=False):
    """The options of `client.embed_v2`, beside texts, images and inputs."""

    input_type: str | None
    """What the embeddings are for ("query" …), for models with instructions. Default: none."""
    output_dimension: int | None
    """So many of the first numbers, for models that were trained for it. Default: all."""
    embedding_types: Sequence[Literal["float", "binary", "ubinary", "base64"]] | None
    """The types of embeddings to return. Default: "float" alone."""
    truncate: Literal["NONE", "START", "END"]
    """Which end of a text that is too long is cut off; NONE is an error. Default: "END"."""
    max_tokens: int | None
    """Truncate texts to this many tokens. Default: what the model takes."""


@shows_keys
class GenerativeScoringOptions(ModelOption, PromptTokens, Scheduling, CacheSalt, total=False):
    """The options of `client.generative_scoring`, beside query, items and label_token_ids."""

    apply_softmax: bool
    """True: probabilities among the labels; False: among all tokens. Default: True."""
    item_first: bool
    """Whether items stand before the query. Default: False."""


class EmbeddingKeywords(EmbeddingOptions, LateChunking, GenerationCallOptions, total=False):
    """Every keyword of `client.embeddings.create`, beside input and messages."""


class PoolingKeywords(PoolingOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.pooling`, beside input, messages and data."""


class ClassifyKeywords(ClassifyOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.classify`, beside input and messages."""


class ScoreKeywords(ScoreOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.score`, beside version and the two things to compare."""


class RerankKeywords(RerankOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.rerank`, beside version, query and documents."""


class EmbedV2Keywords(EmbedV2Options, GenerationCallOptions, total=False):
    """Every keyword of `client.embed_v2`, beside texts, images and inputs."""


class GenerativeScoringKeywords(GenerativeScoringOptions, GenerationCallOptions, total=False):
    """Every keyword of `client.generative_scoring`, beside query, items and label_token_ids."""
