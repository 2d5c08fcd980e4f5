"""Speech to text: all formats of answers equal those of a plain request."""

import io
import json
import math
import struct
import wave
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from vllm_client import ApiError, StreamEvent

SENTENCE = " Hello from the tiny speech model."
RESOURCES = ("transcriptions", "translations")
each_resource = pytest.mark.parametrize("resource", RESOURCES)


def tone(seconds: int) -> bytes:
    """Return a WAV file with a tone of 440 Hz."""
    rate, file = 16000, io.BytesIO()
    samples = [int(12000 * math.sin(2 * math.pi * 440 * at / rate)) for at in range(rate)]
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(struct.pack(f"<{rate}h", *samples) * seconds)
    return file.getvalue()


SECOND = tone(1)


@pytest.fixture
def by_hand(address_of: AddressOf) -> Any:
    """Return a function that posts a hand-written form and returns the answer's body."""
    root = address_of("whisper").root

    def post(resource: str, file: bytes, **fields: str) -> str:
        body = b"".join(
            f'--XyZ\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        )
        body += b'--XyZ\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        headers = {"Content-Type": "multipart/form-data; boundary=XyZ"}
        connection = HTTPConnection(urlsplit(root).netloc, timeout=60)
        path = f"/v1/audio/{resource}"
        connection.request("POST", path, body + file + b"\r\n--XyZ--\r\n", headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, text
        return text

    return post


def test_sources(whisper: Driver, tmp_path: Path) -> None:
    path = tmp_path / 'odd "name" — é.wav'
    path.write_bytes(SECOND)

    def heard(file: Any) -> str:
        answer = whisper.call(lambda client: client.audio.transcriptions.create(file=file))
        return str(answer.text)

    assert heard(path) == SENTENCE
    assert heard(str(path)) == SENTENCE
    assert heard(memoryview(SECOND)) == SENTENCE
    assert heard((path.name, SECOND, "audio/x-wav")) == SENTENCE
    with path.open("rb") as file:
        assert heard(file) == SENTENCE


@each_resource
def test_json(whisper: Driver, by_hand: Any, resource: str) -> None:
    answer = whisper.call(
        lambda client: getattr(client.audio, resource).create(
            file=SECOND, model="whisper", language="en", temperature=0
        )
    )
    raw = by_hand(resource, SECOND, model="whisper", language="en", temperature="0")

    assert answer.text == SENTENCE
    assert answer.to_dict() == json.loads(raw)
    assert answer.unknown_fields == {}


@each_resource
def test_verbose_json(whisper: Driver, by_hand: Any, resource: str) -> None:
    options = {"response_format": "verbose_json", "language": "en"}
    answer = whisper.call(
        lambda client: getattr(client.audio, resource).create(file=SECOND, **options)
    )
    raw = json.loads(by_hand(resource, SECOND, **options))

    (segment,), (expected,) = answer.segments, raw["segments"]
    assert (answer.text, answer.language, answer.duration) == (SENTENCE, "en", 1.0)
    # it depends on the other requests in the batch
    assert segment.avg_logprob == pytest.approx(expected.pop("avg_logprob"), abs=0.01)
    assert {key: value for key, value in expected.items() if value is not None} == {
        key: value for key, value in segment.to_dict().items() if key != "avg_logprob"
    }
    assert answer.unknown_fields == segment.unknown_fields == {}


@each_resource
def test_text(whisper: Driver, resource: str) -> None:
    text = whisper.call(
        lambda client: getattr(client.audio, resource).create(file=SECOND, response_format="text")
    )
    assert text == SENTENCE


def test_every_option_is_sent(whisper: Driver) -> None:
    answer = whisper.call(
        lambda client: client.audio.transcriptions.create(
            file=SECOND,
            prompt="",
            to_language="en",
            hotwords="tiny",
            top_p=1.0,
            top_k=0,
            min_p=0.0,
            seed=3,
            frequency_penalty=0.0,
            presence_penalty=0.0,
            repetition_penalty=1.0,
            include_stop_str_in_output=False,
            watermarking=None,
            max_completion_tokens=6,
            vllm_xargs={"a": 1, "b": ["c"]},
            timestamp_granularities=["word", "segment"],
        )
    )
    assert answer.text == " Hello fro"


def test_beams(whisper: Driver) -> None:
    answer = whisper.call(
        lambda client: client.audio.transcriptions.create(
            file=SECOND, use_beam_search=True, n=2, length_penalty=0.9
        )
    )
    assert answer.text == SENTENCE


@each_resource
def test_chunks(whisper: Driver, by_hand: Any, resource: str) -> None:
    chunks = whisper.read(
        lambda client: getattr(client.audio, resource).create(file=SECOND, stream=True)
    )
    lines = by_hand(resource, SECOND, stream="true").split("\n\n")
    raw = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]

    assert [chunk.to_dict()["choices"] for chunk in chunks] == [
        [{k: v for k, v in choice.items() if v is not None} for choice in chunk["choices"]]
        for chunk in raw
    ]
    assert {chunk.object for chunk in chunks} == {chunk["object"] for chunk in raw}


@each_resource
def test_events(whisper: Driver, resource: str) -> None:
    heard = whisper.hear(lambda client: getattr(client.audio, resource).stream(file=SECOND))
    *contents, usage, done = heard.events

    assert "".join(event.delta for event in contents) == heard.response.text == SENTENCE
    assert usage == StreamEvent.Usage(heard.response.usage)
    assert done == StreamEvent.Done("stop", {0: "stop"})


def test_long_recording_is_transcribed_completely(whisper: Driver) -> None:
    long = tone(65)
    plain = whisper.call(lambda client: client.audio.transcriptions.create(file=long))
    heard = whisper.hear(lambda client: client.audio.transcriptions.stream(file=long))

    assert heard.response.text == plain.text == " ".join([SENTENCE] * 3)
    assert plain.usage.seconds == 65
    assert isinstance(heard.events[-1], StreamEvent.Done)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"response_format": "srt"}, "Currently only support response_format"),
        ({"response_format": "vtt"}, "Currently only support response_format"),
        ({"response_format": "diarized_json"}, "do not support diarized_json"),
        ({"language": "xx"}, "Unsupported language: 'xx'"),
        ({"file": b"no sound"}, r"Invalid or (unsupported|corrupted) audio"),
    ],
)
def test_rejected_options_are_api_errors(whisper: Driver, options: Any, message: str) -> None:
    given = {"file": SECOND, **options}
    with pytest.raises(ApiError, match=message) as caught:
        whisper.call(lambda client: client.audio.transcriptions.create(**given))
    assert caught.value.code == 400


def test_segments_cannot_be_streamed(whisper: Driver) -> None:
    with pytest.raises(ApiError, match="verbose_json format doesn't support streaming"):
        whisper.hear(
            lambda client: client.audio.transcriptions.stream(
                file=SECOND, response_format="verbose_json"
            )
        )
