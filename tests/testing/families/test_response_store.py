"""Stored responses, compared with a real server: continue, retrieve, create in the background."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.testing.recorded import events, load_further, shape
from tests.testing.wire import WireAnswer, ask
from vllm_client import SyncVllmClient
from vllm_client.testing import InStreamError, Reply, SimulatedVllm

PATH = "/v1/responses"


@pytest.fixture
def server() -> Iterator[SimulatedVllm]:
    with SimulatedVllm(
        version="0.32.0", models=["tiny"], max_model_len=2048, response_store=True
    ) as server:
        yield server


def create(server: SimulatedVllm, **options: Any) -> WireAnswer:
    return ask(server, "POST", PATH, {"model": "tiny", "temperature": 0, "input": "Hi", **options})


def recorded(name: str) -> Any:
    return load_further("chat-scale-out", name).json


def without_output(response: Any) -> Any:
    """Return the response without its items, which other tests compare."""
    return shape({**response, "output": [item["type"] for item in response["output"]]})


def test_a_stored_response_is_retrieved(server: SimulatedVllm) -> None:
    made = create(server)
    again = ask(server, "GET", f"{PATH}/{made.json['id']}")
    assert again.json == made.json
    assert without_output(again.json) == without_output(recorded("stored_retrieve"))


def test_response_continues_a_previous_one(server: SimulatedVllm) -> None:
    server.reply("Nice to meet you.")
    first = create(server, input="My name is Ada.")
    second = create(server, input="What is my name?", previous_response_id=first.json["id"])
    alone = create(server, input="What is my name?")

    assert without_output(second.json) != without_output(alone.json)
    assert second.json["previous_response_id"] == first.json["id"]
    usages = [answer.json["usage"]["input_tokens"] for answer in (first, alone, second)]
    assert usages[2] > usages[0] + usages[1]


def test_a_streamed_response_is_stored_at_its_end(server: SimulatedVllm) -> None:
    told = events(create(server, stream=True).body)
    id = told[0]["response"]["id"]
    assert ask(server, "GET", f"{PATH}/{id}").json["output"][-1]["status"] == "completed"


def test_response_is_not_stored_with_store_false(server: SimulatedVllm) -> None:
    id = create(server, store=False).json["id"]
    assert ask(server, "GET", f"{PATH}/{id}").status == 404


def test_failed_response_is_not_stored(server: SimulatedVllm) -> None:
    server.reply(Reply("x", error=InStreamError()))
    assert create(server, request_id="resp_mine").status == 500
    assert ask(server, "GET", f"{PATH}/resp_mine").status == 404


def test_server_without_a_store_stores_nothing() -> None:
    with SimulatedVllm() as server:
        id = ask(server, "POST", PATH, {"input": "Hi"}).json["id"]
        assert ask(server, "GET", f"{PATH}/{id}").status == 404


def test_a_synchronous_response_cannot_be_cancelled(server: SimulatedVllm) -> None:
    answer = ask(server, "POST", f"{PATH}/{create(server).json['id']}/cancel")
    assert (answer.status, answer.json) == (400, recorded("stored_cancel_done"))


def test_a_response_in_the_background_is_queued_and_can_be_cancelled(server: SimulatedVllm) -> None:
    server.reply(Reply("a b c", pace=100))
    made = create(server, background=True, max_output_tokens=600)
    path = f"{PATH}/{made.json['id']}"
    assert shape(made.json) == shape(recorded("background_create"))
    assert ask(server, "GET", path).json == made.json
    cancelled = ask(server, "POST", f"{path}/cancel")
    assert shape(cancelled.json) == shape(recorded("background_cancel"))
    assert ask(server, "GET", path).json == cancelled.json
    again = ask(server, "POST", f"{path}/cancel")
    assert (again.status, again.json) == (400, recorded("background_cancel_again"))


def test_a_response_in_the_background_completes(server: SimulatedVllm) -> None:
    made = create(server, background=True)
    assert made.json["status"] == "queued"
    done = ask(server, "GET", f"{PATH}/{made.json['id']}").json
    assert without_output(done) == without_output(recorded("background_completed"))


def test_failed_background_response_has_status_failed(server: SimulatedVllm) -> None:
    server.reply(Reply("x", error=InStreamError()))
    made = create(server, background=True)
    assert ask(server, "GET", f"{PATH}/{made.json['id']}").json["status"] == "failed"


def test_events_of_a_background_stream_can_be_read_again(server: SimulatedVllm) -> None:
    made = create(server, background=True, stream=True)
    path = f"{PATH}/{events(made.body)[0]['response']['id']}"
    assert ask(server, "GET", f"{path}?stream=true").chunks == made.chunks
    after = ask(server, "GET", f"{path}?stream=true&starting_after=3")
    assert after.chunks == made.chunks[4:]
    last = len(made.chunks) - 1
    assert len(ask(server, "GET", f"{path}?stream=true&starting_after={last - 1}").chunks) == 1


def test_invalid_starting_after_is_rejected(server: SimulatedVllm) -> None:
    id = create(server).json["id"]
    answer = ask(server, "GET", f"{PATH}/{id}?stream=true&starting_after=x")
    assert (answer.status, answer.json) == (400, recorded("err_background_stream_after_kind"))


def test_client_resumes_a_background_stream(server: SimulatedVllm) -> None:
    with SyncVllmClient(server.base_url) as client:
        with client.responses.stream(input="Hi", background=True) as stream:
            whole = stream.response()
        with client.responses.retrieve(whole.id, stream=True, starting_after=3) as rest:
            numbers = [event.sequence_number for event in rest]
    assert numbers[0] == 4
