"""Answer classes of transcriptions and translations, plain and streamed."""

from __future__ import annotations

import attrs

from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT, EMPTY_IS_NULL
from ...codec.finish_reason import FinishReason
from ...codec.usage import Usage
from ..chat.answers import Delta


@attrs.frozen(repr=False)
class AudioDuration(Answer):
    """The length of the recording.

    Attributes:
        seconds: Seconds, rounded up.
        type: Always "duration".
    """

    seconds: float | None = None
    type: str = "duration"


@attrs.frozen(repr=False)
class Transcription(Answer):
    """The response of POST /v1/audio/transcriptions.

    Attributes:
        text: The text; in vLLM it may begin with a space.
        usage: The length of the recording.
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    usage: AudioDuration | None = None


@attrs.frozen(repr=False)
class Translation(Answer):
    """The response of POST /v1/audio/translations.

    Attributes:
        text: The text; in vLLM it may begin with a space.
    """

    text: str = attrs.field(default="", metadata=CONTENT)


@attrs.frozen(repr=False)
class TranscriptionWord(Answer):
    """A word with its position in the recording. vLLM 0.32 sends none.

    Attributes:
        word: The word.
        start: When it begins, in seconds.
        end: When it ends, in seconds.
    """

    word: str = attrs.field(metadata=CONTENT)
    start: float | None = None
    end: float | None = None


@attrs.frozen(repr=False)
class TranscriptionSegment(Answer):
    """A segment of the text with its position in the recording.

    Attributes:
        id: The number of the segment, from 0.
        start: When it begins, in seconds.
        end: When it ends, in seconds.
        text: The text.
        tokens: The token ids of the text.
        seek: Start of the part of the recording that contains the segment, in whole seconds.
        temperature: The temperature of the sampling.
        avg_logprob: The mean log probability of the tokens; below -1 the text is unreliable.
        compression_ratio: The size of the text divided by its compressed size; above 2.4 the
            text probably repeats itself.
        no_speech_prob: The probability that nobody speaks. None in vLLM 0.32.
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
    """A transcription in the format `verbose_json`.

    Attributes:
        text: The text; in vLLM it may begin with a space.
        language: The spoken language.
        duration: The length of the recording, in seconds.
        segments: The segments of the text.
        words: The words of the text. None in vLLM 0.32.
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    language: str | None = None
    duration: float | None = None
    segments: list[TranscriptionSegment] | None = None
    words: list[TranscriptionWord] | None = None


@attrs.frozen(repr=False)
class TranslationVerbose(TranscriptionVerbose):
    """A translation in the format `verbose_json`. `language` is the spoken language."""


@attrs.frozen(repr=False)
class DiarizedSegment(Answer):
    """A segment of the text by one speaker.

    Attributes:
        id: The id of the segment.
        start: When it begins, in seconds.
        end: When it ends, in seconds.
        text: The text.
        speaker: The label of the speaker.
        type: Always "transcript.text.segment".
    """

    id: str | None = None
    start: float | None = None
    end: float | None = None
    text: str = attrs.field(default="", metadata=CONTENT)
    speaker: str | None = None
    type: str = "transcript.text.segment"


@attrs.frozen(repr=False)
class TranscriptionDiarized(Answer):
    """A transcription in the format `diarized_json`, with speakers. Few models support it.

    Attributes:
        text: The text; in vLLM it may begin with a space.
        duration: The length of the recording, in seconds.
        segments: The segments of the text, each by one speaker.
        task: Always "transcribe".
        usage: The length of the recording.
    """

    text: str = attrs.field(default="", metadata=CONTENT)
    duration: float | None = None
    segments: list[DiarizedSegment] = attrs.field(factory=list, metadata=CONTENT)
    task: str = "transcribe"
    usage: AudioDuration | None = None


@attrs.frozen(repr=False)
class AudioChunkChoice(Answer):
    """The part of a chunk with a piece of the text.

    Attributes:
        delta: The piece of the text, in `content`.
        finish_reason: Why the text ended, "stop" or "length". None until then. vLLM cuts a long
            recording into pieces, and sends a reason at the end of each piece.
        stop_reason: The stop string or token id that ended the text. None for other reasons.
    """

    delta: Delta = attrs.field(factory=Delta, metadata=CONTENT)
    finish_reason: FinishReason | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)


@attrs.frozen(repr=False)
class AudioChunk(Answer):
    """An event of the stream of a transcription or translation, as the server sent it.

    Attributes:
        choices: One choice with a piece of the text, or none.
        id: The id of the response.
        object: "transcription.chunk" or "translation.chunk".
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        usage: Token counts. None in most chunks.
    """

    choices: list[AudioChunkChoice] = attrs.field(factory=list, metadata=CONTENT)
    id: str | None = None
    object: str = "transcription.chunk"
    created: int | None = None
    model: str | None = None
    usage: Usage | None = None


@attrs.frozen(repr=False)
class Transcript(Answer):
    """The result of the stream of a transcription or translation.

    Attributes:
        text: The text; in vLLM it may begin with a space.
        id: The id of the response.
        created: When the response was made, as a Unix time in seconds.
        model: The name of the model.
        finish_reason: Why the text ended: the first reason other than "stop", if vLLM cut the
            recording into several pieces. None if it has not ended.
        stop_reason: The stop string or token id that ended the text. None for other reasons.
        usage: Token counts; without streaming, `usage` is in seconds instead.
    """

    text: str
    id: str | None = None
    created: int | None = None
    model: str | None = None
    finish_reason: FinishReason | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    stop_reason: int | str | None = attrs.field(default=None, metadata=EMPTY_IS_NULL)
    usage: Usage | None = None

    @property
    def content(self) -> str:
        """The same as `text`, under the name of the attribute in chat answers."""
        return self.text
