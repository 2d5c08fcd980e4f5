"""The event classes of a stream."""

import copy
import pickle
from typing import get_args

import attrs
import pytest

from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.codec.usage import Usage
from vllm_client.errors import StreamError
from vllm_client.streams import events
from vllm_client.streams.events import AnyCompletionEvent, AnyStreamEvent, AnyToolEvent, StreamEvent

CALL = ToolCall("a", function=FunctionCall("f", "{}"))
EVENTS = [
    StreamEvent.Reasoning("Hm"),
    StreamEvent.Content("Hi", 1),
    StreamEvent.ToolCallDelta("a", "{", "f", 2, 1),
    StreamEvent.ToolCallComplete(CALL),
    StreamEvent.Usage(Usage(1)),
    StreamEvent.Done("stop", {0: "stop"}),
    StreamEvent.Error(StreamError("cut")),
]


def test_the_union_holds_every_event_of_the_namespace() -> None:
    names = [name for name in vars(StreamEvent) if not name.startswith("_")]

    assert [getattr(StreamEvent, name) for name in names] == list(get_args(AnyToolEvent))
    assert set(get_args(AnyCompletionEvent)) < set(get_args(AnyStreamEvent))
    assert [type(event) for event in EVENTS] == list(get_args(AnyStreamEvent))


def matched(event: AnyStreamEvent) -> object:
    match event:
        case StreamEvent.Reasoning(delta):
            return "reasoning", delta
        case StreamEvent.Content(delta, index):
            return "content", delta, index
        case StreamEvent.ToolCallDelta(tool_call_id, delta):
            return "piece", tool_call_id, delta
        case StreamEvent.ToolCallComplete(tool_call):
            return "call", tool_call
        case StreamEvent.Usage(usage):
            return "usage", usage
        case StreamEvent.Done():
            return "done"
        case StreamEvent.Error(error):
            return "error", str(error)


def test_events_are_matched_by_their_names_in_the_namespace() -> None:
    assert [matched(event) for event in EVENTS] == [
        ("reasoning", "Hm"),
        ("content", "Hi", 1),
        ("piece", "a", "{"),
        ("call", CALL),
        ("usage", Usage(1)),
        "done",
        ("error", "cut"),
    ]


@pytest.mark.parametrize("event", EVENTS, ids=repr)
def test_every_event_is_a_stream_event_and_a_frozen_value(event: AnyStreamEvent) -> None:
    assert isinstance(event, StreamEvent)
    assert attrs.evolve(event) == event
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.index = 5  # type: ignore[misc]  # the assignment must fail


@pytest.mark.parametrize("event", EVENTS[:-1], ids=repr)
def test_events_survive_pickle_and_copy(event: AnyStreamEvent) -> None:
    assert pickle.loads(pickle.dumps(event)) == event
    assert copy.deepcopy(event) == event


def test_an_error_event_survives_pickle() -> None:
    again = pickle.loads(pickle.dumps(EVENTS[-1]))

    assert (type(again.error), str(again.error)) == (StreamError, "cut")


def test_the_repr_of_an_event_is_the_expression_that_makes_it() -> None:
    assert repr(StreamEvent.Content("Hi")) == "StreamEvent.Content(delta='Hi', index=0)"
    assert repr(StreamEvent.Done("stop", {0: "stop"})) == (
        "StreamEvent.Done(finish_reason='stop', finish_reasons={0: 'stop'}, index=None)"
    )


def test_events_of_the_whole_stream_have_no_index() -> None:
    assert [event.index for event in EVENTS] == [0, 1, 1, 0, None, None, None]


def test_the_classes_can_be_imported_by_name() -> None:
    assert events.ContentEvent is StreamEvent.Content
    assert events.ErrorEvent is StreamEvent.Error


def test_a_tool_result_survives_pickle() -> None:
    result = StreamEvent.ToolResult(CALL, "22")

    assert pickle.loads(pickle.dumps(result)) == result
    assert repr(result).startswith("StreamEvent.ToolResult(")
