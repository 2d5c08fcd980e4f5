"""The ends of streams, and errors in streams."""

from typing import Any

import pytest

from vllm_client.openai import APIConnectionError, APIError, APITimeoutError, OpenAI
from vllm_client.openai._endings import ChunkEnding, ResponseEnding
from vllm_client.testing import Cut, InStreamError, Reply, SimulatedVllm, Stall

USER: Any = [{"role": "user", "content": "Hi"}]


def chunk(index: int, reason: str | None) -> dict[str, object]:
    return {"choices": [{"index": index, "finish_reason": reason}]}


def test_chunks_are_complete_when_each_choice_has_finished() -> None:
    ending = ChunkEnding(2)
    seen = []
    for one in (chunk(0, None), chunk(0, "stop"), chunk(1, None), chunk(1, "length")):
        ending.see(one)
        seen.append(ending.is_complete)

    assert seen == [False, False, False, True]


def test_stream_is_incomplete_while_an_extra_choice_is_unfinished() -> None:
    ending = ChunkEnding(None)
    for one in (chunk(0, "stop"), chunk(1, None)):
        ending.see(one)

    assert not ending.is_complete


@pytest.mark.parametrize("last", ["response.completed", "response.failed", "error"])
def test_response_is_complete_at_its_last_event(last: str) -> None:
    ending = ResponseEnding()
    ending.see({"type": "response.created"})
    assert not ending.is_complete

    ending.see({"type": last})

    assert ending.is_complete


def test_truncated_stream_is_a_connection_error(server: SimulatedVllm) -> None:
    server.reply(Reply(["One", " two", " three"]), faults=[Cut(after=2, of="events")])

    with OpenAI(base_url=server.base_url) as client:
        stream = client.chat.completions.create(model="m", messages=USER, stream=True)
        with pytest.raises(APIConnectionError):
            list(stream)
        assert list(stream) == []


def test_truncated_response_stream_is_a_connection_error(server: SimulatedVllm) -> None:
    server.reply("One two three", faults=[Cut(after=4, of="events")])

    with OpenAI(base_url=server.base_url) as client, pytest.raises(APIConnectionError):
        list(client.responses.create(model="m", input="Hi", stream=True))


def test_error_in_a_stream_has_the_message_of_the_server(server: SimulatedVllm) -> None:
    server.reply(Reply("One two", error=InStreamError("engine is gone", after=1)))

    with OpenAI(base_url=server.base_url) as client:
        stream = client.chat.completions.create(model="m", messages=USER, stream=True)
        with pytest.raises(APIError, match="engine is gone") as caught:
            list(stream)

    assert (caught.value.code, caught.value.type) == ("500", "InternalServerError")


def test_stalled_stream_is_a_timeout_error(server: SimulatedVllm) -> None:
    server.reply("One two three", faults=[Stall(after=2, of="events")])

    with OpenAI(base_url=server.base_url, timeout=0.2) as client:
        stream = client.chat.completions.create(model="m", messages=USER, stream=True)
        with pytest.raises(APITimeoutError):
            list(stream)


def test_connection_is_reused_after_a_stream(server: SimulatedVllm) -> None:
    with OpenAI(base_url=server.base_url) as client:
        for _ in range(3):
            list(client.chat.completions.create(model="m", messages=USER, stream=True))

    assert server.connections_made == 1
