"""The keywords of `audio.transcriptions.create` and `audio.translations.create`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from ..._types import CallOptions, Maybe

AudioResponseFormat: TypeAlias = Literal[
    "json", "text", "srt", "verbose_json", "vtt", "diarized_json"
]


class TranslationKeywords(CallOptions, total=False):
    """The keywords of translations, without `file`, `model` and `response_format`."""

    prompt: Maybe[str]
    temperature: Maybe[float]


class TranscriptionKeywords(TranslationKeywords, total=False):
    """The keywords of transcriptions, without `file`, `model`, `response_format` and `stream`."""

    chunking_strategy: Maybe[Literal["auto"] | Mapping[str, Any]]
    include: Maybe[Sequence[Literal["logprobs"]]]
    keywords: Maybe[Sequence[str]]
    known_speaker_names: Maybe[Sequence[str]]
    known_speaker_references: Maybe[Sequence[str]]
    language: Maybe[str]
    languages: Maybe[Sequence[str]]
    timestamp_granularities: Maybe[Sequence[Literal["word", "segment"]]]


IGNORED = frozenset(
    {
        "chunking_strategy", "include", "keywords", "known_speaker_names",
        "known_speaker_references", "languages",
    }
)  # fmt: skip
"""The keywords that vLLM ignores."""
