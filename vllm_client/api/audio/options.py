"""The options of transcriptions and translations, as typed keywords.

They are the form fields of vLLM 0.33, except those that are explicit parameters of the methods
(file, response_format, stream). An option that is not given is not sent; "Default" says what vLLM
does then.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias, TypedDict

from ..common.options import Extensions, ModelOption, StreamCallOptions
from ..common.sampling import LengthPenalty, Seed, TopTokens, UnlikelyTokens, Watermarking

TextFormat: TypeAlias = Literal["text", "srt", "vtt"]
"""Formats of plain text. vLLM 0.32 refuses srt and vtt with status 400."""


class TranslationOptions(
    ModelOption,
    TopTokens,
    UnlikelyTokens,
    Seed,
    Watermarking,
    LengthPenalty,
    Extensions,
    total=False,
):
    """The options of `client.audio.translations`."""

    language: str | None
    """The spoken language, as an ISO 639-1 code. Default: detected, if the model supports it."""
    to_language: str | None
    """The language to translate to; Whisper supports only "en". Default: set by the model."""
    prompt: str
    """Text that precedes the recording, or that sets the style. Default: ""."""
    hotwords: str | None
    """Words to recognize with preference, for models that support it. Default: none."""
    temperature: float
    """Randomness of the sampling; 0 always picks the most probable token. The model's own default
    has no effect here. Range: 0 to 2. Default: 0."""
    max_completion_tokens: int | None
    """Max tokens to generate for each piece of a recording. Default: the rest of the context
    length."""
    frequency_penalty: float | None
    """Penalty for tokens by how often they appear in the text. The model's own default has no
    effect here. Range: -2 to 2. Default: 0."""
    presence_penalty: float | None
    """Penalty for tokens that appear in the text. The model's own default has no effect here.
    Range: -2 to 2. Default: 0."""
    use_beam_search: bool
    """Whether to search with `n` beams instead of sampling; not in streams. Default: False."""
    n: int
    """Number of beams of a beam search. Default: 1."""
    include_stop_str_in_output: bool
    """Whether the text includes the stop string that ended it; only with beam search. Default:
    False."""
    stream_include_usage: bool | None
    """Whether the last chunk reports the token counts; only in streams. Default: False."""
    stream_continuous_usage_stats: bool | None
    """Whether every chunk reports the token counts so far; needs `stream_include_usage`. Default:
    False."""


class TranscriptionOptions(TranslationOptions, total=False):
    """The options of `client.audio.transcriptions`."""

    timestamp_granularities: Sequence[Literal["word", "segment"]]
    """The parts of the text whose times `verbose_json` reports. vLLM 0.32 always reports segments,
    and never words."""


class StreamedFormat(TypedDict, total=False):
    """The format of a streamed answer."""

    response_format: Literal["json", "text"]
    """The format of the answer. In streams vLLM supports only these two, and sends the same chunks
    for both. Default: "json"."""


class TranslationKeywords(TranslationOptions, StreamCallOptions, total=False):
    """Every keyword of `client.audio.translations`, except file, response_format and stream."""


class TranscriptionKeywords(TranscriptionOptions, StreamCallOptions, total=False):
    """Every keyword of `client.audio.transcriptions`, except file, response_format and stream."""


class TranslationStreamKeywords(TranslationKeywords, StreamedFormat, total=False):
    """Every keyword of `client.audio.translations.stream`, except file."""


class TranscriptionStreamKeywords(TranscriptionKeywords, StreamedFormat, total=False):
    """Every keyword of `client.audio.transcriptions.stream`, except file."""
