"""How a transcription or translation is asked for: a form with a recording in it."""

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
    """The text alone.

    vLLM 0.32 answers `response_format=text` with the same JSON as `json`; OpenAI's own service, and
    others like it, with the text itself.
    """
    kind, text = reply.headers.get("content-type", "").lower(), reply.text
    if kind.startswith("application/json") or (text.lstrip()[:1] == "{" and is_json(text)):
        return read_answer(reply, Translation, needed="text").text
    if is_page(text):
        raise unexpected(reply, f"expected a text, got a page: {text_of_page(text)}")
    if kind.startswith(
        "text/event-stream"
    ):  # only an error comes so; a text may begin with "data:"
        read_success(reply)
    return text


_TEXT_READERS = dict.fromkeys(("text", "srt", "vtt"), read_text)


@attrs.frozen
class SpeechTask:
    """What differs between the two routes. readers: by response_format, "json" for any other."""

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
    """The request for a plain answer. Raises RequestError."""
    return _spec(task, settings, options, plain_body(_fields(task, options), options))


def plan_speech_events(
    task: SpeechTask, settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[AnyCompletionEvent, Transcript]:
    """The request for a stream of events, with usage unless the caller said otherwise.

    Raises RequestError.
    """
    fields = {"stream_include_usage": True, **_fields(task, options), "stream": True}
    return StreamPlan(_spec(task, settings, options, fields), AudioMachine)


def plan_speech_chunks(
    task: SpeechTask, settings: ClientSettings, options: Mapping[str, Any]
) -> StreamPlan[AudioChunk, Transcript]:
    """The request for a stream of chunks, as the server sends them. Raises RequestError."""
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
    """The file; its content, where the caller gave nothing else."""
    if isinstance(file, Upload):
        return file
    if isinstance(file, bytes | bytearray | memoryview):
        return Upload.of(file)
    raise RequestError(f"file: expected the content as bytes, got {type(file).__name__}")


@shows_keywords
class TranscriptionRequest(OptionsBuilder):
    """A request for a transcription, being filled in."""

    def language(self, language: str | None) -> Self:
        """The language that is spoken, as in ISO 639-1."""
        return self._with(language=language)

    def prompt(self, prompt: str) -> Self:
        """Text that comes before, or sets the style."""
        return self._with(prompt=prompt)

    def temperature(self, temperature: float) -> Self:
        """How random the choice of tokens is: 0 takes the likeliest."""
        return self._with(temperature=temperature)

    def options(self, **options: Unpack[TranscriptionKeywords]) -> Self:
        """Any other options, by the names of vLLM's request. Raises RequestError for others."""
        refuse_unknown(options, TRANSCRIPTIONS.known, TRANSCRIPTIONS.method)
        return self._with(**options)
