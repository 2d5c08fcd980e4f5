"""`client.audio`."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, overload

from typing_extensions import Unpack

from .._call import call_of
from .._endings import ChunkEnding
from .._keywords import checked, takes
from .._types import FileTypes, given
from .._unsupported import Unsupported
from ..types.audio import (
    Transcription,
    TranscriptionDiarized,
    TranscriptionStreamEvent,
    TranscriptionVerbose,
    Translation,
    TranslationVerbose,
)
from ..types.audio.transcription_create_params import (
    IGNORED,
    TranscriptionKeywords,
    TranslationKeywords,
)
from .resource import AsyncResource
from .stream import AsyncStream
from .waiting import to_raw_response, to_streamed_response

TRANSCRIPTIONS = {"verbose_json": TranscriptionVerbose, "diarized_json": TranscriptionDiarized}
TEXTS = {"text": str, "srt": str, "vtt": str}


class AsyncTranscriptions(AsyncResource):
    """POST /v1/audio/transcriptions."""

    @cached_property
    def with_raw_response(self) -> AsyncTranscriptionsWithRawResponse:
        """The same method, but returning the HTTP response, whose `parse()` returns the result."""
        return AsyncTranscriptionsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AsyncTranscriptionsWithStreamingResponse:
        """The same method as a context manager that yields the unread HTTP response."""
        return AsyncTranscriptionsWithStreamingResponse(self)

    @overload
    async def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["json"] | None = None,
        stream: Literal[False] | None = None,
        **options: Unpack[TranscriptionKeywords],
    ) -> Transcription: ...

    @overload
    async def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["verbose_json"],
        stream: Literal[False] | None = None,
        **options: Unpack[TranscriptionKeywords],
    ) -> TranscriptionVerbose: ...

    @overload
    async def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["text", "srt", "vtt"],
        stream: Literal[False] | None = None,
        **options: Unpack[TranscriptionKeywords],
    ) -> str: ...

    @overload
    async def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["json"] | None = None,
        stream: Literal[True],
        **options: Unpack[TranscriptionKeywords],
    ) -> AsyncStream[TranscriptionStreamEvent]: ...

    @takes(TranscriptionKeywords)
    async def create(
        self,
        *,
        file: Any,
        model: str,
        response_format: Any = None,
        stream: Any = None,
        **options: Any,
    ) -> Any:
        """Transcribe a recording in its language.

        Args:
            file: The recording: bytes, an open file, a path, or a tuple of name and content.
            model: The name of the model.
            response_format: "json", "verbose_json", "text", "srt" or "vtt". Default: "json".
            stream: Whether to stream the text in parts.
            options: The other fields of the request; see `TranscriptionKeywords`.

        Returns:
            A value of the class for `response_format`, a str for "text", "srt" and "vtt", or a
            stream of TranscriptionStreamEvent.

        Raises:
            OpenAIError: The request failed.
        """
        body = checked("create", options, TranscriptionKeywords, IGNORED)
        body |= given({"model": model, "response_format": response_format, "stream": stream})
        more: dict[str, Any] = {}
        if stream:
            more = {"chunk": TranscriptionStreamEvent, "ending": ChunkEnding}
        call = call_of(
            "POST",
            "/audio/transcriptions",
            options,
            body,
            files={"file": file},
            cast_to=(TRANSCRIPTIONS | TEXTS).get(response_format, Transcription),
            **more,
        )
        return await self._client._send(call)


class AsyncTranslations(AsyncResource):
    """POST /v1/audio/translations."""

    @cached_property
    def with_raw_response(self) -> AsyncTranslationsWithRawResponse:
        """The same method, but returning the HTTP response, whose `parse()` returns the result."""
        return AsyncTranslationsWithRawResponse(self)

    @overload
    async def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["json"] | None = None,
        **options: Unpack[TranslationKeywords],
    ) -> Translation: ...

    @overload
    async def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["verbose_json"],
        **options: Unpack[TranslationKeywords],
    ) -> TranslationVerbose: ...

    @overload
    async def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["text", "srt", "vtt"],
        **options: Unpack[TranslationKeywords],
    ) -> str: ...

    @takes(TranslationKeywords)
    async def create(
        self, *, file: Any, model: str, response_format: Any = None, **options: Any
    ) -> Any:
        """Translate a recording to English text.

        Args:
            file: The recording: bytes, an open file, a path, or a tuple of name and content.
            model: The name of the model.
            response_format: "json", "verbose_json", "text", "srt" or "vtt". Default: "json".
            options: The other fields of the request; see `TranslationKeywords`.

        Returns:
            A Translation or TranslationVerbose, or a str for "text", "srt" and "vtt".

        Raises:
            OpenAIError: The request failed.
        """
        body = checked("create", options, TranslationKeywords, frozenset())
        body |= given({"model": model, "response_format": response_format})
        call = call_of(
            "POST",
            "/audio/translations",
            options,
            body,
            files={"file": file},
            cast_to=({"verbose_json": TranslationVerbose} | TEXTS).get(
                response_format, Translation
            ),
        )
        return await self._client._send(call)


class AsyncTranscriptionsWithRawResponse:
    """`client.audio.transcriptions.with_raw_response`."""

    def __init__(self, transcriptions: AsyncTranscriptions) -> None:
        self.create = to_raw_response(transcriptions.create)


class AsyncTranscriptionsWithStreamingResponse:
    """`client.audio.transcriptions.with_streaming_response`."""

    def __init__(self, transcriptions: AsyncTranscriptions) -> None:
        self.create = to_streamed_response(transcriptions.create)


class AsyncTranslationsWithRawResponse:
    """`client.audio.translations.with_raw_response`."""

    def __init__(self, translations: AsyncTranslations) -> None:
        self.create = to_raw_response(translations.create)


class AsyncAudio(AsyncResource):
    """`client.audio`."""

    @cached_property
    def transcriptions(self) -> AsyncTranscriptions:
        """Transcriptions of recordings in their language."""
        return AsyncTranscriptions(self._client)

    @cached_property
    def translations(self) -> AsyncTranslations:
        """Translations of recordings to English text."""
        return AsyncTranslations(self._client)

    @property
    def speech(self) -> Unsupported:
        """Text to speech, which vLLM does not support; its methods raise UnsupportedByVllmError."""
        return Unsupported("client.audio.speech")
