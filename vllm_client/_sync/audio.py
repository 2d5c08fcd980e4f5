# Generated from vllm_client/_async/audio.py by `python tests/tools/generate_sync.py`.
"""`client.audio`: speech to text."""

from __future__ import annotations

from typing import Any, Literal, overload

from typing_extensions import Unpack

from ..endpoints.audio import (
    AudioChunk,
    Transcript,
    Transcription,
    TranscriptionDiarized,
    TranscriptionVerbose,
    Translation,
    TranslationVerbose,
)
from ..endpoints.audio_options import (
    TextFormat,
    TranscriptionKeywords,
    TranscriptionStreamKeywords,
    TranslationKeywords,
    TranslationStreamKeywords,
)
from ..endpoints.audio_request import (
    TRANSCRIPTIONS,
    TRANSLATIONS,
    build_speech,
    plan_speech_chunks,
    plan_speech_events,
)
from ..events import AnyCompletionEvent
from ..upload import FileSource
from .caller import SyncCaller
from .stream import SyncEventStream, SyncStream
from .waiting import Opening, Pending, opening

SyncAudioEvents = SyncEventStream[AnyCompletionEvent, Transcript]
SyncAudioChunks = SyncStream[AudioChunk, Transcript]


class SyncTranscriptions:
    """POST /v1/audio/transcriptions."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: Literal["json", "text"] = ...,
        stream: Literal[True],
        **options: Unpack[TranscriptionKeywords],
    ) -> Opening[SyncAudioChunks]: ...

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: Literal["json"] = ...,
        stream: Literal[False] = ...,
        **options: Unpack[TranscriptionKeywords],
    ) -> Pending[Transcription]: ...

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: TextFormat,
        stream: Literal[False] = ...,
        **options: Unpack[TranscriptionKeywords],
    ) -> Pending[str]: ...

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: Literal["verbose_json"],
        stream: Literal[False] = ...,
        **options: Unpack[TranscriptionKeywords],
    ) -> Pending[TranscriptionVerbose]: ...

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: Literal["diarized_json"],
        stream: Literal[False] = ...,
        **options: Unpack[TranscriptionKeywords],
    ) -> Pending[TranscriptionDiarized]: ...

    def create(self, **options: Any) -> Any:
        """What is said in a recording; with `stream=True` the chunks, as the server sends them.

            client.audio.transcriptions.create(file="speech.mp3").text

        file: a path; bytes; a file open in binary mode, which is read at once, from where it
            stands to its end; or (name, bytes or open file), perhaps with a content type.
        response_format: "json" for a Transcription (the default), "verbose_json" for one with
            segments and their times, "diarized_json" for who says what, "text" for a str. vLLM
            0.32 refuses "srt" and "vtt", and times and speakers in a stream.

        Further options are those of vLLM 0.32; one that it does not have is refused before
        anything is sent. Raises VllmError.
        """
        settings = self._caller.settings
        if options.get("stream"):
            plan = plan_speech_chunks(TRANSCRIPTIONS, settings, options)
            return opening(lambda: self._caller.open(plan, SyncStream))
        return self._caller.call(build_speech(TRANSCRIPTIONS, settings, options))

    def stream(
        self, *, file: FileSource, **options: Unpack[TranscriptionStreamKeywords]
    ) -> Opening[SyncAudioEvents]:
        """What is said in a recording, as a stream of StreamEvents. Keywords as for `create`.

        Raises VllmError.
        """
        given = {"file": file, **options}
        plan = plan_speech_events(TRANSCRIPTIONS, self._caller.settings, given)
        return opening(lambda: self._caller.open(plan, SyncEventStream))


class SyncTranslations:
    """POST /v1/audio/translations."""

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: Literal["json", "text"] = ...,
        stream: Literal[True],
        **options: Unpack[TranslationKeywords],
    ) -> Opening[SyncAudioChunks]: ...

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: Literal["json"] = ...,
        stream: Literal[False] = ...,
        **options: Unpack[TranslationKeywords],
    ) -> Pending[Translation]: ...

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: TextFormat,
        stream: Literal[False] = ...,
        **options: Unpack[TranslationKeywords],
    ) -> Pending[str]: ...

    @overload
    def create(
        self,
        *,
        file: FileSource,
        model: str = ...,
        response_format: Literal["verbose_json"],
        stream: Literal[False] = ...,
        **options: Unpack[TranslationKeywords],
    ) -> Pending[TranslationVerbose]: ...

    def create(self, **options: Any) -> Any:
        """What is said in a recording, in English; with `stream=True` the chunks, as the server
        sends them.

        Keywords as for `client.audio.transcriptions.create`. Raises VllmError.
        """
        settings = self._caller.settings
        if options.get("stream"):
            plan = plan_speech_chunks(TRANSLATIONS, settings, options)
            return opening(lambda: self._caller.open(plan, SyncStream))
        return self._caller.call(build_speech(TRANSLATIONS, settings, options))

    def stream(
        self, *, file: FileSource, **options: Unpack[TranslationStreamKeywords]
    ) -> Opening[SyncAudioEvents]:
        """What is said in a recording, in English, as a stream of StreamEvents.

        Keywords as for `create`. Raises VllmError.
        """
        given = {"file": file, **options}
        plan = plan_speech_events(TRANSLATIONS, self._caller.settings, given)
        return opening(lambda: self._caller.open(plan, SyncEventStream))


class SyncAudio:
    """`client.audio`."""

    def __init__(self, caller: SyncCaller) -> None:
        self.transcriptions = SyncTranscriptions(caller)
        self.translations = SyncTranslations(caller)
