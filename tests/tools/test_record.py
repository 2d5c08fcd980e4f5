"""Recording an exchange, and reading it back."""

from pathlib import Path
from typing import Any

import pytest

import tests.recordings
from tests.tools import record as tool
from tests.tools.record import Exchange, record
from vllm_client.testing import SimulatedVllm

ASKED = '{"messages": [{"role": "user", "content": "Hi"}], "stream": %s}'


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for module in (tool, tests.recordings):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    return tmp_path


@pytest.mark.parametrize("stream", ["true", "false"])
def test_recording_round_trips(folder: Path, stream: str) -> None:
    body: Any = ASKED % stream
    with SimulatedVllm() as server:
        record(server.root_url, "chat", "hi", "POST", "/v1/chat/completions", body)
    recording = tests.recordings.load("chat", "hi")

    assert (recording.method, recording.path) == ("POST", "/v1/chat/completions")
    assert recording.request["messages"][0]["content"] == "Hi"
    assert (recording.status, recording.complete) == (200, True)
    assert recording.streamed is (stream == "true")
    assert b"".join(recording.chunks) == recording.body
    assert (len(recording.chunks) > 2) is recording.streamed
    if not recording.streamed:
        assert recording.json["choices"]


def test_a_get_has_no_body(folder: Path) -> None:
    with SimulatedVllm() as server:
        record(server.root_url, "chat", "get_version", "GET", "/version", None)
    recording = tests.recordings.load("chat", "get_version")

    assert (recording.method, recording.request, recording.status) == ("GET", None, 200)


@pytest.mark.parametrize(
    ("rest", "body", "complete"),
    [
        (b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", b"abc", True),
        (b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n", b"ab", False),
        (b"content-length: 2\r\n\r\nab", b"ab", True),
        (b"content-length: 2\r\n\r\na", b"a", False),
        (b"server: x\r\n\r\nab", b"ab", True),
    ],
)
def test_recording_says_whether_the_body_is_complete(
    rest: bytes, body: bytes, complete: bool
) -> None:
    found, _, whole = Exchange(b"HTTP/1.1 200 OK\r\n" + rest, []).body()

    assert (found, whole) == (body, complete)
