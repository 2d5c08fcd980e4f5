"""Test requests for transcriptions and translations, and how answers are decoded."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from tests.http.test_multipart import fields_of, parts_of
from tests.recordings import load
from vllm_client.api.audio.answers import (
    AudioDuration,
    Transcription,
    TranscriptionDiarized,
    TranscriptionVerbose,
    Translation,
    TranslationVerbose,
)
from vllm_client.api.audio.request import (
    TRANSCRIPTIONS,
    TRANSLATIONS,
    SpeechTask,
    build_speech,
    plan_speech_chunks,
    plan_speech_events,
)
from vllm_client.api.audio.stream import AudioMachine
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.headers import Headers
from vllm_client.http.multipart import EncodedBody
from vllm_client.http.upload import Upload

WAV = b"RIFF$}\0\0WAVEfmt "
GIVEN = {"file": WAV}
ROUTES = {"transcriptions": TRANSCRIPTIONS, "translations": TRANSLATIONS}
WAYS = {
    "plain": build_speech,
    "events": lambda *given: plan_speech_events(*given).spec,
    "chunks": lambda *given: plan_speech_chunks(*given).spec,
}
each_route = pytest.mark.parametrize("route", ROUTES.values(), ids=ROUTES)
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def fields(spec: RequestSpec[Any]) -> list[tuple[str, str]]:
    """Return the fields of the form, without the file, which comes last."""
    *before, (name, content) = fields_of(EncodedBody(spec.body, dict(spec.headers)["content-type"]))
    assert (name, content) == ("file", WAV)
    return [(name, content.decode()) for name, content in before]


def plain(route: SpeechTask, options: Mapping[str, Any]) -> list[tuple[str, str]]:
    return fields(build_speech(route, SETTINGS, options))


@each_route
def test_form_contains_exactly_the_given_options(route: SpeechTask) -> None:
    options = {**GIVEN, "model": "w", "temperature": 0, "language": "en", "use_beam_search": False}

    assert plain(route, GIVEN) == []
    assert sorted(plain(route, options)) == [
        ("language", "en"),
        ("model", "w"),
        ("temperature", "0"),
        ("use_beam_search", "false"),
    ]
    assert plain(route, {**GIVEN, "vllm_xargs": {"a": [1]}}) == [("vllm_xargs", '{"a":[1]}')]


@pytest.mark.parametrize(
    ("task", "path"),
    [(TRANSCRIPTIONS, "/v1/audio/transcriptions"), (TRANSLATIONS, "/v1/audio/translations")],
    ids=["transcriptions", "translations"],
)
def test_each_task_has_its_route(task: SpeechTask, path: str) -> None:
    assert build_speech(task, SETTINGS, GIVEN).path == path


def test_granularities_have_the_name_that_the_server_expects() -> None:
    options = {**GIVEN, "timestamp_granularities": ["word", "segment"]}

    assert plain(TRANSCRIPTIONS, options) == [
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
    ]


@each_route
def test_extra_fields_override_options(route: SpeechTask) -> None:
    options = {**GIVEN, "seed": 1, "extra_body": {"seed": 2, "whatever": True}}

    assert plain(route, options) == [("seed", "2"), ("whatever", "true")]


@each_route
def test_event_stream_requests_usage_and_chunk_stream_does_not(route: SpeechTask) -> None:
    def events(**more: Any) -> Any:
        return dict(fields(plan_speech_events(route, SETTINGS, {**GIVEN, **more}).spec))

    assert events() == {"stream": "true", "stream_include_usage": "true"}
    assert events(stream_include_usage=False) == {"stream": "true", "stream_include_usage": "false"}
    chunks = plan_speech_chunks(route, SETTINGS, {**GIVEN, "stream": True})
    assert fields(chunks.spec) == [("stream", "true")]


@each_route
def test_each_attempt_of_a_stream_has_its_own_state_machine(route: SpeechTask) -> None:
    for plan in (plan_speech_events, plan_speech_chunks):
        machine = plan(route, SETTINGS, GIVEN).machine
        assert machine() is not machine()
    assert isinstance(plan_speech_events(route, SETTINGS, GIVEN).machine(), AudioMachine)


@each_way
@each_route
def test_arguments_of_the_caller_are_never_modified(route: SpeechTask, way: Any) -> None:
    options = {**GIVEN, "vllm_xargs": {"a": 1}, "extra_body": {"x": [1]}}
    before = copy.deepcopy(options)

    way(route, SETTINGS, options)

    assert options == before


@each_way
@each_route
@pytest.mark.parametrize("options", [{}, {"model": "w"}, {"file": None}])
def test_request_without_a_file_is_rejected(
    route: SpeechTask, way: Any, options: dict[str, Any]
) -> None:
    with pytest.raises(RequestError, match="file: missing"):
        way(route, SETTINGS, options)


@each_way
@pytest.mark.parametrize(
    ("route", "name", "hint"),
    [
        (TRANSCRIPTIONS, "langage", "did you mean language"),
        (TRANSCRIPTIONS, "stream_options", r"^audio.transcriptions.create\(\) has no option"),
        (TRANSLATIONS, "timestamp_granularities", r"^audio.translations.create\(\) has no option"),
        (TRANSLATIONS, "thinking", r"^audio.translations.create\(\) has no option"),
    ],
)
def test_unknown_option_is_rejected(route: SpeechTask, way: Any, name: str, hint: str) -> None:
    with pytest.raises(RequestError, match=hint):
        way(route, SETTINGS, {**GIVEN, name: 1})


def test_stream_true_is_rejected_by_a_call_without_streaming() -> None:
    with pytest.raises(RequestError, match="stream is set"):
        build_speech(TRANSCRIPTIONS, SETTINGS, {**GIVEN, "extra_body": {"stream": True}})


def test_file_is_sent_with_its_name_and_type() -> None:
    spec = build_speech(TRANSCRIPTIONS, SETTINGS, {"file": Upload("speech.wav", WAV, "audio/wav")})

    (part,) = parts_of(EncodedBody(spec.body, dict(spec.headers)["content-type"]))
    assert (part.get_filename(), part.get_content_type()) == ("speech.wav", "audio/wav")
    assert spec.replayable


VERBOSE = {"text": "Hi", "language": "en", "duration": 1.0}
SPOKEN = {"text": "Hi", "usage": {"type": "duration", "seconds": 1}}


@pytest.mark.parametrize(
    ("route", "response_format", "body", "answer"),
    [
        (TRANSCRIPTIONS, None, SPOKEN, Transcription("Hi", AudioDuration(1))),
        (TRANSCRIPTIONS, "json", SPOKEN, Transcription("Hi", AudioDuration(1))),
        (TRANSCRIPTIONS, "verbose_json", VERBOSE, TranscriptionVerbose("Hi", "en", 1.0)),
        (
            TRANSCRIPTIONS,
            "diarized_json",
            {"text": "Hi", "duration": 1.0, "segments": []},
            TranscriptionDiarized("Hi", 1.0, []),
        ),
        (TRANSCRIPTIONS, "text", SPOKEN, "Hi"),
        (TRANSLATIONS, None, {"text": "Hi"}, Translation("Hi")),
        (TRANSLATIONS, "verbose_json", VERBOSE, TranslationVerbose("Hi", "en", 1.0)),
        (TRANSLATIONS, "text", {"text": "Hi"}, "Hi"),
        (TRANSLATIONS, "a later one", {"text": "Hi"}, Translation("Hi")),
    ],
)
def test_answer_is_decoded_by_its_format(
    route: SpeechTask, response_format: str | None, body: Any, answer: Any
) -> None:
    spec = build_speech(route, SETTINGS, {**GIVEN, "response_format": response_format})

    assert spec.read(reply(body)) == answer


@each_route
@pytest.mark.parametrize("response_format", ["text", "srt", "vtt"])
def test_plain_text_is_returned_unchanged(route: SpeechTask, response_format: str) -> None:
    spec = build_speech(route, SETTINGS, {**GIVEN, "response_format": response_format})
    kind = "text/plain; charset=utf-8"

    assert spec.read(reply("1\n→ Hï\n".encode(), kind)) == "1\n→ Hï\n"


def test_recorded_answer_for_text_is_json() -> None:
    recorded = load("whisper", "transcribe_text")
    spec = build_speech(TRANSCRIPTIONS, SETTINGS, {**GIVEN, "response_format": "text"})
    answer = spec.read(HttpResponse(200, Headers(recorded.headers.items()), recorded.body))

    assert answer == " Hello from the tiny speech model."


@pytest.mark.parametrize("response_format", ["text", "json", "verbose_json"])
def test_malformed_answer_is_a_parse_error(response_format: str) -> None:
    spec = build_speech(TRANSCRIPTIONS, SETTINGS, {**GIVEN, "response_format": response_format})
    with pytest.raises(ParseError) as caught:
        spec.read(reply({"text": 1}))
    assert caught.value.where == "$.text"
