"""The events of streamed responses; test_responses.py compares them with recordings."""

import pytest

from tests.recordings import Recording
from tests.testing.recorded import events, further, server_like, shape
from tests.testing.wire import read_all, sent
from vllm_client import StreamError, SyncVllmClient
from vllm_client.testing import Call, InStreamError, Reply, SimulatedVllm

PATH = "/v1/responses"
BROKEN = [one for one in further("chat/err_responses*.stream") if not one.complete]


@pytest.mark.parametrize("recording", BROKEN, ids=str)
def test_failure_cuts_the_stream_as_in_the_recording(recording: Recording) -> None:
    with server_like(recording) as server:
        server.reply(Reply("never said", error=InStreamError("broke", after=0)))
        with sent(server, "POST", PATH, recording.request) as connection:
            wire = read_all(connection)
    assert not wire.endswith(b"0\r\n\r\n")
    lines = [line for line in wire.split(b"\r\n") if line.startswith(b"event: ")]
    assert [shape(one) for one in events(b"".join(lines))] == [
        shape(one) for one in events(recording.body)
    ]


def test_stream_equals_the_plain_answer() -> None:
    reply = Reply("Hi there", reasoning="Well.", tool_calls=[Call("f", {"a": 1}), Call("g")])
    with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
        server.reply(reply, reply)
        plain = client.responses.create(input="x")
        with client.responses.stream(input="x") as stream:
            streamed = stream.response()

    assert streamed.output_text == plain.output_text == "Hi there"
    assert [item.type for item in streamed.output] == [item.type for item in plain.output]
    calls = [(call.name, call.arguments) for call in streamed.function_calls]
    assert calls == [(call.name, call.arguments) for call in plain.function_calls]
    assert streamed.usage == plain.usage


def test_cut_stream_keeps_the_received_part() -> None:
    with SimulatedVllm() as server, SyncVllmClient(server.base_url, retry=None) as client:
        server.reply(Reply(["so", " far", " no further"], error=InStreamError(after=2)))
        with pytest.raises(StreamError), client.responses.stream(input="x") as stream:
            stream.response()
