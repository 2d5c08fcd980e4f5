"""The options of embeddings, pooling, classes and scores, as keywords that an editor knows.

They are the body fields of vLLM 0.32, without those that the methods take themselves. An option
that is not given is not sent: "Default" tells what vLLM does then.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypedDict

from ..common.options import GenerationCallOptions, Strings

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


class PooledOptions(TypedDict, total=False):
    """What all of them take."""

    model: str | None
    """The model. Default: the one that is served."""
    user: str | None
    """Whom the request is for; vLLM does nothing with it."""
    truncate_prompt_tokens: int | None
    """Cut inputs to so many tokens, -1 for what the model takes. Default: too long is an error."""
    padding: Literal["max_length", "do_not_pad"] | None
    """Whether inputs are filled up to the longest length. Default: they are not."""
    truncation_side: Literal["left", "right"] | None
    """Which end is cut off. Default: the tokenizer's."""
    request_id: str
    """The stem of the answer's id. Default: the X-Request-Id header, else a random one."""
    priority: int
    """Lower goes first; not 0 only on a server with priority scheduling. Default: 0."""
    mm_processor_kwargs: Mapping[str, Any] | None
    """Arguments for the media processor, if the server trusts requests. Default: the server's."""
    cache_salt: str | None
    """A secret, 1 to 1024 characters, that keeps others off our prefix cache. Default: none."""


class TemplateOptions(TypedDict, total=False):
    """How texts and chats become prompts; of text only the first one counts."""

    add_special_tokens: bool
    """Whether to add special tokens. Default: True for text, False for chats."""
    add_generation_prompt: bool
    """Whether a chat ends with the opening of an assistant's message. Default: False."""
    continue_final_message: bool
    """Whether a chat's last message is left open. Default: False."""
    chat_template: str | None
    """A Jinja template, if the server trusts those of requests. Default: the model's."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template. Default: none."""
    media_io_kwargs: Mapping[str, Mapping[str, Any]] | None
    """Modality -> how its media are read, if the server trusts requests. Default: the server's."""


class EncodingOptions(TypedDict, total=False):
    """How the numbers of the answer travel."""

    encoding_format: EncodingFormat
    """"float" is text, "base64" bytes in JSON, "bytes" bytes with a `metadata` header (of some 120
    bytes an output; more than 64 KiB of header are refused), "bytes_only" bytes alone. Default:
    "base64" for embeddings, since it is the same and many times smaller; "float" elsewhere."""
    embed_dtype: EmbedDtype
    """The type of the numbers in bytes and base64. Default: "float32"."""
    endianness: Literal["native", "big", "little"]
    """The order of bytes and base64. Default: the server's own."""


class EmbeddingOptions(PooledOptions, TemplateOptions, EncodingOptions, total=False):
    """The options of `client.embeddings`, beside input and messages."""

    dimensions: int | None
    """So many of the first numbers, for models that were trained for it. Default: all."""
    use_activation: bool | None
    """Whether the pooler's activation (mostly: to unit length) is done. Default: the model's."""


class PoolingOptions(EmbeddingOptions, total=False):
    """The options of `client.pooling`, beside input, messages and data."""

    task: PoolingTask | None
    """What the pooler does; a server does one. Default: that one."""


class ClassifyOptions(PooledOptions, TemplateOptions, total=False):
    """The options of `client.classify`, beside input and messages."""

    use_activation: bool | None
    """Whether probabilities are made of the model's numbers. Default: the model's, mostly yes."""


class ScoreOptions(PooledOptions, total=False):
    """The options of `client.score`, beside the two things to compare."""

    use_activation: bool | None
    """Whether scores are made of the model's numbers. Default: the model's, mostly yes."""
    max_tokens_per_query: int
    """Cut queries to so many tokens; 0 is no limit. Default: 0."""
    max_tokens_per_doc: int
    """Cut documents to so many tokens; 0 is no limit. Default: 0."""
    instruction: str | None
    """What counts as a good answer, for templates that know it. Default: none."""
    chat_template_kwargs: Mapping[str, Any] | None
    """Variables of the template. Default: none."""


class RerankOptions(ScoreOptions, total=False):
    """The options of `client.rerank`, beside query and documents."""

    top_n: int
    """How many results, the best ones; 0 is all. Default: 0."""


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


class EmbedV2Options(TypedDict, total=False):
    """The options of `client.embed_v2`, beside texts, images and inputs."""

    model: str | None
    """The model. Default: the one that is served."""
    input_type: str | None
    """What the embeddings are for ("query" …), for models with instructions. Default: none."""
    output_dimension: int | None
    """So many of the first numbers, for models that were trained for it. Default: all."""
    embedding_types: Sequence[Literal["float", "binary", "ubinary", "base64"]] | None
    """Which types of embeddings to tell. Default: "float" alone."""
    truncate: Literal["NONE", "START", "END"]
    """Which end of too long a text is cut off; NONE is an error. Default: "END"."""
    max_tokens: int | None
    """Cut texts to so many tokens. Default: what the model takes."""
    priority: int
    """Lower goes first; not 0 only on a server with priority scheduling. Default: 0."""


class GenerativeScoringOptions(TypedDict, total=False):
    """The options of `client.generative_scoring`, beside query, items and label_token_ids."""

    model: str | None
    """The model. Default: the one that is served."""
    apply_softmax: bool
    """True: probabilities among the labels; False: among all tokens. Default: True."""
    item_first: bool
    """Whether items stand before the query. Default: False."""
    add_special_tokens: bool
    """Whether the prompt gets special tokens. Default: True."""
    cache_salt: str | None
    """A secret, 1 to 1024 characters, that keeps others off our prefix cache. Default: none."""
    priority: int
    """Lower goes first; not 0 only on a server with priority scheduling. Default: 0."""
    request_id: str
    """The stem of the answer's id. Default: the X-Request-Id header, else a random one."""


class EmbeddingKeywords(EmbeddingOptions, GenerationCallOptions, total=False):
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
