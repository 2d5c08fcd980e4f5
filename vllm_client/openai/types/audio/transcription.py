"""Transcriptions and translations of recordings."""

from __future__ import annotations

from typing import Any, Literal

from ..._models import BaseModel


class UsageDuration(BaseModel):
    """The length of the recording."""

    seconds: float
    type: Literal["duration"]


class Transcription(BaseModel):
    """The text of a recording."""

    text: str
    logprobs: list[Any] | None = None
    usage: UsageDuration | None = None


class TranscriptionWord(BaseModel):
    """A word, with its times in seconds."""

    end: float
    start: float
    word: str


class TranscriptionSegment(BaseModel):
    """A segment of the text, with its times in seconds."""

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
    """The text of a recording with its segments, for `response_format="verbose_json"`."""

    duration: float
    language: str
    text: str
    segments: list[TranscriptionSegment] | None = None
    usage: UsageDuration | None = None
    words: list[TranscriptionWord] | None = None


class TranscriptionDiarized(BaseModel):
    """The text of a recording, divided by speaker."""

    duration: float
    segments: list[Any]
    task: Literal["transcribe"]
    text: str
    usage: UsageDuration | None = None


class Translation(BaseModel):
    """The text of a recording, translated to English."""

    text: str


class TranslationVerbose(BaseModel):
    """The text of a recording, translated to English, with its segments."""

    duration: float
    language: str
    text: str
    segments: list[TranscriptionSegment] | None = None
