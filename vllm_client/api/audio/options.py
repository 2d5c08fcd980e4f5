"""The options of transcriptions and translations, as keywords.

They are the form fields of vLLM 0.32, without those that the methods take themselves (file, model,
response_format, stream). What is not given is not sent; "Default" tells what vLLM does then.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, TypedDict

from ..common.options import GenerationCallOptions

TextFormat: TypeAlias = Literal["text", "srt", "vtt"]
"""The answer is plain text. vLLM 0.32 refuses srt and vtt with status 400."""


class TranslationOptions(TypedDict, total=False):
    """The options of `client.audio.translations`."""

    language: str | None
    """The language that is spoken, as in ISO 639-1. Default: the model finds out, if it can."""
    to_language: str | None
    """The language to translate to; Whisper knows "en" alone. Default: the model's."""
    prompt: str
    """Text that comes before, or sets the style. Default: none."""
    hotwords: str | None
    """Words to listen for, for models that can. Default: none."""
    temperature: float
    """Randomness: 0 always takes the likeliest token. Default: 0."""
    max_completion_tokens: int | None
    """The most tokens to write, of each piece of a recording. Default: what the model holds."""
    top_p: float | None
    """Sample from the likeliest tokens that make up this share. Default: the model's, else 1."""
    top_k: int | None
    """Sample from this many likeliest tokens; 0 or -1 is all. Default: the model's, else 0."""
    min_p: float | None
    """Drop tokens below this share of the top probability. Default: the model's, else 0."""
    seed: int | None
    """Makes sampling repeatable. Default: none."""
    frequency_penalty: float | None
    """Makes a token less likely each time it was written, -2 to 2. Default: 0."""
    presence_penalty: float | None
    """Makes tokens less likely once they were written, -2 to 2. Default: 0."""
    repetition_penalty: float | None
    """Above 1: less of what the text holds; below 1: more. Default: the model's, else 1."""
    use_beam_search: bool
    """Whether to search with `n` beams instead of sampling; not in streams. Default: False."""
    n: int
    """The number of beams. Default: 1."""
    length_penalty: float
    """With beam search: above 1 favours longer texts, below 1 shorter. Default: 1."""
    include_stop_str_in_output: bool
    """Whether the text that ended the answer stays in it; with beam search. Default: False."""
    watermarking: bool | None
    """Whether the server's watermark, if it has one, marks this answer. Default: True."""
    stream_include_usage: bool | None
    """Whether a stream's last chunk tells the token counts; in streams alone. Default: False."""
    stream_continuous_usage_stats: bool | None
    """Whether every chunk carries the running counts; with the option above. Default: False."""
    vllm_xargs: Mapping[str, str | int | float | Sequence[str | int | float]] | None
    """Arguments for the server's own extensions. Default: none."""


class TranscriptionOptions(TranslationOptions, total=False):
    """The options of `client.audio.transcriptions`."""

    timestamp_granularities: Sequence[Literal["word", "segment"]]
    """What `verbose_json` tells the times of; vLLM 0.32 always and only of segments."""


class TranslationKeywords(TranslationOptions, GenerationCallOptions, total=False):
    """Every keyword of a translation, beside file, model, response_format and stream."""


class TranscriptionKeywords(TranscriptionOptions, GenerationCallOptions, total=False):
    """Every keyword of a transcription, beside file, model, response_format and stream."""


class TranslationStreamKeywords(TranslationKeywords, total=False):
    """Every keyword of a translation as a stream of events, beside file."""

    model: str
    """The model to use. Default: the one that the server has."""
    response_format: Literal["json", "text"]
    """vLLM streams no other, and these two alike."""


class TranscriptionStreamKeywords(TranscriptionKeywords, total=False):
    """Every keyword of a transcription as a stream of events, beside file."""

    model: str
    """The model to use. Default: the one that the server has."""
    response_format: Literal["json", "text"]
    """vLLM streams no other, and these two alike."""
