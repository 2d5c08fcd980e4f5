"""A plan: a streaming request, and a new state machine for each attempt."""

import json

import attrs
import pytest

from tests.helpers.decoding import SETTINGS, said
from vllm_client.api.chat.request import plan_chat_chunks, plan_chat_events
from vllm_client.api.completions.request import plan_completion_chunks, plan_completion_events
from vllm_client.api.inference.request import plan_generate_chunks
from vllm_client.errors import StreamError
from vllm_client.streams.plan import StreamPlan

CHAT = {"messages": [{"role": "user", "content": "Hi"}]}
PLANS = {
    "chat events": lambda: plan_chat_events(SETTINGS, CHAT),
    "chat chunks": lambda: plan_chat_chunks(SETTINGS, CHAT),
    "completion events": lambda: plan_completion_events(SETTINGS, {"prompt": "Hi"}),
    "completion chunks": lambda: plan_completion_chunks(SETTINGS, {"prompt": "Hi"}),
    "token chunks": lambda: plan_generate_chunks(
        SETTINGS, {"token_ids": [1], "sampling_params": {}}
    ),
}


@pytest.mark.parametrize("make", PLANS.values(), ids=PLANS.keys())
def test_every_attempt_gets_a_new_state_machine(make: type[StreamPlan]) -> None:
    plan = make()
    first, second = plan.machine(), plan.machine()
    first.fail(StreamError("reset"))

    assert (first.over, second.over) == (True, False)
    assert (type(first.error), second.error) == (StreamError, None)
    assert json.loads(plan.spec.body)["stream"] is True


def test_data_of_one_attempt_are_not_in_the_next() -> None:
    plan = plan_chat_events(SETTINGS, CHAT)
    first = plan.machine()
    first.receive([json.dumps(said("Hi"))])

    assert first.partial().content == "Hi"
    assert plan.machine().partial().choices == []
    assert not plan.machine().begun


@pytest.mark.parametrize(
    ("status", "is_stream"), [(200, True), (201, False), (302, False), (500, False)]
)
def test_a_stream_of_events_has_status_200(status: int, is_stream: bool) -> None:
    assert plan_chat_events(SETTINGS, CHAT).is_stream(status) is is_stream


@pytest.mark.parametrize(("status", "is_stream"), [(200, True), (206, True), (302, False)])
def test_a_stream_of_any_content_may_have_any_success_status(status: int, is_stream: bool) -> None:
    plan = attrs.evolve(plan_chat_events(SETTINGS, CHAT), any_content=True)

    assert plan.is_stream(status) is is_stream


def test_every_attempt_decodes_its_own_bytes() -> None:
    plan = plan_chat_events(SETTINGS, CHAT)

    assert plan.feed("text/event-stream")(b"data: {") == []
    assert plan.feed("text/event-stream")(b"data: {}\n\n") == ["{}"]
