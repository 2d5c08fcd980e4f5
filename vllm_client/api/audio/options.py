"""The options of transcriptions and translations, as keywords.

They are the form fields of vLLM 0.33, without those that the methods take themselves (file,
response_format, stream). What is not given is not sent; "Default" tells what vLLM does then.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias, TypedDict

from ..common.options import Extensions, ModelOption, StreamCallOptions
from ..common.sampling import LengthPenalty, Seed, TopTokens, UnlikelyTokens, Watermarking

TextFormat: TypeAlias = Literal["text", "srt", "vtt"]
"""The answer is plain text. vLLM 0.32 refuses srt and vtt with status 400."""


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
    """The language that is spoken, as in ISO 639-1. Default: the model finds out, if it can."""
    to_language: str | None
    """The language to translate to; Whisper knows "en" alone. Default: the model's."""
    prompt: str
    """Text that comes before, or sets the style. Default: ""."""
    hotwords: str | None
    """Words to listen for, for models that can. Default: none."""
    temperature: float
    """Randomness; 0 picks the likeliest token. Range: 0 to 2. Default: 0, not the model's."""
    max_completion_tokens: int | None
    """Max tokens to generate for each piece of a recording. Default: what the model holds."""
    frequency_penalty: float | None
    """Penalize tokens by how often they occur. Range: -2 to 2. Default: 0, not the model's."""
    presence_penalty: float | None
    """Penalize tokens that occur at all. Range: -2 to 2. Default: 0, not the model's."""
    use_beam_search: bool
    """Whether to search with `n` beams instead of sampling; not in streams. Default: False."""
    n: int
    """Number of beams. Default: 1."""
    include_stop_str_in_output: bool
    """With beam search, whether the text that ended the answer stays in it. Default: False."""
    stream_include_usage: bool | None
    """Whether a last chunk reports the token counts; only in streams. Default: False."""
    stream_continuous_usage_stats: bool | None
    """Whether every chunk reports the token counts so far; with the above. Default: False."""


class TranscriptionOptions(TranslationOptions, total=False):
    """The options of `client.audio.transcriptions`."""

    timestamp_granularities: Sequence[Literal["word", "segment"]]
    """What `verbose_json` tells the times of; vLLM 0.32 always and only of segments."""


class StreamedFormat(TypedDict, total=False):
    """The form of a streamed answer."""

    response_format: Literal["json", "text"]
    """vLLM streams no other format, and these two alike. Default: "json"."""


class TranslationKeywords(TranslationOptions, StreamCallOptions, total=False):
    """Every keyword of a translation, beside file, response_format and stream."""


class TranscriptionKeywords(TranscriptionOptions, StreamCallOptions, total=False):
    """Every keyword of a transcription, beside file, response_format and stream."""


class TranslationStreamKeywords(TranslationKeywords, StreamedFormat, total=False):
    """Every keyword of a translation as a stream of events, beside file."""


class TranscriptionStreamKeywords(TranscriptionKeywords, StreamedFormat, total=False):
    """Every keyword of a transcription as a stream of events, beside file."""
