"""Test chat streams: events, and the assembled response."""

import json
from itertools import pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import (
    CHAT_STREAMS,
    SETTINGS,
    called,
    chunk,
    decode,
    finished,
    machine_of,
    part,
    piece,
    plain_answer,
    run,
    said,
    unhurried,
)
from tests.recordings import KilledServer, Recording, all_killed, all_recordings
from vllm_client.api.chat.answers import (
    ChatCompletionResponse,
    Choice,
    ChoiceLogprobs,
    Message,
    TokenLogprobs,
)
from vllm_client.api.chat.stream import ChatMachine
from vllm_client.codec.thinking import Thinking
from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.codec.usage import RequestMetrics
from vllm_client.codec.weight_version import WeightVersion
from vllm_client.errors import IoError, ParseError, StreamError
from vllm_client.http.http1 import ResponseReader
from vllm_client.http.sse import SseDecoder
from vllm_client.streams.events import (
    ContentEvent,
    DoneEvent,
    ErrorEvent,
    ReasoningEvent,
    ToolCallCompleteEvent,
    ToolCallDeltaEvent,
)

DONE = DoneEvent("stop", {0: "stop"})


def completes(events: list[Any]) -> list[ToolCall]:
    return [event.tool_call for event in events if isinstance(event, ToolCallCompleteEvent)]


def call(id: str, name: str, arguments: str) -> ToolCall:
    return ToolCall(id, function=FunctionCall(name, arguments))


def twins() -> list[Any]:
    """Yield recorded streams with the plain answer to the same request."""
    plain = {str(one): one for one in all_recordings() if one.status == 200 and not one.streamed}
    pairs = [(one, plain.get(str(one).replace(".stream", ".plain"))) for one in CHAT_STREAMS]
    return [
        pytest.param(stream, twin, id=str(stream)) for stream, twin in pairs if twin is not None
    ]


def without_what_differs(answer: ChatCompletionResponse, usage: bool) -> dict[str, Any]:
    """Return the answer without ids, times and counters of the server."""
    fields = attrs.evolve(answer, id="", created=0, object="").to_dict()
    for choice in fields["choices"]:
        for one in choice["message"].get("tool_calls", ()):
            del one["id"]
    # Cached tokens differ. vLLM 0.32 counts the reasoning tokens of a stream by its deltas.
    counts = fields.pop("usage") if usage else {}
    for name in ("prompt_tokens_details", "completion_tokens_details"):
        counts.pop(name, None)
    return {**fields, "usage": counts}


@pytest.mark.parametrize(("stream", "plain"), twins())
def test_recorded_stream_assembles_to_the_plain_answer(stream: Recording, plain: Recording) -> None:
    machine = machine_of(stream)
    decode(machine, [stream.body])
    asked = "stream_options" in stream.request
    expected = plain_answer(plain)
    if not asked:
        expected = attrs.evolve(expected, usage=None)

    assert without_what_differs(machine.partial(), asked) == without_what_differs(expected, asked)


def test_recordings_have_pairs_of_every_kind() -> None:
    names = " ".join(str(param.id) for param in twins())

    assert len(twins()) > 40
    for kind in ("tool_named", "tool_required", "n2", "logprobs", "length_in_think", "chat-raw/"):
        assert kind in names


@pytest.mark.parametrize("killed", all_killed(), ids=str)
def test_killed_server_is_an_error_with_the_partial_text(killed: KilledServer) -> None:
    reader, decoder, machine = ResponseReader("POST"), SseDecoder(), ChatMachine()
    reader.feed(killed.wire)
    events = machine.receive(decoder.feed(reader.take()))
    if not reader.complete:
        with pytest.raises(IoError) as lost:
            reader.feed_end()
        events += machine.fail(lost.value)
    events += machine.end()

    *before, last = events
    assert isinstance(last, ErrorEvent)
    assert isinstance(last.error, StreamError)
    text = "".join(event.delta for event in before if isinstance(event, ContentEvent))
    assert last.error.partial.content == text
    assert " la la la" in text
    assert last.error.code == (500 if killed.facts["killed"] == "engine" else None)


def test_text_arrives_in_pieces_and_is_assembled() -> None:
    machine = ChatMachine()
    chunks = [chunk(part(role="assistant", content="")), said("Hel"), said("lo"), finished()]

    assert run(machine, chunks) == [ContentEvent("Hel"), ContentEvent("lo"), DONE]
    assert machine.partial() == ChatCompletionResponse(
        [Choice(Message(content="Hello"), finish_reason="stop")],
        id="chatcmpl-1",
        created=7,
        model="tiny",
    )


def test_a_finishing_chunk_may_carry_text() -> None:
    assert run(ChatMachine(), [finished("length", content="end")])[0] == ContentEvent("end")


def test_absent_and_null_are_the_same() -> None:
    bare = {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}
    nulls = {
        "choices": [
            {
                "index": None,
                "delta": {"role": None, "content": "Hi", "reasoning": None, "tool_calls": None},
                "finish_reason": "stop",
                "logprobs": None,
                "token_ids": None,
                "more": None,
            }
        ],
        "id": None,
        "created": None,
        "usage": None,
        "more": None,
    }
    machines = ChatMachine(), ChatMachine()

    assert run(machines[0], [bare]) == run(machines[1], [nulls])
    assert machines[0].partial() == machines[1].partial()


@pytest.mark.parametrize(
    "deltas",
    [
        [{"reasoning": "Hm"}, {"reasoning": "m"}],
        [{"reasoning_content": "Hm"}, {"reasoning_content": "m"}],
        [{"reasoning": text, "reasoning_content": text} for text in ("Hm", "m")],
        [{"reasoning_content": text, "reasoning": text} for text in ("Hm", "m")],
        [{"reasoning": None, "reasoning_content": "Hm"}, {"reasoning": "m"}],
        [{"reasoning": "Hm", "reasoning_content": None}, {"reasoning_content": "m"}],
    ],
)
def test_reasoning_with_two_names_is_read_once(deltas: list[Any]) -> None:
    machine = ChatMachine()
    events = run(machine, [*(chunk(part(**delta)) for delta in deltas), finished(content="Hi")])

    assert events == [ReasoningEvent("Hm"), ReasoningEvent("m"), ContentEvent("Hi"), DONE]
    assert machine.partial().reasoning == "Hmm"
    assert machine.partial().message.unknown_fields == {}


def test_reply_cut_off_during_reasoning_has_no_content() -> None:
    machine = ChatMachine()
    run(machine, [chunk(part(role="assistant", content="")), chunk(part(reasoning="Hm")),
                  finished("length")])  # fmt: skip

    assert machine.partial().message == Message(reasoning="Hm")


def test_choices_are_separated_by_index() -> None:
    machine = ChatMachine(choices=2)
    events = run(machine, [said("b", 1), said("a", 0), said("B", 1), finished("stop", 1),
                           finished("length", 0)])  # fmt: skip

    assert events == [
        ContentEvent("b", 1),
        ContentEvent("a", 0),
        ContentEvent("B", 1),
        DoneEvent("length", {0: "length", 1: "stop"}),
    ]
    choices = machine.partial().choices
    assert [(one.index, one.message.content) for one in choices] == [(0, "a"), (1, "bB")]


def test_answer_contains_everything_from_the_chunks_beside_text() -> None:
    rows = [{"token": token, "logprob": -1.0, "bytes": [65], "top_logprobs": []} for token in "ab"]
    first, last = (
        part(content=row["token"])
        | {"logprobs": {"content": [row]}, "token_ids": [number], "more": number}
        for number, row in enumerate(rows)
    )
    versions = [{"version": "2", "start": 0, "end": 2}]
    last |= {"finish_reason": "stop", "stop_reason": 151645, "weight_versions": versions}
    machine = ChatMachine()
    run(
        machine,
        [
            chunk(part(role="helper", refusal="no"), prompt_token_ids=[1, 2], prompt_text="p"),
            chunk(first, timings=1),
            chunk(
                last,
                timings=2,
                system_fingerprint="f",
                metrics={"queue_time_ms": 0.5},
                kv_transfer_params={"remote_port": 5},
            ),
        ],
    )

    logprobs = ChoiceLogprobs([TokenLogprobs(token, -1.0, [65]) for token in "ab"])
    message = Message("helper", "ab", unknown_fields={"refusal": "no"})
    assert machine.partial() == ChatCompletionResponse(
        [
            Choice(
                message,
                finish_reason="stop",
                logprobs=logprobs,
                stop_reason=151645,
                token_ids=[0, 1],
                weight_versions=[WeightVersion("2", 0, 2)],
                unknown_fields={"more": 1},
            )
        ],
        id="chatcmpl-1",
        created=7,
        model="tiny",
        system_fingerprint="f",
        prompt_token_ids=[1, 2],
        prompt_text="p",
        kv_transfer_params={"remote_port": 5},
        metrics=RequestMetrics(queue_time_ms=0.5),
        unknown_fields={"timings": 2},
    )


def test_unknown_keys_of_every_chunk_are_kept() -> None:
    machine = ChatMachine()
    forms = [
        [chunk(part(content="a") | {"y": n}, x=n), chunk(part(content="a", z=n))] for n in (1, 2)
    ]
    run(machine, [*forms[0], *forms[1], *forms[0]])

    response = machine.partial()
    assert response.unknown_fields == {"x": 1}
    assert response.choices[0].unknown_fields == {"y": 1}
    assert response.message.unknown_fields == {"z": 1}


def test_only_the_first_finish_reason_of_a_choice_counts() -> None:
    chunks = [called(piece(0, "{}", id="a", name="f")), finished("tool_calls"), finished("stop")]
    events = run(ChatMachine(), chunks)

    assert events[1:] == [
        ToolCallCompleteEvent(call("a", "f", "{}")),
        DoneEvent("tool_calls", {0: "tool_calls"}),
    ]


def machine_for(thinking: Thinking | None) -> ChatMachine:
    return ChatMachine(thinking=thinking)


def lacks_opening_tag(text: str, thinking: Thinking) -> bool:
    before, closed, _ = text.partition(thinking.close)
    return bool(closed) and thinking.open not in before


@given(
    st.sampled_from(["<think>Hm.</think>Hi", "\n<think>\n</think>\n\nHi", "<think>Hm", "<thi", "",
                     "Hi <think>no</think>", "Hm.</think>Hi", " \n", "<think></think>"]),
    st.sampled_from([Thinking(), Thinking(opened=True), Thinking("<t", "m"), None]),
    st.lists(st.integers(0, 25), max_size=5),
)  # fmt: skip
@unhurried
def test_tags_are_handled_in_streams_as_in_plain_answers(
    text: str, thinking: Thinking | None, cuts: list[int]
) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    machine = machine_for(thinking)
    events = run(machine, [*map(said, pieces), finished()])
    body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    recording = Recording("", "", "POST", "/v1/chat/completions", {}, {"messages": [{}]}, 200, {},
                          json.dumps(body).encode(), (), True)  # fmt: skip
    settings = attrs.evolve(SETTINGS, thinking=thinking)

    if thinking and not thinking.opened and lacks_opening_tag(text, thinking):
        # a stream returns this text before the closing tag arrives
        assert machine.partial().message.content == text
    else:
        assert machine.partial().message == plain_answer(recording, settings).message
    told = [(type(event), event.delta) for event in events if hasattr(event, "delta")]
    assert "".join(d for kind, d in told if kind is ReasoningEvent) == (
        machine.partial().reasoning or ""
    )
    assert "".join(d for kind, d in told if kind is ContentEvent) == (
        machine.partial().content or ""
    )


def test_held_back_text_is_returned_before_the_end() -> None:
    assert run(machine_for(Thinking()), [said("<thi"), finished()]) == [ContentEvent("<thi"), DONE]
    events = run(machine_for(Thinking()), [said("<think>a</thi")])
    assert events[:2] == [ReasoningEvent("a"), ReasoningEvent("</thi")]
    assert events[2].error.partial.reasoning == "a</thi"


def test_tags_are_text_once_a_reasoning_field_was_seen() -> None:
    machine = machine_for(Thinking())
    chunks = [chunk(part(reasoning="Hm")), said("<think>no</think>"), finished()]

    assert run(machine, chunks) == [ReasoningEvent("Hm"), ContentEvent("<think>no</think>"), DONE]


def test_held_back_text_is_kept_if_a_reasoning_field_arrives() -> None:
    machine = machine_for(Thinking())
    chunks = [said("\n<thi"), chunk(part(reasoning="Hm")), said("nk>"), finished()]

    assert run(machine, chunks) == [
        ContentEvent("\n<thi"),
        ReasoningEvent("Hm"),
        ContentEvent("nk>"),
        DONE,
    ]


def test_every_choice_has_its_own_reasoning() -> None:
    machine = ChatMachine(choices=2, thinking=Thinking())
    chunks = [said("<think>a", 0), said("b", 1), said("</think>A", 0), said("<think>", 1),
              finished("stop", 0), finished("stop", 1)]  # fmt: skip
    run(machine, chunks)

    messages = [choice.message for choice in machine.partial().choices]
    assert messages == [Message(content="A", reasoning="a"), Message(content="b<think>")]


def test_call_arrives_in_pieces_and_is_then_complete() -> None:
    machine = ChatMachine()
    chunks = [
        called(piece(0, id="a", type="function", name="weather")),
        called(piece(0, '{"in": ')),
        called(piece(0, '"東京"}')),
        finished("tool_calls"),
    ]
    whole = call("a", "weather", '{"in": "東京"}')

    assert run(machine, chunks) == [
        ToolCallDeltaEvent("a", "", "weather", 0),
        ToolCallDeltaEvent("a", '{"in": ', "weather", 0),
        ToolCallDeltaEvent("a", '"東京"}', "weather", 0),
        ToolCallCompleteEvent(whole),
        DoneEvent("tool_calls", {0: "tool_calls"}),
    ]
    assert machine.partial().tool_calls == [whole]
    assert whole.function.parse() == {"in": "東京"}


ODDITIES: dict[str, tuple[list[dict[str, Any]], list[ToolCall]]] = {
    "the name in every chunk": (
        [called(piece(0, text, id="a", name="f")) for text in ("{", '"x": 1', "}")],
        [call("a", "f", '{"x": 1}')],
    ),
    "the id in every chunk": (
        [called(piece(0, "{", id="a", name="f")), called(piece(0, "}", id="a"))],
        [call("a", "f", "{}")],
    ),
    "another id in every chunk": (
        [called(piece(0, "{", id="a", name="f")), called(piece(0, "}", id="b"))],
        [call("a", "f", "{}")],
    ),
    "name and arguments in separate deltas": (
        [called(piece(0, id="a", name="f")), called(piece(0, '{"x": 1}'))],
        [call("a", "f", '{"x": 1}')],
    ),
    "the id before the name": (
        [called({"index": 0, "id": "a"}), called(piece(0, "{}", name="f"))],
        [call("a", "f", "{}")],
    ),
    "two entries of one index in one chunk": (
        [called(piece(0, id="a", name="f"), piece(0, "{}"))],
        [call("a", "f", "{}")],
    ),
    "two whole calls in one chunk": (
        [called(piece(0, "{}", id="a", name="f"), piece(1, '{"y": 2}', id="b", name="g"))],
        [call("a", "f", "{}"), call("b", "g", '{"y": 2}')],
    ),
    "the first index is 1": (
        [called(piece(1, id="a", name="f")), called(piece(1, "{}"))],
        [call("a", "f", "{}")],
    ),
    "one call split over two indices": (
        [
            called(piece(0, id="a", name="f")),
            called(piece(0, '{"x"')),
            called(piece(1, ": 1}")),
        ],
        [call("a", "f", '{"x": 1}')],
    ),
    "interleaved": (
        [
            called(piece(0, id="a", name="f"), piece(1, id="b", name="g")),
            called(piece(0, '{"x"')),
            called(piece(1, '{"y"')),
            called(piece(0, ": 1}"), piece(1, ": 2}")),
        ],
        [call("a", "f", '{"x": 1}'), call("b", "g", '{"y": 2}')],
    ),
    "one after the other": (
        [
            called(piece(0, id="a", name="f")),
            called(piece(0, "{}")),
            called(piece(1, id="b", name="g")),
            called(piece(1, "{}")),
        ],
        [call("a", "f", "{}"), call("b", "g", "{}")],
    ),
    "without arguments": (
        [called(piece(0, id="a", name="f")), called(piece(0, "{}"))],
        [call("a", "f", "{}")],
    ),
    "nulls": (
        [
            called({"index": 0, "id": "a", "function": {"name": "f", "arguments": None}}),
            called({"index": 0, "id": None, "function": {"name": None, "arguments": "{}"}}),
            called({"index": 0, "function": None}),
        ],
        [call("a", "f", "{}")],
    ),
    "parallel calls under one index": (
        [
            called(piece(0, id="a", name="f")),
            called(piece(0, '{"x"')),
            called(piece(0, ": 1}")),
            called(piece(0, id="b", name="f")),
            called(piece(0, '{"x"')),
            called(piece(0, ": 2}")),
        ],
        [call("a", "f", '{"x": 1}'), call("b", "f", '{"x": 2}')],
    ),
    "whole calls under one index in one chunk": (
        [called(piece(0, "{}", id="a", name="f"), piece(0, "{}", id="b", name="g"))],
        [call("a", "f", "{}"), call("b", "g", "{}")],
    ),
    "calls without arguments under one index": (
        [called(piece(0, "", id="a", name="f"), piece(0, "", id="b", name="f"))],
        [call("a", "f", ""), call("b", "f", "")],
    ),
    "calls under one index, and further ones under others": (
        [
            called(piece(0, "{}", id="a", name="f")),
            called(piece(0, '{"x"', id="b", name="f")),
            called(piece(1, "{}", id="c", name="f")),
            called(piece(0, ": 2}")),
        ],
        [call("a", "f", "{}"), call("b", "f", '{"x": 2}'), call("c", "f", "{}")],
    ),
    "another id and the name in every piece": (
        [
            called(piece(0, '{"x"', id="a", name="f")),
            called(piece(0, ": 1}", id="b", name="f")),
            called(piece(0, '{"x": 2}', id="c", name="f")),
        ],
        [call("a", "f", '{"x": 1}'), call("c", "f", '{"x": 2}')],
    ),
    "arguments as an object": (
        [
            called({"index": 0, "id": "a", "function": {"name": "f", "arguments": {"x": "ü"}}}),
            called({"index": 1, "id": "b", "function": {"name": "f", "arguments": {}}}),
        ],
        [call("a", "f", '{"x": "ü"}'), call("b", "f", "{}")],
    ),
    "blank arguments": (
        [called(piece(0, " ", id="a", name="f"))],
        [call("a", "f", " ")],
    ),
    "braces and quotes within": (
        [
            called(piece(0, id="a", name="f")),
            called(piece(0, '{"x": "}{\\"')),
            called(piece(0, '}"}')),
        ],
        [call("a", "f", '{"x": "}{\\"}"}')],
    ),
}


@pytest.mark.parametrize(("chunks", "calls"), ODDITIES.values(), ids=ODDITIES.keys())
def test_malformed_calls_are_assembled_once(
    chunks: list[dict[str, Any]], calls: list[ToolCall]
) -> None:
    machine = ChatMachine()
    events = run(machine, [*chunks, finished("tool_calls")])

    assert completes(events) == calls
    assert machine.partial().tool_calls == calls
    for whole in calls:
        pieces = [e for e in events if getattr(e, "tool_call_id", None) == whole.id]
        assert "".join(event.delta for event in pieces) == whole.function.arguments
        assert pieces[-1].name == whole.function.name


def test_call_without_an_id_gets_a_stable_id() -> None:
    machine = ChatMachine()
    events = run(machine, [called(piece(0, name="f")), called(piece(0, "{}")), finished()])

    (whole,) = machine.partial().tool_calls
    assert whole.id.startswith("call_")
    assert {event.tool_call_id for event in events[:2]} == {whole.id}
    assert completes(events) == [whole]


def test_a_split_call_keeps_the_index_it_began_with() -> None:
    events = run(ChatMachine(), [called(piece(0, "{", id="a", name="f")), called(piece(1, "}"))])

    assert [event.tool_index for event in events[:2]] == [0, 0]


def test_calls_with_the_same_index_get_unique_indices() -> None:
    machine = ChatMachine()
    one, other, third = (piece(0, "{}", id=id, name="f") for id in "abc")
    late = piece(1, "{}", id="d", name="f")
    run(machine, [called(one), called(other), called(late), called(third), finished()])

    events = run(ChatMachine(), [called(one), called(other), called(late), called(third)])
    begun = [event for event in events if isinstance(event, ToolCallDeltaEvent)]
    assert [event.tool_index for event in begun] == [0, 1, 2, 3]
    assert [one.id for one in machine.partial().tool_calls] == ["a", "b", "d", "c"]


def test_changing_ids_within_one_call_cost_linear_time() -> None:
    machine = ChatMachine()
    chunks = [called(piece(0, "[1, ", id=f"c{number}", name="f")) for number in range(500)]
    run(machine, chunks)

    assert [one.id for one in machine.partial().tool_calls] == ["c0"]


@pytest.mark.parametrize("reason", ["length", "abort", "error"])
@pytest.mark.parametrize("arguments", ["", " ", "12", "[1]"])
def test_arguments_that_may_have_been_cut_are_not_complete(reason: str, arguments: str) -> None:
    events = run(ChatMachine(), [called(piece(0, arguments, id="a", name="f")), finished(reason)])

    assert completes(events) == []


@pytest.mark.parametrize("reason", ["stop", "tool_calls", "content_filter"])
def test_call_without_arguments_is_complete_after_a_regular_end(reason: str) -> None:
    machine = ChatMachine()
    chunks = [called(piece(0, "", id="a", name="f")), called(piece(1, "{}", id="b", name="g"))]
    events = run(machine, [*chunks, finished(reason)])

    assert completes(events) == [call("a", "f", ""), call("b", "g", "{}")]
    assert machine.partial().tool_calls[0].function.parse() == {}


def test_a_call_is_complete_as_soon_as_the_next_one_begins() -> None:
    machine = ChatMachine()
    machine.receive([json.dumps(called(piece(0, "{}", id="a", name="f")))])
    events = machine.receive([json.dumps(called(piece(1, id="b", name="g")))])

    assert events == [
        ToolCallCompleteEvent(call("a", "f", "{}")),
        ToolCallDeltaEvent("b", "", "g", 1),
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ('{"x": 1', "length"),
        ('{"x": 1', "tool_calls"),
        ('{"x": 1}}', "tool_calls"),
        ("{x: 1}", "stop"),
        ("[" * 100_000, "tool_calls"),
    ],
)
def test_call_without_complete_valid_json_is_never_complete(arguments: str, reason: str) -> None:
    machine = ChatMachine()
    events = run(machine, [called(piece(0, arguments, id="a", name="f")), finished(reason)])

    assert completes(events) == []
    assert events[-1] == DoneEvent(reason, {0: reason})
    (broken,) = machine.partial().tool_calls
    assert broken == call("a", "f", arguments)
    with pytest.raises(ParseError):
        broken.function.parse()


def test_number_at_the_token_limit_is_not_complete() -> None:
    events = run(ChatMachine(), [called(piece(0, "12", id="a", name="f")), finished("length")])

    assert completes(events) == []


@pytest.mark.parametrize("arguments", ["12", "[1]", '"x"', "null"])
def test_arguments_other_than_an_object_are_complete_after_a_regular_end(arguments: str) -> None:
    events = run(
        ChatMachine(), [called(piece(0, arguments, id="a", name="f")), finished("tool_calls")]
    )

    assert completes(events) == [call("a", "f", arguments)]


def test_complete_object_is_complete_even_if_the_reply_was_cut_off_after_it() -> None:
    events = run(
        ChatMachine(), [called(piece(0, '{"x": 1}', id="a", name="f")), finished("length")]
    )

    assert completes(events) == [call("a", "f", '{"x": 1}')]


def test_a_broken_stream_completes_no_call() -> None:
    events = run(ChatMachine(), [called(piece(0, '{"x": 1', id="a", name="f"))])

    assert completes(events) == []
    assert isinstance(events[-1], ErrorEvent)
    assert isinstance(events[-1].error, StreamError)
    assert events[-1].error.partial.tool_calls == [call("a", "f", '{"x": 1')]


def test_unknown_keys_are_kept_with_the_call() -> None:
    machine = ChatMachine()
    odd = {"index": 0, "id": "a", "more": 1, "function": {"name": "f", "arguments": "{}", "x": 2}}
    run(machine, [called(odd), finished()])

    (whole,) = machine.partial().tool_calls
    assert (whole.unknown_fields, whole.function.unknown_fields) == ({"more": 1}, {"x": 2})


@pytest.mark.parametrize(("forced", "content"), [(False, None), (True, "")])
def test_white_space_before_a_call_is_dropped(forced: bool, content: str | None) -> None:
    machine = ChatMachine(call_forced=forced)
    run(machine, [said("\n"), said("\n"), called(piece(0, "{}", id="a", name="f")), finished()])

    assert machine.partial().content == content


def test_text_before_a_call_is_content() -> None:
    machine = ChatMachine()
    run(machine, [said("Let me see.\n"), called(piece(0, "{}", id="a", name="f")), finished()])

    assert machine.partial().content == "Let me see.\n"


# orjson reads integers beyond 64 bits as floats
NUMBERS = st.integers(-(2**63), 2**63 - 1)
ARGUMENTS = st.dictionaries(st.text(max_size=3), NUMBERS | st.text(max_size=5), max_size=3)


@given(
    calls=st.lists(ARGUMENTS, min_size=1, max_size=4),
    data=st.data(),
    ascii_only=st.booleans(),
)
@unhurried
def test_rechunked_and_interleaved_calls_are_assembled(
    calls: list[dict[str, Any]], data: st.DataObject, ascii_only: bool
) -> None:
    texts = [json.dumps(arguments, ensure_ascii=ascii_only) for arguments in calls]
    chunks = [called(piece(k, id=f"c{k}", name=f"f{k}")) for k in range(len(texts))]
    rest = dict(enumerate(texts))
    while rest:
        index = data.draw(st.sampled_from(sorted(rest)))
        length = data.draw(st.integers(1, len(rest[index])))
        chunks.append(called(piece(index, rest[index][:length])))
        rest[index] = rest[index][length:]
        rest = {key: text for key, text in rest.items() if text}
    machine = ChatMachine()
    events = run(machine, [*chunks, finished("tool_calls")])

    whole = completes(events)
    assert [one.function.parse() for one in whole] == calls
    assert whole == machine.partial().tool_calls


def test_legacy_function_call_is_assembled() -> None:
    pieces = [{"name": "f", "arguments": ""}, {"arguments": '{"x"'}, {"arguments": ": 1}"}, None]
    deltas = [{"role": "assistant"}, *({"function_call": piece} for piece in pieces)]
    chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    machine = ChatMachine()
    machine.receive([json.dumps(one) for one in chunks])
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "function_call"}]}
    machine.receive([json.dumps(end), "[DONE]"])

    message = machine.partial().message
    assert machine.error is None
    assert message.function_call == FunctionCall("f", '{"x": 1}')
    assert message.unknown_fields == {}
    assert message.tool_calls is None
