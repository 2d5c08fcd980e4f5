"""Build requests for transcriptions and translations: forms with a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import attrs
from typing_extensions import Unpack

from ...call.build_request import build_request
from ...call.option_checks import body_of, plain_body, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, read_success, reader, unexpected
from ...call.settings import ClientSettings
from ...codec.json_codec import is_json
from ...errors import RequestError
from ...http.html_page import is_page, text_of_page
from ...http.multipart import form
from ...http.upload import Upload
from ...streams.events import AnyCompletionEvent
from ...streams.generation import ChunkReader
from ...streams.plan import StreamPlan
from ...vllm import routes
from ...vllm.routes import Route
from ...vllm.versions import find_dependent
from ..common.request_builder import OptionsBuilder
from ..common.shown_keywords import shows_keywords
from .answers import (
    AudioChunk,
    Transcript,
    Transcription,
    TranscriptionDiarized,
    TranscriptionVerbose,
    Translation,
    TranslationVerbose,
)
from .options import TranscriptionKeywords, TranslationKeywords
from .stream import AudioMachine

_PARAMETERS = {"file", "response_format", "stream"}


def read_text(reply: HttpResponse) -> str:
    """Decode a response in a format of plain text.

    vLLM 0.32 answers `response_format=text` with the same JSON as for `json`. OpenAI's service and
    similar ones answer with the text itself.
    """
    kind, text = reply.headers.get("content-type", "").lower(), reply.text
    if kind.startswith("application/json") or (text.lstrip()[:1] == "{" and is_json(text)):
        return read_answer(reply, Translation, needed="text").text
    if is_page(text):
        raise unexpected(reply, f"expected a text, got a page: {text_of_page(text)}")
    # Only errors have the content type of event streams. A text may also begin with "data:".
    if kind.startswith("text/event-stream"):
        read_success(reply)
    return text


_TEXT_READERS = dict.fromkeys(("text", "srt", "vtt"), read_text)


@attrs.frozen
class SpeechTask:
    """The differences between transcription and translation.

    Attributes:
        route: The route.
        method: The name of the client's method, for errors.
        known: The names of all options.
        readers: The decoder of the response for each response_format. Formats that are not listed
            use the decoder of "json".
    """

    route: Route
    method: str
    known: frozenset[str]
    readers: Mapping[str, Callable[[HttpResponse], Any]]


TRANSCRIPTIONS = SpeechTask(
    routes.TRANSCRIPTIONS,
    "audio.transcriptions.create()",
    TranscriptionKeywords.__optional_keys__ | _PARAMETERS,
    _TEXT_READERS
    | {
        "json": reader(Transcription, needed="text"),
        "verbose_json": reader(TranscriptionVerbose, needed="text"),
        "diarized_json": reader(TranscriptionDiarized, needed="text"),
    },
)
TRANSLATIONS = SpeechTask(
    routes.TRANSLATIONS,
    "audio.translations.create()",
    TranslationKeywords.__optional_keys__ | _PARAMETERS,
    _TEXT_READERS
    | {
        "json": reader(Translation, needed="text"),
        "verbose_json": reader(TranslationVerbose, needed="text"),
    },
)


def build_speech(
    task: SpeechTask, settings: ClientSettings, options: Mapping[str, Any]
) -> RequestSpec[Any]:
    """Build the request for an answer without streaming. Raises RequestError."""
    return _spec(task, settings, options, plain_body(_fields(task, options), options))


def plan_speech_events(
    task: SpeechTask, settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[AnyCompletionEvent, Transcript]:
    """Build the request for a stream of events, with token counts by default.

    Raises RequestError.
    """
    fields = {"stream_include_usage": True, **_fields(task, options), "stream": True}
    return StreamPlan(_spec(task, settings, options, fields), AudioMachine)


def plan_speech_chunks(
    task: SpeechTask, settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[AudioChunk, Transcript]:
    """Build the request for a stream of the server's chunks. Raises RequestError."""
    fields = {**_fields(task, options), "stream": True}
    return StreamPlan(_spec(task, settings, options, fields), lambda: ChunkReader(AudioMachine()))


def _fields(task: SpeechTask, options: Mapping[str, Any]) -> dict[str, Any]:
    fields = body_of(options, task.known, task.method)
    require(fields, "file")
    if "timestamp_granularities" in fields:
        fields["timestamp_granularities[]"] = fields.pop("timestamp_granularities")
    return fields


def _spec(
    task: SpeechTask, settings: ClientSettings, options: Mapping[str, Any], fields: dict[str, Any]
) -> RequestSpec[Any]:
    file = _upload(fields.pop("file"))
    read = task.readers.get(str(fields.get("response_format") or "json"), task.readers["json"])
    content = form(fields, {"file": file})
    spec = build_request(settings, task.route, read, content=content, call=options)
    return attrs.evolve(spec, dependent=find_dependent(fields, path=task.route.path))


def _upload(file: Any) -> Upload:
    """Return the file as an upload. Raises RequestError for anything but an Upload or bytes."""
    if isinstance(file, Upload):
        return file
    if isinstance(file, bytes | bytearray | memoryview):
        return Upload.of(file)
    raise RequestError(f"file: expected the content as bytes, got {type(file).__name__}")


@shows_keywords
class TranscriptionRequest(OptionsBuilder):
    """Builder of a request for a transcription."""

    def language(self, language: str | None) -> Self:
        """Set the spoken language.

        Args:
            language: An ISO 639-1 code; None to detect the language, if the model supports it.
        """
        return self._with(language=language)

    def prompt(self, prompt: str) -> Self:
        """Set a prompt.

        Args:
            prompt: Text that precedes the recording, or that sets the style.
        """
        return self._with(prompt=prompt)

    def temperature(self, temperature: float) -> Self:
        """Set the randomness of the sampling.

        Args:
            temperature: 0 always picks the most probable token.
        """
        return self._with(temperature=temperature)

    def options(self, **options: Unpack[TranscriptionKeywords]) -> Self:
        """Set any options, by their names in vLLM's request.

        Args:
            **options: The keywords of `client.audio.transcriptions.create`.

        Raises:
            RequestError: An option is unknown.
        """
        refuse_unknown(options, TRANSCRIPTIONS.known, TRANSCRIPTIONS.method)
        return self._with(**options)
