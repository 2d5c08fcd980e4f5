"""Test the answer classes of transcriptions and translations with recorded answers."""

import json

import pytest

from tests.helpers.responses import without_nulls
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.audio.answers import (
    AudioChunk,
    AudioDuration,
    DiarizedSegment,
    Transcription,
    TranscriptionDiarized,
    TranscriptionSegment,
    TranscriptionVerbose,
    TranscriptionWord,
    Translation,
)
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError

SENTENCE = " Hello from the tiny speech model."

PLAIN = [one for one in all_recordings("whisper/*") if one.status == 200 and not one.streamed]
STREAMS = [one for one in all_recordings("whisper/*") if one.streamed]


@pytest.mark.parametrize("recording", PLAIN, ids=str)
def test_recorded_answer_is_decoded_completely_and_round_trips(recording: Recording) -> None:
    verbose = "segments" in recording.json
    usual = Transcription if recording.path.endswith("transcriptions") else Translation
    answer = structure(recording.json, TranscriptionVerbose if verbose else usual)

    assert answer.unknown_fields == {}
    assert answer.to_dict() == without_nulls(recording.json)


@pytest.mark.parametrize("recording", STREAMS, ids=str)
def test_recorded_chunks_are_decoded_completely_and_round_trip(recording: Recording) -> None:
    for line in recording.body.decode().splitlines():
        if line.startswith("data: {"):
            value = json.loads(line.removeprefix("data: "))
            chunk = structure(value, AudioChunk)
            assert chunk.unknown_fields == {}
            assert all(choice.unknown_fields == {} for choice in chunk.choices)
            assert chunk.to_dict() == without_nulls(value)


def test_recorded_verbose_answer_has_typed_parts() -> None:
    answer = structure(load("whisper", "transcribe_verbose").json, TranscriptionVerbose)

    assert (answer.text, answer.language, answer.duration) == (SENTENCE, "en", 1.0)
    assert answer.segments is not None
    (segment,) = answer.segments
    assert isinstance(segment, TranscriptionSegment)
    assert (segment.text, segment.start, segment.end) == (SENTENCE, 0.0, 1.0)
    assert segment.avg_logprob == -0.07240556299009106
    assert len(segment.tokens) == 20
    assert answer.words is None


def test_words_and_speakers_are_typed() -> None:
    words = [{"word": "Hi", "start": 0, "end": 0.5}]
    verbose = {"text": "Hi", "language": "en", "duration": 1, "words": words}
    diarized = {
        "task": "transcribe",
        "duration": 1.0,
        "text": "Hi",
        "segments": [{"id": "seg_0", "start": 0, "end": 1, "text": "Hi", "speaker": "A"}],
        "usage": {"type": "duration", "seconds": 1},
    }

    assert structure(verbose, TranscriptionVerbose).words == [TranscriptionWord("Hi", 0, 0.5)]
    assert structure(diarized, TranscriptionDiarized) == TranscriptionDiarized(
        "Hi", 1.0, [DiarizedSegment("seg_0", 0, 1, "Hi", "A")], usage=AudioDuration(1)
    )


def test_malformed_time_does_not_lose_the_text() -> None:
    segments = [{"id": 0, "start": "now", "end": "1.5", "text": "Hi"}]
    value = {"text": "Hi", "language": None, "duration": "11.0", "segments": segments}

    answer = structure(value, TranscriptionVerbose)

    assert (answer.text, answer.language, answer.duration) == ("Hi", None, 11.0)
    assert answer.segments == [
        TranscriptionSegment(0, None, 1.5, "Hi", unknown_fields={"start": "now"})
    ]


def test_error_names_the_segment_without_text() -> None:
    value = {"text": "Hi", "segments": [{"text": 5, "speaker": "A"}]}
    with pytest.raises(ParseError) as caught:
        structure(value, TranscriptionDiarized)
    assert caught.value.where == "$.segments[0].text"
