"""The log line of each answered request."""

import json
from typing import Any

import pytest

from tests.testing.wire import ask, chat_request, connect
from vllm_client.testing import Cut, Reply, SimulatedVllm
from vllm_client.testing.request_log import AnsweredRequest


def line(body: bytes | Any, request: Any = None, status: int | None = 200, note: str = "") -> str:
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = b"" if request is None else json.dumps(request).encode()
    return str(AnsweredRequest("POST", "/v1/x?a=1", asked, status, encoded, 0.5, note))


def events(*values: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"usage": {"prompt_tokens": 3, "completion_tokens": 4}}, "3+4 tokens"),
        ({"usage": {"prompt_tokens": 3, "total_tokens": 3}}, "3+0 tokens"),
        ({"usage": {"input_tokens": 3, "output_tokens": 4}}, "3+4 tokens"),
        (events({"choices": [{}]}, {"choices": [{}]}, "[DONE]"), "about 2 tokens"),
        (events({"choices": [{}]}, {"usage": {"prompt_tokens": 3}}), "3+0 tokens"),
        (events({"response": {"usage": {"input_tokens": 3, "output_tokens": 4}}}), "3+4 tokens"),
        ({"object": "list"}, ""),
        (b"[]", ""),
        (b"\xff", ""),
        (b"{", ""),
        (b"", ""),
    ],
)
def test_tokens_are_counted_from_the_usage_or_the_stream(body: Any, shown: str) -> None:
    assert line(body) == " ".join(filter(None, ["POST /v1/x?a=1 200", shown, "0.500 s"]))


def test_model_is_taken_from_the_request_or_the_answer() -> None:
    assert " asked " in line({"model": "answered"}, {"model": "asked"})
    assert " answered " in line({"model": "answered"}, {"prompt": "x"})
    assert " answered " in line({"model": "answered"})


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"error": {"message": "too long"}}, "too long"),
        ({"error": "Unauthorized"}, "Unauthorized"),
        ({"detail": "Not Found"}, "Not Found"),
        ({"object": "error", "message": "old"}, "old"),
        ({"error": {"message": "x" * 1000}}, "x" * 300 + "…"),
    ],
)
def test_errors_are_shown(body: Any, shown: str) -> None:
    assert line(body, status=400) == f"POST /v1/x?a=1 400 0.500 s {shown}"


def test_note_is_shown() -> None:
    assert (
        line(b"", status=None, note="(incomplete answer)")
        == "POST /v1/x?a=1 - 0.500 s (incomplete answer)"
    )


def test_a_server_logs_each_answered_request() -> None:
    lines: list[str] = []
    with SimulatedVllm(log=lines.append) as server:
        ask(server, "GET", "/health")
        server.reply("Hi", faults=[Cut(after=2, of="events")])
        server.reply(Reply(["word "] * 100, pace=3600))
        chat_lines(server)
        with connect(server) as connection:
            connection.sendall(chat_request())
            server.wait_until(lambda: server.running == 1)
        server.wait_until(lambda: server.connections == 0)
    assert [text.rpartition(" s")[0].rpartition(" ")[0] for text in lines] == [
        "GET /health 200",
        "POST /v1/chat/completions 200 simulated about 2 tokens",
        "POST /v1/chat/completions -",
    ]
    assert lines[1].endswith("(incomplete answer)")
    assert lines[2].endswith("(client disconnected)")


def test_pipelined_requests_have_a_line_each() -> None:
    lines: list[str] = []
    with SimulatedVllm(log=lines.append) as server, connect(server) as connection:
        last = b"GET /nope HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        connection.sendall(chat_request() + last)
        while connection.recv(65536):
            pass
    assert [text.split()[1:3] for text in lines] == [
        ["/v1/chat/completions", "200"],
        ["/nope", "404"],
    ]


def chat_lines(server: SimulatedVllm) -> None:
    """Request a stream that is cut."""
    with connect(server) as connection:
        connection.sendall(chat_request(stream=True))
        while connection.recv(65536):
            pass
