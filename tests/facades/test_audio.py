"""Speech to text with both clients: multipart bodies, streams and their ends, retries."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests.facades.dialogue import chunked, http
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Treatment, Visit
from tests.http.test_multipart import fields_of
from tests.recordings import Recording, load
from vllm_client import ApiError, RequestError, RetryPolicy, StreamError, StreamEvent
from vllm_client.http.multipart import EncodedBody

WAV = b"RIFF$}\0\0WAVEfmt " + bytes(range(256)) * 4000
SENTENCE = " Hello from the tiny speech model."
STREAM = load("whisper", "transcribe.stream")
LONG = load("whisper", "transcribe_long.stream")


def answering(answer: bytes, seen: list[bytes]) -> Treatment:
    """Return a function that reads and stores a request, and answers it."""

    def treat(visit: Visit) -> None:
        seen.append(visit.read_request())
        visit.send(answer)

    return treat


def plain(recording: Recording) -> bytes:
    return http(recording.body, f"{recording.status} Whatever")


def streamed(recording: Recording, *, until: int | None = None) -> bytes:
    """Return the recorded answer, or its beginning."""
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    return head + chunked(*recording.chunks[:until]) + (b"" if until else b"0\r\n\r\n")


def fields(request: bytes) -> list[tuple[Any, bytes]]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return fields_of(EncodedBody(body, lines["content-type"]))


def test_the_multipart_form_arrives_complete(any_facade: SyncFacade) -> None:
    seen: list[bytes] = []
    with RawServer(answering(plain(load("whisper", "transcribe")), seen)) as server:
        client = any_facade.client(server.base_url)
        answer = client.audio.transcriptions.create(file=WAV, model="whisper", language="en")

    assert answer.text == SENTENCE
    assert seen[0].startswith(b"POST /v1/audio/transcriptions HTTP/1.1\r\n")
    assert fields(seen[0]) == [("model", b"whisper"), ("language", b"en"), ("file", WAV)]


def test_an_open_file_is_sent_completely_in_each_attempt(facade: SyncFacade) -> None:
    seen: list[bytes] = []
    busy = http(b"{}", "503 Service Unavailable")
    good = plain(load("whisper", "translate"))
    with RawServer(answering(busy, seen), answering(good, seen)) as server:
        client = facade.client(server.base_url, retry=RetryPolicy(first_wait=0.001))
        answer = client.audio.translations.create(file=io.BytesIO(WAV))

    assert answer.text == SENTENCE
    assert [fields(request) for request in seen] == [[("file", WAV)]] * 2


def test_text_is_a_str(facade: SyncFacade) -> None:
    with RawServer(answering(plain(load("whisper", "transcribe_text")), [])) as server:
        client = facade.client(server.base_url)
        text = client.audio.transcriptions.create(file=WAV, response_format="text")

    assert text == SENTENCE


def test_events_and_the_answer_that_they_form(any_facade: SyncFacade) -> None:
    seen: list[bytes] = []
    with RawServer(answering(streamed(LONG), seen)) as server:
        client = any_facade.client(server.base_url)
        with client.audio.transcriptions.stream(file=WAV) as stream:
            events = list(stream)
            response = stream.response()

    assert "".join(e.delta for e in events[:-2]) == response.text == " ".join([SENTENCE] * 3)
    assert events[-2:] == [
        StreamEvent.Usage(response.usage),
        StreamEvent.Done("stop", {0: "stop"}),
    ]
    assert dict(fields(seen[0]))["stream_include_usage"] == b"true"


@pytest.mark.parametrize("resource", ["transcriptions", "translations"])
def test_chunks_as_the_server_sends_them(facade: SyncFacade, resource: str) -> None:
    with RawServer(answering(streamed(STREAM), [])) as server:
        client = facade.client(server.base_url)
        with getattr(client.audio, resource).create(file=WAV, stream=True) as chunks:
            texts = [part.delta.content for chunk in chunks for part in chunk.choices]
            assert chunks.response().text == "".join(texts) == SENTENCE


@pytest.mark.parametrize("until", [3, 21, 23])
def test_an_incomplete_stream_is_an_error_with_the_partial_text(
    facade: SyncFacade, until: int
) -> None:
    with RawServer(answering(streamed(LONG, until=until), [])) as server:
        client = facade.client(server.base_url, retry=None)
        stream = client.audio.transcriptions.stream(file=WAV)
        with stream, pytest.raises(StreamError) as caught:
            list(stream)

    partial = caught.value.partial.text
    assert partial
    assert " ".join([SENTENCE] * 2).startswith(partial)


def test_a_refusal_of_the_server_is_an_api_error(facade: SyncFacade) -> None:
    refusal = load("whisper", "err_format")
    with RawServer(answering(plain(refusal), [])) as server:
        client = facade.client(server.base_url)
        with pytest.raises(ApiError, match="Currently only support response_format") as caught:
            client.audio.transcriptions.create(file=WAV, response_format="srt")
        with pytest.raises(ApiError, match="Currently only support response_format"):
            client.audio.translations.stream(file=WAV)

    assert caught.value.code == 400


def test_an_unreadable_file_is_an_error_before_anything_is_sent(facade: SyncFacade) -> None:
    client = facade.client("http://127.0.0.1:9")
    with pytest.raises(RequestError, match="cannot read 'there-is-none"):
        client.audio.transcriptions.create(file="there-is-none.wav")
