"""Generations of the simulated server, compared with recordings of a real one.

Each recording is converted to a script for the same answer, its request is sent to the simulated
server, and the two answers are compared: all keys at all levels in their order, all texts, the
types of events, the style of the JSON, the HTTP chunks and the headers. Only ids, times, counts,
token ids and log probabilities may differ.
"""

import re
from collections.abc import Iterable
from typing import Any

import pytest

from tests.recordings import Recording, all_killed, all_recordings, load
from tests.testing.recorded import events, further, header_names, repeat, server_like, shape
from tests.testing.wire import ask, parse
from vllm_client.testing import Call, InStreamError, Reply, SimulatedVllm

# Recordings of 0.33: the requests of some of the others, and new features.
NEWER = [
    *further("chat-0.33/*"),
    *all_recordings("chat-scale-out/*weight_versions*"),
    *further("chat-scale-out/cached_*.plain"),
    *further("chat-scale-out/cached_chat_*.stream"),
]
GENERATIONS = [
    recording
    for recording in all_recordings("chat/*") + all_recordings("chat-raw/*") + NEWER
    if recording.path in ("/v1/chat/completions", "/v1/completions")
    and recording.status == 200
    and '"error"' not in recording.body.decode()
]
IN_STREAM_ERRORS = [
    *all_recordings("chat/err_bad_[rs][ec][gh]*.stream"),
    *further("chat-0.33/err_bad_regex.stream"),
]
PLAIN_FORMS_OF_THOSE = [
    *all_recordings("chat/err_bad_[rs][ec][gh]*.plain"),
    *further("chat-0.33/err_bad_regex.plain"),
]
SCRIPTED = {recording.name for recording in PLAIN_FORMS_OF_THOSE} | {
    # The simulated model accepts images.
    "err_image_to_text_model.plain",
}
NOT_SIMULATED = ("/v1/messages", "/v1/responses")
REFUSALS = [
    recording
    for recording in all_recordings("chat/err_*")
    + all_recordings("chat-raw/err_*")
    + all_recordings("chat-auth/*")
    + further("chat-0.33/err_prompt*")
    if recording.status >= 400
    and recording.name not in SCRIPTED
    and not recording.path.startswith(NOT_SIMULATED)
]


def script_of(recording: Recording) -> list[Reply]:
    """Script the recorded choices, in the same pieces."""
    if recording.streamed:
        return _script_of_stream(events(recording.body), recording.request)
    return [_script_of_choice(choice, recording.request) for choice in recording.json["choices"]]


def _script_of_choice(choice: dict[str, Any], request: dict[str, Any]) -> Reply:
    message = choice.get("message", {})
    calls = message.get("tool_calls") or []
    logprobs = choice["logprobs"] or {}
    named = [entry["token"] for entry in logprobs.get("content", ())] or logprobs.get("tokens")
    text = choice["text"] if "text" in choice else message["content"] or ""
    return Reply(
        # The last token is the one that ends the turn.
        named[:-1] if named else [text] if text else "",
        reasoning=[message["reasoning"]] if message.get("reasoning") else "",
        tool_calls=[Call(c["function"]["name"], c["function"]["arguments"]) for c in calls],
        **_end_of(choice, request),
    )


def _script_of_stream(chunks: list[Any], request: dict[str, Any]) -> list[Reply]:
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    indices = sorted({choice["index"] for choice in choices})
    return [_script_of_deltas([c for c in choices if c["index"] == i], request) for i in indices]


def _script_of_deltas(choices: list[Any], request: dict[str, Any]) -> Reply:
    deltas = [choice.get("delta") or {"content": choice.get("text")} for choice in choices]
    parts = [part for delta in deltas for part in delta.get("tool_calls") or ()]
    texts = [delta["content"] for delta in deltas if delta.get("content") is not None]
    if deltas[0].get("role"):
        texts = texts[1:]
    if texts and texts[-1] == "":
        # This piece came with the token that ends the turn.
        texts = texts[:-1]
    return Reply(
        texts,
        reasoning=[delta["reasoning"] for delta in deltas if delta.get("reasoning")],
        tool_calls=list(_calls_of(parts)),
        **_end_of(choices[-1], request),
    )


def _calls_of(parts: list[Any]) -> Iterable[Call]:
    for first in parts:
        if "name" in first["function"]:
            pieces = [p["function"].get("arguments") for p in parts if p["index"] == first["index"]]
            yield Call(first["function"]["name"], [piece for piece in pieces if piece])


def _end_of(choice: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Script only the ends that the server cannot derive itself."""
    limited = choice["finish_reason"] == "length"
    by_token = isinstance(choice.get("stop_reason"), int)
    return {
        "finish_reason": "length" if limited else None,
        "stop_reason": choice["stop_reason"] if by_token else None,
    }


def told_by(recording: Recording) -> list[Reply]:
    replies = script_of(recording)
    stop = recording.request.get("stop")
    if stop is None:
        return replies
    return [Reply([*reply.text, stop[0], " and never said"]) for reply in replies]


@pytest.mark.parametrize("recording", GENERATIONS, ids=str)
def test_generation_has_the_same_shape_as_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(told_by(recording))
        answer = repeat(server, recording)
    assert answer.status == 200
    if recording.streamed:
        assert in_order(answer.events) == in_order(events(recording.body))
    else:
        assert shape(answer.json) == shape(recording.json)


def in_order(chunks: list[Any]) -> Any:
    """Return the shapes of each choice's chunks; batching determines the order of choices."""
    of = {}
    for chunk in chunks:
        index = chunk["choices"][0]["index"] if chunk["choices"] else "usage"
        of.setdefault(index, []).append(shape(chunk))
    return sorted(of.items(), key=str)


@pytest.mark.parametrize("recording", GENERATIONS, ids=str)
def test_json_style_equals_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(told_by(recording))
        answer = repeat(server, recording)
    assert len(answer.chunks) == len(recording.chunks)
    for chunk in (*answer.chunks, *recording.chunks):
        assert is_compact(chunk)
    assert [frame(chunk) for chunk in answer.chunks] == [frame(c) for c in recording.chunks]


def is_compact(chunk: bytes) -> bool:
    """Whether this is JSON without blanks and without escapes of characters."""
    text = chunk.decode().removeprefix("data: ")
    outside_of_strings = re.sub(r'"(?:[^"\\]|\\.)*"', "", text.removesuffix("\n\n"))
    return not re.search(r"\s", outside_of_strings) and "\\u" not in text


def frame(chunk: bytes) -> tuple[bytes, bytes]:
    """Return the bytes before and after the JSON of a chunk."""
    return chunk[: chunk.find(b"{")], chunk[chunk.rfind(b"}") + 1 :]


@pytest.mark.parametrize("recording", [*GENERATIONS, *REFUSALS], ids=str)
def test_headers_equal_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert header_names(dict(answer.headers)) == header_names(recording.headers)
    free = ("date", "content-length", "vary")
    kept = {name: value for name, value in answer.headers if name not in free}
    assert kept == {name: value for name, value in recording.headers.items() if name not in free}


@pytest.mark.parametrize("killed", all_killed(), ids=str)
def test_head_of_a_stream_equals_the_recorded_head(killed: Any) -> None:
    real = [name for name, _ in parse(killed.wire.partition(b"\r\n\r\n")[0] + END).headers]
    with SimulatedVllm() as server:
        answer = ask(server, "POST", "/v1/completions", {"prompt": "Hi", "stream": True})
    ours = [name for name, _ in answer.headers if name != "connection"]
    assert ours == [name for name in real if name not in BY_FLAG]


# Headers that depend on flags of the recorded servers.
BY_FLAG = ("vary", "x-request-id")
END = b"\r\n\r\n0\r\n\r\n"


@pytest.mark.parametrize("recording", REFUSALS, ids=str)
def test_error_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert (answer.status, answer.body.decode()) == (recording.status, recording.body.decode())


@pytest.mark.parametrize("recording", IN_STREAM_ERRORS, ids=str)
def test_error_in_a_stream_is_byte_identical_to_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(Reply("never said", error=error_of(events(recording.body)[0])))
        answer = repeat(server, recording)
    assert (answer.status, answer.chunks) == (200, recording.chunks)


@pytest.mark.parametrize("recording", PLAIN_FORMS_OF_THOSE, ids=str)
def test_plain_request_gets_the_same_error(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(Reply("never said", error=error_of(recording.json)))
        answer = repeat(server, recording)
    assert (answer.status, answer.body) == (recording.status, recording.body)


def error_of(body: dict[str, Any]) -> InStreamError:
    error = body["error"]
    return InStreamError(error["message"], error["code"], error["type"])


@pytest.mark.parametrize("name", ["get_health", "get_version", "get_v1_models"])
def test_status_routes_have_the_same_shape_as_the_recording(name: str) -> None:
    recording = load("chat", name)
    with server_like(recording) as server:
        answer = repeat(server, recording)
    assert header_names(dict(answer.headers)) == header_names(recording.headers)
    if recording.body:
        assert shape(answer.json) == shape(recording.json)
    else:
        assert answer.body == b""


@pytest.mark.parametrize("name", ["request_id_given", "request_id_body"])
def test_request_id_is_part_of_the_answers_id(name: str) -> None:
    recording = load("chat-dev", name)
    with server_like(recording) as server:
        assert repeat(server, recording).json["id"] == recording.json["id"]


@pytest.mark.parametrize("recording", all_recordings("chat-auth/*"), ids=str)
def test_api_key_and_root_path_work_as_in_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        assert repeat(server, recording).status == recording.status
