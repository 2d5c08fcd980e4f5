"""Differences between versions of vLLM."""

from typing import Any

import pytest

from tests.testing.wire import ask, chat
from vllm_client.testing import ErrorReply, InStreamError, RawReply, Reply, SimulatedVllm
from vllm_client.testing.server_version import VersionBehavior

REPLY = Reply("text", reasoning="thought")


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("0.32.0", {"reasoning"}),
        ("0.16.0", {"reasoning"}),
        ("0.15.1", {"reasoning", "reasoning_content"}),
        ("0.11.0", {"reasoning_content"}),
        ("0.9", {"reasoning_content"}),
    ],
)
def test_names_of_the_reasoning_depend_on_the_version(version: str, names: set[str]) -> None:
    with SimulatedVllm(version=version) as server:
        server.reply(REPLY, REPLY)
        message = chat(server).json["choices"][0]["message"]
        deltas = [event["choices"][0]["delta"] for event in chat(server, stream=True).events]
        assert ask(server, "GET", "/version").json == {"version": version}
    for said in (message, deltas[1]):
        found = {name: text for name, text in said.items() if name.startswith("reasoning")}
        assert found == dict.fromkeys(names, "thought")


ERROR = {"message": "no", "type": "BadRequestError", "param": "n", "code": 400}


@pytest.mark.parametrize(
    ("version", "body"),
    [("0.10.1", {"error": ERROR}), ("0.10.0", {"object": "error", **ERROR})],
)
def test_error_bodies_depend_on_the_version(version: str, body: Any) -> None:
    with SimulatedVllm(version=version) as server:
        server.reply(ErrorReply(400, "no", param="n"))
        assert chat(server).json == body
        refused = ask(server, "POST", "/v1/chat/completions", {}).json
    assert refused.keys() == body.keys()


def test_errors_in_streams_are_nested_in_older_versions() -> None:
    with SimulatedVllm(version="0.10.0") as server:
        server.reply(Reply("x", error=InStreamError("no", 400, "BadRequestError")))
        [event] = chat(server, stream=True).events
    assert event == {"error": {"object": "error", **ERROR, "param": None}}


@pytest.mark.parametrize(
    ("status", "type"),
    [
        (400, "BadRequestError"),
        (404, "NotFoundError"),
        (500, "InternalServerError"),
        (503, "Service Unavailable"),
        (599, "Error"),
    ],
)
def test_type_of_an_error_is_derived_from_its_status(
    server: SimulatedVllm, status: int, type: str
) -> None:
    server.reply(ErrorReply(status), ErrorReply(status, type="Mine"))
    answer = chat(server)
    assert (answer.status, answer.json["error"]["type"]) == (status, type)
    assert chat(server).json["error"]["type"] == "Mine"


@pytest.mark.parametrize("after", [2, 1.5, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_error_reply_may_have_retry_after(server: SimulatedVllm, after: Any) -> None:
    server.reply(ErrorReply(503, retry_after=after), ErrorReply(503))
    assert chat(server).header("retry-after") == str(after)
    assert chat(server).header("retry-after") is None


def test_raw_reply_is_sent_unchanged(server: SimulatedVllm) -> None:
    server.reply(
        RawReply(502, "<html>", {"Content-Type": "text/html"}),
        RawReply(200, {"ü": 1}),
        RawReply(200, [1]),
        RawReply(299, b"\xff", {"Content-Length": "1", "X-Y": "z"}),
        RawReply(204),
    )
    html, object, array, octets, nothing = (chat(server) for _ in range(5))
    assert (html.status, html.body, html.header("content-type")) == (502, b"<html>", "text/html")
    assert (object.body, object.header("content-type")) == ('{"ü":1}'.encode(), "application/json")
    assert array.json == [1]
    assert (octets.status, octets.body, octets.header("x-y")) == (299, b"\xff", "z")
    assert (nothing.status, nothing.body) == (204, b"")


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_raw_event_stream_is_sent_in_one_chunk_per_event(server: SimulatedVllm, end: bytes) -> None:
    events = (b"data: 1" + end, b": comment" + end, b"data: cut")
    server.reply(RawReply(200, b"".join(events), {"content-type": "text/event-stream"}))
    assert chat(server).chunks == events


def test_lone_surrogate_in_the_prompt_is_accepted(server: SimulatedVllm) -> None:
    message = chat(server, "\ud800").json["choices"][0]["message"]
    assert message["content"].startswith('You said: "?"')


@pytest.mark.parametrize(
    ("version", "since"),
    [
        ("0.33.0", True),
        ("0.33", True),
        ("0.34.1", True),
        ("0.33.0rc1", True),
        ("0.32.9", False),
    ],
)
def test_versions_are_compared_as_numbers(version: str, since: bool) -> None:
    assert VersionBehavior(version).since(0, 33) is since


@pytest.mark.parametrize("version", ["latest", "", "33", None])
def test_invalid_version_is_rejected(version: Any) -> None:
    with pytest.raises(ValueError, match=f"version: expected one such as 0.33.0, got {version!r}"):
        SimulatedVllm(version=version)
