# Generated from vllm_client/openai/_async/audio.py by `python tests/tools/generate_sync.py`.
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
from .resource import Resource
from .stream import Stream
from .waiting import to_raw_response, to_streamed_response

TRANSCRIPTIONS = {"verbose_json": TranscriptionVerbose, "diarized_json": TranscriptionDiarized}
TEXTS = {"text": str, "srt": str, "vtt": str}


class Transcriptions(Resource):
    """POST /v1/audio/transcriptions."""

    @cached_property
    def with_raw_response(self) -> TranscriptionsWithRawResponse:
        """The same method, but returning the HTTP response, whose `parse()` returns the result."""
        return TranscriptionsWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> TranscriptionsWithStreamingResponse:
        """The same method as a context manager that yields the unread HTTP response."""
        return TranscriptionsWithStreamingResponse(self)

    @overload
    def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["json"] | None = None,
        stream: Literal[False] | None = None,
        **options: Unpack[TranscriptionKeywords],
    ) -> Transcription: ...

    @overload
    def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["verbose_json"],
        stream: Literal[False] | None = None,
        **options: Unpack[TranscriptionKeywords],
    ) -> TranscriptionVerbose: ...

    @overload
    def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["text", "srt", "vtt"],
        stream: Literal[False] | None = None,
        **options: Unpack[TranscriptionKeywords],
    ) -> str: ...

    @overload
    def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["json"] | None = None,
        stream: Literal[True],
        **options: Unpack[TranscriptionKeywords],
    ) -> Stream[TranscriptionStreamEvent]: ...

    @takes(TranscriptionKeywords)
    def create(
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
        return self._client._send(call)


class Translations(Resource):
    """POST /v1/audio/translations."""

    @cached_property
    def with_raw_response(self) -> TranslationsWithRawResponse:
        """The same method, but returning the HTTP response, whose `parse()` returns the result."""
        return TranslationsWithRawResponse(self)

    @overload
    def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["json"] | None = None,
        **options: Unpack[TranslationKeywords],
    ) -> Translation: ...

    @overload
    def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["verbose_json"],
        **options: Unpack[TranslationKeywords],
    ) -> TranslationVerbose: ...

    @overload
    def create(
        self,
        *,
        file: FileTypes,
        model: str,
        response_format: Literal["text", "srt", "vtt"],
        **options: Unpack[TranslationKeywords],
    ) -> str: ...

    @takes(TranslationKeywords)
    def create(
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
        return self._client._send(call)


class TranscriptionsWithRawResponse:
    """`client.audio.transcriptions.with_raw_response`."""

    def __init__(self, transcriptions: Transcriptions) -> None:
        self.create = to_raw_response(transcriptions.create)


class TranscriptionsWithStreamingResponse:
    """`client.audio.transcriptions.with_streaming_response`."""

    def __init__(self, transcriptions: Transcriptions) -> None:
        self.create = to_streamed_response(transcriptions.create)


class TranslationsWithRawResponse:
    """`client.audio.translations.with_raw_response`."""

    def __init__(self, translations: Translations) -> None:
        self.create = to_raw_response(translations.create)


class Audio(Resource):
    """`client.audio`."""

    @cached_property
    def transcriptions(self) -> Transcriptions:
        """Transcriptions of recordings in their language."""
        return Transcriptions(self._client)

    @cached_property
    def translations(self) -> Translations:
        """Translations of recordings to English text."""
        return Translations(self._client)

    @property
    def speech(self) -> Unsupported:
        """Text to speech, which vLLM does not support; its methods raise UnsupportedByVllmError."""
        return Unsupported("client.audio.speech")
