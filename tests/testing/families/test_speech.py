"""Transcriptions and translations, compared with a real server."""

from typing import Any

import pytest

from tests.recordings import Recording, all_recordings, load
from tests.testing.recorded import (
    events,
    further,
    header_names,
    headers_of,
    load_further,
    server_like,
    shape,
)
from tests.testing.test_audio import wav
from tests.testing.wire import WireAnswer, ask
from vllm_client import SyncVllmClient
from vllm_client.testing import InStreamError, RawReply, Reply, SimulatedVllm

PATH = "/v1/audio/transcriptions"
# vLLM splits a long recording, and each part has its own end; the simulated model does not split.
CUT = ("transcribe_long", "transcribe_long.stream")
OTHERS = ("err_json_body", "err_no_boundary", "err_file_as_text", "err_granularity")
RECORDED = [
    one
    for one in all_recordings("whisper/*") + further("whisper/*")
    if one.path.startswith("/v1/audio/") and one.name not in (*CUT, *OTHERS)
]
ANSWERED = [one for one in RECORDED if one.status == 200]
REFUSED = [one for one in RECORDED if one.status and one.status >= 400]
FILES = {"0.5 s 440 Hz mono 16 kHz PCM16 WAV": wav(0.5), "b'hello this is not au'": b"hello"}


def form(fields: Any, file: bytes | None) -> bytes:
    parts = [
        f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    if file is not None:
        head = b'--X\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        parts.append(head + file + b"\r\n")
    return b"".join(parts) + b"--X--\r\n"


def post(server: SimulatedVllm, path: str, fields: Any, file: bytes | None) -> WireAnswer:
    kind = "multipart/form-data; boundary=X"
    return ask(server, "POST", path, form(fields, file), content_type=kind)


def again(server: SimulatedVllm, recording: Recording) -> WireAnswer:
    named = recording.request["file"]
    file = None if named is None else FILES.get(named, wav(1))
    return post(server, recording.path, recording.request["form"], file)


def reply_of(recording: Recording) -> Reply:
    if not recording.streamed:
        return Reply([recording.json["text"]])
    choices = [one["choices"][0] for one in events(recording.body) if one["choices"]]
    last = choices[-1]
    texts = [one["delta"]["content"] for one in choices if one["delta"]["content"]]
    return Reply(texts, finish_reason="length" if last["finish_reason"] == "length" else None)


@pytest.mark.parametrize("recording", ANSWERED, ids=str)
def test_answer_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(reply_of(recording))
        answer = again(server, recording)
    assert answer.status == 200
    assert list(headers_of(answer)) == header_names(recording.headers)
    if recording.streamed:
        assert [shape(one) for one in events(answer.body)] == [
            shape(one) for one in events(recording.body)
        ]
        assert answer.chunks[-1] == recording.chunks[-1]
    else:
        assert shape(answer.json) == shape(recording.json)


@pytest.mark.parametrize("recording", REFUSED, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = again(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


def test_body_that_is_not_a_form_has_no_file() -> None:
    recording = load_further("whisper", "err_json_body")
    with server_like(recording) as server:
        answer = ask(server, "POST", PATH, recording.request)
    assert (answer.status, answer.body) == (recording.status, recording.body)


def test_form_without_a_boundary_is_rejected() -> None:
    recording = load_further("whisper", "err_no_boundary")
    with server_like(recording) as server:
        answer = ask(server, "POST", PATH, b"x", content_type="multipart/form-data")
    assert (answer.status, answer.body) == (recording.status, recording.body)


def test_file_as_a_text_field_is_rejected() -> None:
    recording = load_further("whisper", "err_file_as_text")
    with server_like(recording) as server:
        answer = post(server, PATH, [["file", "words"]], None)
    assert (answer.status, answer.body) == (recording.status, recording.body)


def test_long_recording_is_not_split() -> None:
    recording = load("whisper", "transcribe_long")
    with server_like(recording) as server:
        answer = post(server, PATH, recording.request["form"], wav(65)).json
    assert answer["usage"] == recording.json["usage"]
    assert answer["text"] == " This is a recording of 65 seconds, as a simulated model hears it."


@pytest.mark.parametrize("name", ["transcriptions", "translations"])
def test_client_gets_the_same_text_plain_and_streamed(name: str) -> None:
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        resource = getattr(client.audio, name)
        plain = resource.create(file=("a.wav", wav(1)))
        verbose = resource.create(file=("a.wav", wav(1)), response_format="verbose_json")
        with resource.stream(file=("a.wav", wav(1))) as stream:
            streamed = stream.text()
    assert plain.text == verbose.text == streamed
    assert verbose.duration == 1.0


def test_scripts_and_faults_work_as_for_chat() -> None:
    with SimulatedVllm() as server:
        server.reply("I heard nothing.", RawReply(502), Reply("x", error=InStreamError("broke")))
        answers = [post(server, PATH, [], wav(1)) for _ in range(3)]
    assert answers[0].json["text"] == "I heard nothing."
    assert [answer.status for answer in answers] == [200, 502, 500]


def test_a_failure_in_a_stream_is_its_last_event() -> None:
    with SimulatedVllm() as server:
        server.reply(Reply(["a", "b"], error=InStreamError("broke", after=1)))
        told = events(post(server, PATH, [["stream", "true"]], wav(1)).body)
    assert told[0]["choices"][0]["delta"] == {"content": "a"}
    assert told[1]["error"]["message"] == "broke"
