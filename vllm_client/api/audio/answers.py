"""Speech to text: what transcriptions and translations answer, plain and streamed."""

from __future__ import annotations

import attrs

from ...codec.answer import CONTENT, EMPTY_IS_NULL, Answer
from ...codec.usage import Usage
from ..chat.answers import Delta


@attrs.frozen(repr=False)
class AudioDuration(Answer):
    """How much was transcribed, in seconds, rounded up."""

    seconds: float | None = None
    type: str = "duration"


@attrs.frozen(repr=False)
class Transcription(Answer):
    """The answer of POST /v1/audio/transcriptions. vLLM's texts may begin with a blank."""

    text: str = attrs.field(default="", metadata=CONTENT)
    usage: AudioDuration | None = None


@attrs.frozen(repr=False)
class Translation(Answer):
    """The answer of POST /v1/audio/translations. vLLM's texts may begin with a blank."""

    text: str = attrs.field(default="", metadata=CONTENT)


@attrs.frozen(repr=False)
class TranscriptionWord(Answer):
    """A word, and when it is said, in seconds. vLLM 0.32 gives none."""

    word: str = attrs.field(metadata=CONTENT)
    start: float | None = None
    end: float | None = None


@attrs.frozen(repr=False)
class TranscriptionSegment(Answer):
    """A piece of the text, and when it is said, in seconds.

    avg_logprob: below -1 the words are guessed. compression_ratio: above 2.4 they go round in
    circles. no_speech_prob: vLLM 0.32 gives none.
    """

    id: int | None = None
    start: float | None = None
    end: float | None = None
    text: str = attrs.field(default="", metadata=CONTENT)
    tokens: list[int] = attrs.field(factory=list)
    seek: int | None = None
    temperature: float | None = None
    avg_logprob: float | None = None
    compression_ratio: float | None = None
    no_speech_prob: float | None = None


@attrs.frozen(repr=False)
class TranscriptionVerbose(Answer):
    """A transcription as `verbose_json`. duration: of the recording, in seconds."""

    text: str = attrs.field(default="", metadata=CONTENT)
    language: str | None = None
    duration: float | None = None
    segments: list[TranscriptionSegment] | None = None
    words: list[TranscriptionWord] | None = None


@attrs.frozen(repr=False)
class TranslationVerbose(TranscriptionVerbose):
    """A translation as `verbose_json`. language: the one that is spoken."""


@attrs.frozen(repr=False)
class DiarizedSegment(Answer):
    """What one speaker says, and when, in seconds."""

    id: str | None = None
    start: float | None = None
    end: float | None = None
    text: str = attrs.field(default="", metadata=CONTENT)
    speaker: str | None = None
    type: str = "transcript.text.segment"


@attrs.frozen(repr=False)
class TranscriptionDiarized(Answer):
    """A transcription as `diarized_json`: who says what. Few models can do it."""

    text: str = attrs.field(default="", metadata=CONTENT)
    duration: float | None = None
    segments: list[DiarizedSegment] = attrs.field(factory=list, metadata=CONTENT)
    task: str = "transcribe"
    usage: AudioDuration | None = None


@attrs.frozen(repr=False)
class AudioChunkChoice(Answer):
    """What a chunk adds to the text.

    vLLM cuts a long recording into pieces; each of them ends with a `finish_reason`.
    """

    delta: Delta = attrs.field(factory=Delta, metadata=CONTENT)
    finish_reason: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)


@attrs.frozen(repr=False)
class AudioChunk(Answer):
    """One event of a transcription's or translation's stream, as the server sent it."""

    choices: list[AudioChunkChoice] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "transcription.chunk"
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None


@attrs.frozen(repr=False)
class Transcript(Answer):
    """What the stream of a transcription or translation adds up to.

    finish_reason: why it ended; where a piece of a long recording did not just "stop", that
    piece's. usage: tokens, and not seconds as in the plain answer.
    """

    text: str
    id: str | None = None
    created: int | None = None
    model: str | None = None
    finish_reason: str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    usage: Usage | None = None

    @property
    def content(self) -> str:
        """The same as `text`, by the name that a chat's answer has."""
        return self.text
