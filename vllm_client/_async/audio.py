"""`client.audio`: speech to text."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar, overload

import attrs
from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
from .._io.asyncio_.unopened_stream import UnopenedStream
from .._io.files import FileSource, with_upload
from ..api.audio.answers import (
    AudioChunk,
    Transcript,
    Transcription,
    TranscriptionDiarized,
    TranscriptionVerbose,
    Translation,
    TranslationVerbose,
)
from ..api.audio.options import (
    TextFormat,
    TranscriptionKeywords,
    TranscriptionStreamKeywords,
    TranslationKeywords,
    TranslationStreamKeywords,
)
from ..api.audio.request import (
    TRANSCRIPTIONS,
    TRANSLATIONS,
    SpeechTask,
    TranscriptionRequest,
    build_speech,
    plan_speech_chunks,
    plan_speech_events,
)
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import ABSENT, with_content, with_hidden_headers
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from ..codec.usage import Usage
from ..streams.events import AnyCompletionEvent
from .call_runner import AsyncCallRunner
from .row_builder import AsyncMapBuilder
from .stream import AsyncEventStream, AsyncStream

if TYPE_CHECKING:
    from .._async.bulk_run import AsyncBulkRun

SpeechT = TypeVar("SpeechT")


class _Speech:
    """The common part of both routes."""

    _task: ClassVar[SpeechTask]

    def __init__(self, caller: AsyncCallRunner) -> None:
        self._caller = caller

    def _create(self, options: dict[str, Any]) -> Any:
        build, plan = partial(build_speech, self._task), partial(plan_speech_chunks, self._task)
        return self._caller.call_or_stream(build, plan, with_upload(options))

    def _stream(
        self, options: dict[str, Any]
    ) -> UnopenedStream[AsyncEventStream[AnyCompletionEvent, Transcript]]:
        plan = plan_speech_events(self._task, self._caller.settings, with_upload(options))
        return self._caller.stream(plan, AsyncEventStream)


@explains_missing_await
@attrs.frozen
class AsyncTranscriptionBuilder(TranscriptionRequest, AsyncMapBuilder[SpeechT]):
    """A request builder; `send()` sends the request, `map()` sends one per row."""

    _form = "TRANSCRIPTION"
    _caller: AsyncCallRunner = attrs.field(alias="caller", kw_only=True, repr=False, eq=False)

    def file(self, file: FileSource) -> Self:
        """Set the recording; see `create`. A file is read when the request is sent."""
        return self._with(file=file)

    @overload
    def response_format(
        self, response_format: Literal["json"]
    ) -> AsyncTranscriptionBuilder[Transcription]: ...

    @overload
    def response_format(self, response_format: TextFormat) -> AsyncTranscriptionBuilder[str]: ...

    @overload
    def response_format(
        self, response_format: Literal["verbose_json"]
    ) -> AsyncTranscriptionBuilder[TranscriptionVerbose]: ...

    @overload
    def response_format(
        self, response_format: Literal["diarized_json"]
    ) -> AsyncTranscriptionBuilder[TranscriptionDiarized]: ...

    def response_format(self, response_format: str) -> AsyncTranscriptionBuilder[Any]:
        """Set the form of the answer, which decides its class; see `create`."""
        return self._with(response_format=response_format)

    async def send(self) -> SpeechT:
        """Send the request and return the whole answer. Raises VllmError."""
        return await self._caller.ask(self._build, with_upload(self._options))

    def _build(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[SpeechT]:
        return build_speech(TRANSCRIPTIONS, settings, options)

    def _map(self, rows: Any, run: Mapping[str, Any], **more: Any) -> AsyncBulkRun[Any]:
        return super()._map(rows, run, **more, prepare=with_upload)


@shows_keywords
class AsyncTranscriptions(_Speech):
    """POST /v1/audio/transcriptions."""

    _task = TRANSCRIPTIONS

    @overload
    def create(self) -> AsyncTranscriptionBuilder[Transcription]: ...

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: Literal["json", "text"] = "json",
        stream: Literal[True],
        **options: Unpack[TranscriptionKeywords],
    ) -> UnopenedStream[AsyncStream[AudioChunk, Transcript, Usage]]: ...

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: Literal["json"] = "json",
        stream: Literal[False] = False,
        **options: Unpack[TranscriptionKeywords],
    ) -> Coroutine[Any, Any, Transcription]: ...

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: TextFormat,
        stream: Literal[False] = False,
        **options: Unpack[TranscriptionKeywords],
    ) -> Coroutine[Any, Any, str]: ...

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: Literal["verbose_json"],
        stream: Literal[False] = False,
        **options: Unpack[TranscriptionKeywords],
    ) -> Coroutine[Any, Any, TranscriptionVerbose]: ...

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: Literal["diarized_json"],
        stream: Literal[False] = False,
        **options: Unpack[TranscriptionKeywords],
    ) -> Coroutine[Any, Any, TranscriptionDiarized]: ...

    def create(self, file: Any = ABSENT, **options: Any) -> Any:
        """Transcribe a recording; without arguments, return a builder.

            client.audio.transcriptions.create("speech.mp3").text

        With `stream=True` it returns a stream of the chunks that the server sends. Unknown
        keywords are refused before anything is sent.

        Args:
            file: The path of a regular file of at most 1 GiB; bytes; a file open in binary mode,
                which is read from its position to its end; or a tuple (name, bytes or open file)
                with an optional content type. A string is always a path: pass untrusted input as
                bytes.
            response_format: "json" for a Transcription, "verbose_json" for a transcription with
                segments and times, "diarized_json" for one with speakers, "text" for a str. vLLM
                0.32 refuses "srt", "vtt", and times and speakers of a stream. Default: "json".

        Raises:
            VllmError: The request failed.
        """
        given = with_content("file", file, options)
        if not given:
            return AsyncTranscriptionBuilder(caller=self._caller)
        return self._create(given)

    def stream(
        self, file: FileSource, **options: Unpack[TranscriptionStreamKeywords]
    ) -> UnopenedStream[AsyncEventStream[AnyCompletionEvent, Transcript]]:
        """Transcribe a recording, and return a stream of StreamEvents.

        Args:
            file: See `create`.

        Raises:
            VllmError: The request failed.
        """
        return self._stream({"file": file, **with_hidden_headers(options)})


@shows_keywords
class AsyncTranslations(_Speech):
    """POST /v1/audio/translations."""

    _task = TRANSLATIONS

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: Literal["json", "text"] = "json",
        stream: Literal[True],
        **options: Unpack[TranslationKeywords],
    ) -> UnopenedStream[AsyncStream[AudioChunk, Transcript, Usage]]: ...

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: Literal["json"] = "json",
        stream: Literal[False] = False,
        **options: Unpack[TranslationKeywords],
    ) -> Coroutine[Any, Any, Translation]: ...

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: TextFormat,
        stream: Literal[False] = False,
        **options: Unpack[TranslationKeywords],
    ) -> Coroutine[Any, Any, str]: ...

    @overload
    def create(
        self,
        file: FileSource,
        *,
        response_format: Literal["verbose_json"],
        stream: Literal[False] = False,
        **options: Unpack[TranslationKeywords],
    ) -> Coroutine[Any, Any, TranslationVerbose]: ...

    def create(self, file: Any = ABSENT, **options: Any) -> Any:
        """Translate a recording to English text.

        With `stream=True` it returns a stream of the chunks that the server sends.

        Args:
            file: See `client.audio.transcriptions.create`.

        Raises:
            VllmError: The request failed.
        """
        return self._create(with_content("file", file, options))

    def stream(
        self, file: FileSource, **options: Unpack[TranslationStreamKeywords]
    ) -> UnopenedStream[AsyncEventStream[AnyCompletionEvent, Transcript]]:
        """Translate a recording to English text, and return a stream of StreamEvents.

        Args:
            file: See `client.audio.transcriptions.create`.

        Raises:
            VllmError: The request failed.
        """
        return self._stream({"file": file, **with_hidden_headers(options)})


class AsyncAudio:
    """Transcriptions and translations of speech: `client.audio`."""

    def __init__(self, caller: AsyncCallRunner) -> None:
        self.transcriptions = AsyncTranscriptions(caller)
        self.translations = AsyncTranslations(caller)
