"""The events of `chat.completions.stream`, and the cost of their snapshots."""

import copy
import pickle
from typing import Any

import pytest

from vllm_client.openai import _choice_state
from vllm_client.openai._chat_state import ChatState
from vllm_client.openai._choice_state import CallState, ChoiceState
from vllm_client.openai._growing_event import GrowingEvent
from vllm_client.openai.types.chat import ChatCompletionChunk


def chunk(**delta: Any) -> ChatCompletionChunk:
    choice = {"index": 0, "delta": delta, "finish_reason": delta.pop("finish_reason", None)}
    return ChatCompletionChunk.model_validate(
        {"id": "a", "created": 1, "model": "m", "object": "chat.completion.chunk"}
        | {"choices": [choice]}
    )


def call_piece(arguments: str, name: str | None = None) -> dict[str, Any]:
    function = {"arguments": arguments, "name": name}
    return {"index": 0, "id": "call", "type": "function", "function": function}


def events_of(*chunks: ChatCompletionChunk) -> list[Any]:
    state = ChatState(None, None)
    return [event for each in chunks for event in state.receive(each)]


def test_snapshot_holds_the_text_up_to_its_event() -> None:
    events = events_of(*(chunk(content=word) for word in ("One", " two", " three")))

    texts = [e.snapshot for e in events if e.type == "content.delta"]
    snapshots = [e.snapshot.choices[0].message.content for e in events if e.type == "chunk"]
    assert texts == snapshots == ["One", "One two", "One two three"]


def test_later_chunks_do_not_change_arguments_of_earlier_events() -> None:
    events = events_of(
        chunk(tool_calls=[call_piece('{"a"', "f")]), chunk(tool_calls=[call_piece(": 1}")])
    )

    deltas = [e for e in events if e.type == "tool_calls.function.arguments.delta"]
    assert [(e.name, e.arguments, e.arguments_delta) for e in deltas] == [
        ("f", '{"a"', '{"a"'),
        ("f", '{"a": 1}', ": 1}"),
    ]


def test_snapshots_that_are_not_read_are_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    joins: list[str] = []
    for kind, name in (
        (CallState, "as_json"),
        (ChoiceState, "as_json"),
        (ChoiceState, "text"),
        (_choice_state, "_joined"),
    ):
        join = getattr(kind, name)

        def count(*args: Any, join: Any = join, name: str = name) -> Any:
            joins.append(name)
            return join(*args)

        monkeypatch.setattr(kind, name, count)
    state = ChatState(None, None)
    events = [event for _ in range(100) for event in state.receive(chunk(content="word "))]
    assert joins == []

    assert events[-1].snapshot == events[-2].snapshot.choices[0].message.content == "word " * 100
    assert joins.count("as_json") == joins.count("_joined") == 1


def test_snapshot_is_computed_once_and_can_be_assigned() -> None:
    event = events_of(chunk(content="One"))[0]
    assert event.snapshot is event.snapshot

    other = events_of(chunk(content="One"))[1]
    other.snapshot = "mine"
    assert (other.snapshot, other.model_dump()["snapshot"]) == ("mine", "mine")


def test_dumps_copies_and_pickles_include_the_snapshot() -> None:
    def event() -> Any:
        return events_of(chunk(content="One"))[1]

    whole = {"type": "content.delta", "delta": "One", "snapshot": "One", "parsed": None}
    assert event().model_dump() == whole
    assert "snapshot='One'" in repr(event())
    assert "snapshot" in event().model_fields_set
    for made in (copy.copy(event()), copy.deepcopy(event()), pickle.loads(pickle.dumps(event()))):
        assert made == event()
        assert made.model_dump() == whole


def test_unknown_attribute_of_an_event_is_an_attribute_error() -> None:
    event = events_of(chunk(content="One"))[0]
    with pytest.raises(AttributeError, match="'ChunkEvent' object has no attribute 'nothing'"):
        _ = event.nothing
    assert not hasattr(GrowingEvent(), "snapshot")


def test_later_chunks_do_not_change_log_probabilities_of_earlier_events() -> None:
    def token(text: str) -> ChatCompletionChunk:
        made = chunk(content=text)
        logprob = {"token": text, "logprob": -1.0, "top_logprobs": [], "bytes": None}
        return ChatCompletionChunk.model_validate(
            made.to_dict()
            | {"choices": [made.choices[0].to_dict() | {"logprobs": {"content": [logprob]}}]}
        )

    events = [e for e in events_of(token("a"), token("b")) if e.type == "logprobs.content.delta"]
    assert [[t.token for t in e.snapshot] for e in events] == [["a"], ["a", "b"]]


def test_first_name_and_id_of_a_tool_call_are_kept() -> None:
    call = CallState()
    for piece in (call_piece("{", "f"), call_piece("}", "g")):
        call.add(chunk(tool_calls=[piece]).choices[0].delta.tool_calls[0])  # type: ignore[index]

    assert call.as_json() == {
        "id": "call",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
    }


def test_choice_without_text_has_content_none() -> None:
    choice = ChoiceState(0)
    choice.add(chunk(role="assistant", finish_reason="stop").choices[0])

    assert choice.as_json()["message"] == {"role": "assistant", "content": None}
    assert (choice.text("content"), choice.text_so_far("refusal")()) == ("", "")
