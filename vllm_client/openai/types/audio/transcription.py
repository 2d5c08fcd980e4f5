"""What was said in a sound."""

from __future__ import annotations

from typing import Any, Literal

from ..._models import BaseModel


class UsageDuration(BaseModel):
    """The length of the sound."""

    seconds: float
    type: Literal["duration"]


class Transcription(BaseModel):
    """The text of a sound."""

    text: str
    logprobs: list[Any] | None = None
    usage: UsageDuration | None = None


class TranscriptionWord(BaseModel):
    """A word, with its time in seconds."""

    end: float
    start: float
    word: str


class TranscriptionSegment(BaseModel):
    """A piece of the text, with its time in seconds."""

    id: int
    avg_logprob: float
    compression_ratio: float
    end: float
    no_speech_prob: float
    seek: int
    start: float
    temperature: float
    text: str
    tokens: list[int]


class TranscriptionVerbose(BaseModel):
    """The text of a sound with its segments, for `response_format="verbose_json"`."""

    duration: float
    language: str
    text: str
    segments: list[TranscriptionSegment] | None = None
    usage: UsageDuration | None = None
    words: list[TranscriptionWord] | None = None


class TranscriptionDiarized(BaseModel):
    """The text of a sound by its speakers."""

    duration: float
    segments: list[Any]
    task: Literal["transcribe"]
    text: str
    usage: UsageDuration | None = None


class Translation(BaseModel):
    """The text of a sound in English."""

    text: str


class TranslationVerbose(BaseModel):
    """The same with its segments."""

    duration: float
    language: str
    text: str
    segments: list[TranscriptionSegment] | None = None
