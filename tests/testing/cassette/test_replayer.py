"""Record and replay over sockets: a replay sends the bytes that the real server sent."""

import asyncio
import gzip
import http.client
import json
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.testing.wire import ask, chat, read_all, sent
from vllm_client import ApiError, AsyncVllmClient, StreamError, SyncVllmClient, VllmError, user
from vllm_client.testing import (
    Call,
    Cut,
    ErrorReply,
    Fault,
    Garbage,
    RawReply,
    Reply,
    Reset,
    SimulatedVllm,
    Split,
    record,
    replay,
)
from vllm_client.testing.cassette import playing
from vllm_client.testing.local_server import LocalServer
from vllm_client.testing.socket_steps import Close

WEATHER = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}},
}
PATH = "/v1/chat/completions"


def record_and_replay(
    server: SimulatedVllm, path: Path, do: Callable[[LocalServer], Any], **options: Any
) -> tuple[Any, Any]:
    """Return the result of `do` while it is recorded, and when it is replayed."""
    with record(path, server.base_url, **options) as recorder:
        recorded = do(recorder)
    requests = len(server.requests)
    with replay(path) as replayer:
        replayed = do(replayer)
    assert len(server.requests) == requests
    assert replayer.missing == []
    return recorded, replayed


@pytest.mark.parametrize(
    "reply",
    [
        Reply("Grüße 👋", reasoning="Hm."),
        Reply(["He", "llo"], finish_reason="length"),
        Reply(tool_calls=[Call("get_weather", {"location": "Tokyo"})]),
        ErrorReply(400, "too long"),
        ErrorReply(503, "busy", retry_after=1),
        RawReply(200, gzip.compress(b'{"a": 1}'), {"content-encoding": "gzip"}),
        RawReply(502, "<html>bad gateway</html>", {"content-type": "text/html"}),
        RawReply(204),
        RawReply(200, b"data: \xff\xfe\n\ndata: x\n\n", {"content-type": "text/event-stream"}),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_answers_are_replayed_byte_for_byte(
    server: SimulatedVllm, tmp_path: Path, reply: Any, stream: bool
) -> None:
    server.reply(reply)
    do = partial(chat, stream=stream, tools=[WEATHER])
    recorded, replayed = record_and_replay(server, tmp_path / "x", do)
    assert (replayed.status, replayed.chunks) == (recorded.status, recorded.chunks)
    for name in ("content-type", "content-encoding", "retry-after"):
        assert replayed.header(name) == recorded.header(name)


@pytest.mark.parametrize(
    "fault",
    [
        Cut(),
        Cut(after=5),
        Cut(after=100, of="body"),
        Cut(after=2, of="events"),
        Garbage(),
        Garbage(after=20, of="body"),
        Split(7, of="body"),
        Split((3, 50), of="body"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_broken_answers_are_broken_again(
    server: SimulatedVllm, tmp_path: Path, fault: Fault, stream: bool
) -> None:
    server.reply("A long story", faults=[fault])

    recorded, replayed = record_and_replay(server, tmp_path / "x", partial(_body, stream=stream))
    assert replayed == recorded


def _body(at: LocalServer, stream: bool) -> bytes:
    """Return all bytes after the head, until the end of the connection."""
    request = {"messages": [{"role": "user", "content": "Hi"}], "stream": stream}
    with sent(at, "POST", PATH, request, connection="close") as connection:
        return read_all(connection).partition(b"\r\n\r\n")[2]


def test_reset_is_replayed_as_a_reset(server: SimulatedVllm, tmp_path: Path) -> None:
    server.reply("never", faults=[Reset()])
    server.reply("A long story", faults=[Reset(after=3, of="events")])

    def do(at: LocalServer) -> list[str]:
        with SyncVllmClient(at.base_url, retry=None) as client:
            return [_failure(client, stream=stream) for stream in (False, True)]

    recorded, replayed = record_and_replay(server, tmp_path / "x", do)
    assert replayed == recorded
    assert all("reset" in failure for failure in replayed)


def _failure(client: SyncVllmClient, *, stream: bool) -> str:
    request = client.chat.completions.create().messages([user("Hi")])
    try:
        if stream:
            with request.send_stream() as events:
                return f"a whole answer: {events.text()}"
        return f"a whole answer: {request.send()}"
    except VllmError as error:
        return repr(error)


def test_client_can_disconnect_again_at_the_recorded_place(
    server: SimulatedVllm, tmp_path: Path
) -> None:
    server.reply(Reply(["word "] * 1000, pace=0.01))

    def do(at: LocalServer) -> list[str]:
        with (
            SyncVllmClient(at.base_url) as client,
            client.chat.completions.stream(messages=[user("Hi")]) as stream,
        ):
            return [repr(event) for event in stream.take(3)]

    recorded, replayed = record_and_replay(server, tmp_path / "x", do)
    assert replayed == recorded


def test_client_that_reads_past_the_recorded_disconnect_gets_a_cut_stream(
    server: SimulatedVllm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reply(Reply(["word "] * 1000, pace=0.01))
    with record(tmp_path / "x", server.base_url) as recorder:
        with SyncVllmClient(recorder.base_url) as client:
            client.chat.completions.stream(messages=[user("Hi")]).take(3)
        server.wait_until(lambda: server.running == 0)
    monkeypatch.setattr(playing, "_ENDINGS", {"abandoned": (Close(),)})
    with (
        replay(tmp_path / "x") as replayer,
        SyncVllmClient(replayer.base_url) as client,
        client.chat.completions.stream(messages=[user("Hi")]) as stream,
        pytest.raises(StreamError) as caught,
    ):
        stream.text()
    assert caught.value.partial.content.startswith("word")


def test_times_are_kept(server: SimulatedVllm, tmp_path: Path) -> None:
    server.reply(Reply(["a", "b", "c"], pace=0.03))

    def do(at: LocalServer) -> float:
        answer = httpx.post(
            f"{at.base_url}/completions", json={"prompt": "x", "stream": True}, trust_env=False
        )
        return answer.elapsed.total_seconds()

    _, replayed = record_and_replay(server, tmp_path / "x", do, timing=True)
    assert replayed >= 0.06


def test_multipart_matches_with_any_boundary(server: SimulatedVllm, tmp_path: Path) -> None:
    server.reply(RawReply(200, {"text": "Hello."}), path="/v1/audio/transcriptions")
    server.reply(RawReply(200, {"text": "Bye."}), path="/v1/audio/transcriptions")

    def do(at: LocalServer) -> list[str]:
        with SyncVllmClient(at.base_url) as client:
            sounds = [b"ID3\x00\xff", b"ID3\x00\xfe"]
            return [client.audio.transcriptions.create(file=sound).text for sound in sounds]

    recorded, replayed = record_and_replay(server, tmp_path / "x", do)
    assert recorded == replayed == ["Hello.", "Bye."]


def test_replay_to_the_standard_librarys_http_client(server: SimulatedVllm, tmp_path: Path) -> None:
    def do(at: LocalServer) -> list[Any]:
        connection = http.client.HTTPConnection(at.host, at.port, timeout=20)
        texts = []
        for prompt in ("one", "two"):  # on the same connection
            body, headers = json.dumps({"prompt": prompt}), {"content-type": "application/json"}
            connection.request("POST", "/v1/completions", body, headers)
            texts.append(json.loads(connection.getresponse().read())["choices"][0]["text"])
        connection.close()
        return texts

    recorded, replayed = record_and_replay(server, tmp_path / "x", do)
    assert replayed == recorded
    assert len(set(replayed)) == 2


def test_replay_to_the_async_client(server: SimulatedVllm, tmp_path: Path) -> None:
    async def talk(url: str) -> list[str | None]:
        async with AsyncVllmClient(url) as client:
            plain = await client.chat.completions.create(messages=[user("Hi")])
            async with client.chat.completions.stream(messages=[user("Ho")]) as stream:
                return [plain.content, await stream.text()]

    recorded, replayed = record_and_replay(
        server, tmp_path / "x", lambda at: asyncio.run(talk(at.base_url))
    )
    assert replayed == recorded


def test_concurrent_requests_each_get_their_own_answer(
    server: SimulatedVllm, tmp_path: Path
) -> None:
    def do(at: LocalServer) -> dict[int, Any]:
        answers: dict[int, Any] = {}

        def one(number: int) -> None:
            answers[number] = chat(at, f"I am {number}", stream=number % 2 == 0).chunks

        threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    recorded, replayed = record_and_replay(server, tmp_path / "x", do)
    assert replayed == recorded
    assert all(f"{number}".encode() in b"".join(replayed[number]) for number in range(20))


def test_equal_requests_are_answered_in_the_order_of_the_requests(
    server: SimulatedVllm, tmp_path: Path
) -> None:
    server.reply(Reply(["one"], pace=0.2), "two")
    with record(tmp_path / "x", server.base_url) as recorder:
        request = {"messages": [{"role": "user", "content": "Hi"}]}
        with sent(recorder, "POST", PATH, request, connection="close") as slow:
            server.wait_until(lambda: server.running == 1)
            chat(recorder)  # completes before the first request
            read_all(slow)
    with replay(tmp_path / "x") as replayer:
        texts = [chat(replayer).json["choices"][0]["message"]["content"] for _ in range(3)]
    assert texts == ["one", "two", "two"]


def test_a_request_that_was_not_recorded_is_an_api_error(
    server: SimulatedVllm, tmp_path: Path
) -> None:
    with record(tmp_path / "x", server.base_url) as recorder:
        chat(recorder, "Hi", seed=7)
    with (
        replay(tmp_path / "x") as replayer,
        SyncVllmClient(replayer.base_url) as client,
        pytest.raises(ApiError) as caught,
    ):
        client.chat.completions.create(messages=[user("Ho")], seed=7)
    assert caught.value.code == 421
    assert '$.messages[0].content: recorded "Hi", requested "Ho"' in str(caught.value)
    assert len(replayer.missing) == len(replayer.requests) == 1


def test_replayer_keeps_its_requests(server: SimulatedVllm, tmp_path: Path) -> None:
    with record(tmp_path / "x", server.base_url) as recorder:
        ask(recorder, "GET", "/version?a=%20")
    with replay(tmp_path / "x") as replayer:
        assert ask(replayer, "GET", "/version?a=+").json == {"version": "0.33.0"}
        assert replayer.requests[0].target == "/version?a=+"
    assert repr(replayer) == f"<Replayer {replayer.base_url} stopped>"
