"""Start and stop of the recorder, and the contents of its file."""

import gc
import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.testing.wire import ask, chat, connect
from vllm_client import RequestError
from vllm_client.testing import RawReply, Reply, SimulatedVllm, record
from vllm_client.testing.cassette.cassette_file import read_cassette
from vllm_client.testing.cassette.exchange import Exchange


def recorded(server: SimulatedVllm, path: Path, **headers: str) -> Exchange:
    """Record a chat request with these headers."""
    with record(path, server.base_url) as recorder:
        body = {"messages": [{"role": "user", "content": "Grüße"}]}
        ask(recorder, "POST", "/v1/chat/completions", body, **headers)
    [exchange] = read_cassette(path)
    return exchange


def test_only_listed_headers_are_written(server: SimulatedVllm, tmp_path: Path) -> None:
    secrets = {
        "authorization": "Bearer sk-1",
        "cookie": "sk-2",
        "x-api-key": "sk-3",
        "x-request-id": "sk-4",
    }
    answered = {"set-cookie": "sk-5", "x-key": "sk-6", "x-request-id": "7", "retry-after": "8"}
    server.reply(RawReply(429, b"{}", answered))

    exchange = recorded(server, tmp_path / "x", accept="*/*", **secrets)

    assert exchange.request["headers"] == {"accept": "*/*", "content-type": "application/json"}
    assert exchange.response.headers == {
        "content-length": "2",
        "retry-after": "8",
        "x-request-id": "7",
    }
    assert "sk-" not in (tmp_path / "x").read_text()
    assert server.requests[0].headers["authorization"] == "Bearer sk-1"


def test_bodies_are_written_in_clear_text(server: SimulatedVllm, tmp_path: Path) -> None:
    server.reply("Schöne Grüße")
    recorded(server, tmp_path / "x")
    text = (tmp_path / "x").read_text(encoding="utf-8")
    assert "Grüße" in text
    assert "Schöne Grüße" in text


def test_multipart_boundary_is_not_written(server: SimulatedVllm, tmp_path: Path) -> None:
    body = b'--b0undary\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b0undary--\r\n'
    with record(tmp_path / "x", server.base_url) as recorder:
        content_type = "multipart/form-data; boundary=b0undary"
        ask(recorder, "POST", "/v1/audio/transcriptions", body, content_type=content_type)
    [exchange] = read_cassette(tmp_path / "x")
    assert exchange.request["parts"] == [{"name": "a", "content": "1"}]
    assert "b0undary" not in (tmp_path / "x").read_text()


def test_times_are_written_with_timing(server: SimulatedVllm, tmp_path: Path) -> None:
    server.reply(Reply(["a", "b"], pace=0.02), "c")
    with record(tmp_path / "timed", server.base_url, timing=True) as recorder:
        chat(recorder, stream=True)
    with record(tmp_path / "untimed", server.base_url) as recorder:
        chat(recorder)

    [timed], [untimed] = read_cassette(tmp_path / "timed"), read_cassette(tmp_path / "untimed")

    assert untimed.response.times is None
    assert timed.response.times is not None
    assert len(timed.response.times.body) == len(timed.response.body)
    assert timed.response.times.end >= 0.04


def test_each_start_overwrites_the_file(server: SimulatedVllm, tmp_path: Path) -> None:
    recorder = record(tmp_path / "x", server.base_url)
    for prompt in ("one", "two"):
        with recorder:
            chat(recorder, prompt)
    [exchange] = read_cassette(tmp_path / "x")
    assert exchange.number == 1
    assert exchange.request["json"]["messages"][0]["content"] == "two"


def test_exchange_is_written_while_others_are_in_flight(
    server: SimulatedVllm, tmp_path: Path
) -> None:
    with record(tmp_path / "x", server.base_url) as recorder, connect(recorder):
        chat(recorder)
        assert len(read_cassette(tmp_path / "x")) == 1


def test_invalid_base_url_is_rejected_at_once(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="base_url"):
        record(tmp_path / "x", "localhost:8000")


def test_port_in_use_is_an_error_at_the_start(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            record(tmp_path / "x", "http://localhost", port=port).start()
    gc.collect()  # a file left open would warn here, and warnings are errors


def test_unwritable_file_is_an_error_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        record(tmp_path, "http://localhost").start()


def test_recorder_that_never_started_can_stop(tmp_path: Path) -> None:
    record(tmp_path / "x", "http://localhost").stop()
    assert not (tmp_path / "x").exists()


def test_stopped_recorder_leaves_nothing_open(server: SimulatedVllm, tmp_path: Path) -> None:
    threads = threading.active_count()
    server.reply(Reply(["word "] * 1000, pace=0.01))
    recorder = record(tmp_path / "x", server.base_url)
    recorder.start()
    with connect(recorder) as idle, connect(recorder):
        idle.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        idle.recv(1)
        recorder.stop()
        recorder.stop()
    assert threading.active_count() == threads
    gc.collect()  # a socket, loop or task left open would warn here
