"""Streams of generation chunks, tested with the state machines of chat and completions."""

import json
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings, strategies as st

from tests.helpers.decoding import (
    COMPLETION_STREAMS,
    STREAMS,
    Machine,
    check_end,
    chunk,
    comparable,
    decode,
    finished,
    machine_of,
    part,
    run,
    said,
    steps,
    text_chunk,
    unhurried,
    without_templates,
)
from tests.helpers.responses import without_nulls
from tests.recordings import Recording, load
from vllm_client.api.chat import stream as chat_stream
from vllm_client.api.chat.stream import ChatMachine
from vllm_client.api.completions.stream import CompletionMachine
from vllm_client.api.inference.stream import InferenceMachine
from vllm_client.call.retry import is_retryable
from vllm_client.codec.thinking import Thinking
from vllm_client.codec.usage import Usage
from vllm_client.errors import ApiError, IoError, ParseError, StreamError, StreamTimeout, VllmError
from vllm_client.http.sse import SseDecoder
from vllm_client.streams.events import (
    AnyStreamEvent,
    ContentEvent,
    DoneEvent,
    ErrorEvent,
    UsageEvent,
)
from vllm_client.streams.generation import Choices, ChunkReader

MACHINES: list[Callable[[], Machine]] = [
    ChatMachine,
    lambda: ChatMachine(thinking=Thinking()),
    lambda: ChatMachine(choices=2, thinking=Thinking(opened=True), call_forced=True),
    CompletionMachine,
]
any_machine = st.sampled_from(MACHINES)
each_stream = pytest.mark.parametrize("recording", STREAMS, ids=str)

ENGINE_DIED = {"error": {"message": "dead", "type": "InternalServerError", "code": 500}}


def pieces_at(body: bytes, cuts: list[int]) -> list[bytes]:
    return [body[start:end] for start, end in pairwise([0, *sorted(cuts), len(body)])]


def error_of(events: list[AnyStreamEvent]) -> VllmError:
    last = events[-1]
    assert isinstance(last, ErrorEvent)
    return last.error


# Any chunking.


@each_stream
def test_a_recorded_stream_gives_the_same_events_whole_by_byte_and_in_recorded_chunks(
    recording: Recording,
) -> None:
    body = recording.body
    whole = comparable(decode(machine_of(recording), [body]))

    bytes_alone = [body[at : at + 1] for at in range(len(body))]
    assert comparable(decode(machine_of(recording), bytes_alone)) == whole
    assert comparable(decode(machine_of(recording), recording.chunks)) == whole


@given(st.data())
@unhurried
def test_a_recorded_stream_gives_the_same_events_in_any_chunking(data: st.DataObject) -> None:
    recording = data.draw(st.sampled_from(STREAMS))
    places = st.integers(0, len(recording.body))
    pieces = pieces_at(recording.body, data.draw(st.lists(places, max_size=30)))

    whole = decode(machine_of(recording), [recording.body])

    assert comparable(decode(machine_of(recording), pieces)) == comparable(whole)


@each_stream
def test_a_recorded_stream_gives_the_same_events_with_and_without_templates(
    recording: Recording,
) -> None:
    machine = machine_of(recording)
    events = decode(machine, [recording.body])
    with without_templates():
        plodding = machine_of(recording)

    assert comparable(decode(plodding, [recording.body])) == comparable(events)
    assert plodding.partial() == machine.partial()


# The end of a stream.


def test_a_stream_is_complete_when_every_choice_has_its_finish_reason() -> None:
    chunks = [finished("length", 1), said("Hi"), finished("stop", 0)]

    assert run(ChatMachine(choices=2), chunks) == [
        ContentEvent("Hi"),
        DoneEvent("stop", {0: "stop", 1: "length"}),
    ]


@pytest.mark.parametrize("unfinished", [[], [said("Hi")], [said("Hi"), finished("stop", 1)]])
@pytest.mark.parametrize("last", [[], ["[DONE]"]])
def test_neither_the_end_of_bytes_nor_done_alone_makes_a_stream_complete(
    unfinished: list[Any], last: list[str]
) -> None:
    error = error_of(run(ChatMachine(choices=2), unfinished + last))

    assert isinstance(error, StreamError)
    assert "finish_reason" in error.message


def test_an_unrequested_choice_must_be_finished_too() -> None:
    error = error_of(run(ChatMachine(), [said("a", 0), said("b", 5), finished("stop", 0)]))

    assert isinstance(error, StreamError)


@pytest.mark.parametrize("choices", [0, -1])
def test_an_invalid_number_of_choices_counts_as_one(choices: int) -> None:
    assert isinstance(run(ChatMachine(choices), [])[-1], ErrorEvent)
    assert run(ChatMachine(choices), [finished()]) == [DoneEvent("stop", {0: "stop"})]


def test_usage_is_sent_once_before_the_end_with_the_last_counts() -> None:
    counts = [{"prompt_tokens": 3, "completion_tokens": n, "total_tokens": 3 + n} for n in (1, 2)]
    chunks = [
        chunk(part(content="a"), usage=counts[0]),
        chunk(part(content="b", finish_reason="stop"), usage=counts[1]),
    ]

    assert run(ChatMachine(), chunks)[2:] == [
        UsageEvent(Usage(3, 2, 5)),
        DoneEvent("stop", {0: "stop"}),
    ]


def test_data_after_the_end_of_a_stream_give_no_events() -> None:
    machine = ChatMachine()
    events = machine.receive(
        [json.dumps(finished()), "[DONE]", json.dumps(said("late")), "no JSON"]
    )

    assert events == [DoneEvent("stop", {0: "stop"})]
    check_end(machine, events)


# Errors.


def test_an_error_before_the_first_delta_is_that_of_a_plain_call() -> None:
    machine = ChatMachine()
    first = chunk(part(role="assistant", content=""))
    events = run(machine, [first, ENGINE_DIED, "[DONE]"])

    error = error_of(events)
    assert type(error) is ApiError
    assert (error.code, error.type, error.message) == (500, "InternalServerError", "dead")
    assert not machine.begun
    check_end(machine, events)


@pytest.mark.parametrize(
    "name", ["err_bad_regex.stream", "err_bad_schema.stream", "err_bad_regex_completions.stream"]
)
def test_a_recorded_error_inside_a_stream_is_an_api_error(name: str) -> None:
    recording = load("chat", name)
    (event,) = decode(machine_of(recording), [recording.body])

    assert isinstance(event, ErrorEvent)
    assert isinstance(event.error, ApiError)
    assert (event.error.code, event.error.type) == (400, "BadRequestError")
    assert event.error.message.startswith("Grammar error")


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (ENGINE_DIED, 500),
        ({"error": {"object": "error", "message": "dead", "type": "T", "code": 503}}, 503),
        ({"object": "error", "message": "dead", "type": "T", "param": "p", "code": 400}, 400),
        ({"error": "dead"}, 500),
    ],
)
def test_an_error_after_the_first_delta_is_a_stream_error_with_the_text_so_far(
    failure: Any, code: int
) -> None:
    machine = ChatMachine()
    events = run(machine, [said("Once"), said(" upon"), failure, "[DONE]"])

    assert events[:2] == [ContentEvent("Once"), ContentEvent(" upon")]
    error = error_of(events)
    assert type(error) is StreamError
    assert error.partial.content == "Once upon"
    assert (error.code, error.message) == (code, "dead")
    assert isinstance(error.__cause__, ApiError)
    assert (error.type, error.param) == (error.__cause__.type, error.__cause__.param)
    assert not is_retryable(error)
    check_end(machine, events)


def test_done_after_error_is_still_an_error() -> None:
    events = run(ChatMachine(), [said("a"), finished(), ENGINE_DIED, "[DONE]"])

    assert isinstance(error_of(events), StreamError)


def test_an_invalid_chunk_is_a_parse_error_with_a_path() -> None:
    error = error_of(run(ChatMachine(), [chunk({"index": "0", "delta": {"content": 5}})]))

    assert isinstance(error, ParseError)
    assert error.where == "$.choices[0].delta.content"
    assert "expected str, got 5" in error.message
    assert '"content": 5' in error.body


def test_an_invalid_chunk_after_the_first_delta_is_a_stream_error() -> None:
    error = error_of(run(CompletionMachine(), [text_chunk("Once"), "<html>"]))

    assert type(error) is StreamError
    assert isinstance(error.__cause__, ParseError)
    assert error.__cause__.body == "<html>"
    assert error.partial.text == "Once"


def test_the_body_in_a_parse_error_is_shortened() -> None:
    error = error_of(run(ChatMachine(), ["x" * 100_000]))

    assert isinstance(error, ParseError)
    assert len(error.body) < 5_000
    assert len(str(error)) < 5_000


def test_json_nested_too_deeply_is_a_parse_error() -> None:
    deep = "[" * 100_000 + "]" * 100_000

    assert isinstance(error_of(run(ChatMachine(), [deep])), ParseError)


def test_json_nested_deeply_enough_to_parse_does_not_fail_later() -> None:
    for depth in range(700, 1_100):
        text = json.dumps(said("a"))[:-1] + f', "more": {"[" * depth}{"]" * depth}}}'
        last = run(ChatMachine(), [text, text, finished()])[-1]

        assert isinstance(last, DoneEvent) or isinstance(last.error, ParseError)


def test_a_lost_connection_is_retryable_only_before_the_first_delta() -> None:
    assert is_retryable(error_of(run(ChatMachine(), [])))
    assert not is_retryable(error_of(run(ChatMachine(), [said("a")])))


@pytest.mark.parametrize(
    "error", [StreamError("reset"), StreamTimeout("silent", "idle", 120.0)], ids=repr
)
def test_a_stream_error_of_the_connection_is_kept_with_the_text_so_far(
    error: StreamError,
) -> None:
    machine = ChatMachine()
    machine.receive([json.dumps(said("Once"))])

    assert machine.fail(error) == [ErrorEvent(error)]
    assert error.partial.content == "Once"
    assert not is_retryable(error)
    assert machine.error is error


def test_any_other_error_of_the_connection_becomes_the_cause_of_a_stream_error() -> None:
    lost = IoError("reset")
    machine = ChatMachine()
    machine.receive([json.dumps(said("Once"))])

    (event,) = machine.fail(lost)

    assert isinstance(event.error, StreamError)
    assert event.error.__cause__ is lost
    assert event.error.code is None


def test_an_error_of_the_connection_before_the_first_delta_is_unchanged() -> None:
    lost = IoError("reset")
    machine = ChatMachine()

    assert machine.fail(lost) == [ErrorEvent(lost)]
    assert is_retryable(lost)


# Choices.


def test_a_choice_is_created_when_its_first_part_arrives() -> None:
    choices = Choices(lambda index: SimpleNamespace(index=index, finish_reason=None))

    assert choices[2] is choices[2]
    assert [choice.index for choice in (choices[1], *choices.in_order())] == [1, 1, 2]


def test_the_finish_reasons_are_those_of_finished_choices_in_order() -> None:
    reasons = {3: "length", 2: None, 1: "stop"}
    choices = Choices(lambda index: SimpleNamespace(finish_reason=reasons[index]))
    for index in reasons:
        choices[index]

    assert list(choices.finish_reasons().items()) == [(1, "stop"), (3, "length")]


# Random and mutated input.


def check_decoding(machine: Machine, pieces: list[bytes]) -> None:
    events = decode(machine, pieces)
    begun = any(not isinstance(event, ErrorEvent | DoneEvent | UsageEvent) for event in events)
    if isinstance(events[-1], ErrorEvent):
        error = events[-1].error
        assert isinstance(error, StreamError | ParseError | ApiError)
        if machine.begun:
            assert begun
            assert isinstance(error, StreamError)
            assert error.partial == machine.partial()
    check_end(machine, events)


@given(make=any_machine, pieces=st.lists(st.binary(max_size=200), max_size=10))
@settings(unhurried, max_examples=200)
def test_random_bytes_give_an_error_and_nothing_else(
    make: Callable[[], Machine], pieces: list[bytes]
) -> None:
    machine = make()
    check_decoding(machine, pieces)
    assert isinstance(machine.error, VllmError)


JSON_TOKENS = [b"{", b"}", b'"', b"\\", b"[", b"]", b":", b",", b"null", b"1", b"\n\n", b"\r"]


@given(st.data())
@settings(unhurried, max_examples=200)
def test_mutated_recordings_give_events_or_an_error_and_nothing_else(data: st.DataObject) -> None:
    recording = data.draw(st.sampled_from(STREAMS))
    body = recording.body[:6_000]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = start + data.draw(st.integers(0, 12))
        new = data.draw(st.sampled_from(JSON_TOKENS) | st.binary(max_size=6))
        body = body[:start] + new + body[end:]

    check_decoding(machine_of(recording), [body])


SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text()
KEYS = st.text(max_size=3) | st.sampled_from(
    ["choices", "delta", "index", "content", "reasoning", "reasoning_content", "tool_calls", "id",
     "function", "name", "arguments", "finish_reason", "usage", "error", "message", "code", "text",
     "object", "logprobs", "token_ids", "stop_reason", "role", "unknown_fields", "metrics"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(make=any_machine, values=st.lists(VALUES, max_size=6))
@settings(unhurried, max_examples=200)
def test_random_json_gives_events_or_an_error_and_nothing_else(
    make: Callable[[], Machine], values: list[Any]
) -> None:
    check_decoding(make(), [f"data: {json.dumps(value)}\n\n".encode() for value in values])


def rarely_wrong(right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(right, right, right, right, right, right, VALUES)


TEXTS = st.none() | st.sampled_from(["", "a", "<think>", "</think>", "\n", "{}", '{"a": 1}', "[1"])
INDEXES = st.integers(-1, 2)
PIECES = st.fixed_dictionaries(
    {"index": rarely_wrong(INDEXES)},
    optional={
        "id": rarely_wrong(TEXTS),
        "function": rarely_wrong(
            st.fixed_dictionaries(
                {}, optional={"name": rarely_wrong(TEXTS), "arguments": rarely_wrong(TEXTS)}
            )
        ),
    },
)
PARTS = st.fixed_dictionaries(
    {
        "index": rarely_wrong(INDEXES),
        "text": rarely_wrong(TEXTS),
        "delta": rarely_wrong(
            st.fixed_dictionaries(
                {},
                optional={
                    "role": rarely_wrong(TEXTS),
                    "content": rarely_wrong(TEXTS),
                    "reasoning": rarely_wrong(TEXTS),
                    "reasoning_content": rarely_wrong(TEXTS),
                    "tool_calls": rarely_wrong(st.lists(PIECES, max_size=3)),
                    "more": VALUES,
                },
            )
        ),
    },
    optional={
        "finish_reason": rarely_wrong(st.sampled_from([None, "stop", "length", "tool_calls"])),
        "token_ids": rarely_wrong(st.lists(st.integers(), max_size=2)),
        "stop_reason": rarely_wrong(SCALARS),
        "more": VALUES,
    },
)
CHUNKS = st.fixed_dictionaries(
    {"choices": rarely_wrong(st.lists(PARTS, max_size=2))},
    optional={"id": rarely_wrong(TEXTS), "more": VALUES, "usage": rarely_wrong(st.just({}))},
)


@given(make=any_machine, chunks=st.lists(CHUNKS, max_size=8), done=st.booleans())
@settings(unhurried, max_examples=200)
def test_malformed_chunks_give_events_or_an_error_and_nothing_else(
    make: Callable[[], Machine], chunks: list[Any], done: bool
) -> None:
    texts = [*map(json.dumps, chunks), *["[DONE]"] * done]

    check_decoding(make(), [f"data: {text}\n\n".encode() for text in texts])


# Templates.


def test_most_chunks_of_a_recorded_stream_are_read_by_templates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recording = load("chat", "count.think.stream")
    machine = machine_of(recording)
    parsed = []
    monkeypatch.setattr(
        type(machine),
        "_add_payload",
        lambda self, payload, text, items: (
            parsed.append(text) or super(ChatMachine, self)._add_payload(payload, text, items)
        ),
    )

    decode(machine, [recording.body])

    assert len(parsed) <= 8
    assert len(recording.chunks) > 300


def test_a_protocol_may_have_no_templates() -> None:
    chunk_of_tokens = json.dumps({"choices": [{"index": 0, "token_ids": [5]}]})
    machine = InferenceMachine()
    machine.receive([chunk_of_tokens] * 2)

    assert machine.partial().token_ids == [5, 5]


def together(make: Callable[[], Machine], texts: list[str]) -> None:
    """Assert that these texts give the same result with and without templates."""
    with mock.patch.object(chat_stream, "new_call_id", return_value="made"):
        machine = make()
        events = run(machine, texts)
        with without_templates():
            plodding = make()
        assert comparable(run(plodding, texts)) == comparable(events)
    assert plodding.partial() == machine.partial()


@given(
    make=any_machine,
    chunks=st.lists(CHUNKS, min_size=2, max_size=4),
    order=st.lists(st.integers(0, 3)),
)
@settings(unhurried, max_examples=200)
def test_repeated_chunks_give_the_same_result_with_and_without_templates(
    make: Callable[[], Machine], chunks: list[Any], order: list[int]
) -> None:
    named = json.dumps(chunk(part(tool_calls=[{"index": 0, "id": "c", "function": {"name": "f"}}])))
    texts = [named, *(json.dumps(chunks[number % len(chunks)]) for number in order)]
    together(make, texts)


DELTAS = st.lists(
    st.text(st.characters(codec=None), max_size=8)
    | st.sampled_from(['"},"logprobs"', '"', "\\", '\\"', "\u2028", "\x00\x1f\x7f", "\ud800", "",
                       '"content":"', "\x7f sentinel \x7f", "\ud83d\ude00", "\U0001f600"]),
    min_size=1,
    max_size=12,
)  # fmt: skip
STYLES = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "separators": st.sampled_from([None, (",", ":"), (", ", ":"), (" ,", " : ")]),
        "sort_keys": st.booleans(),
    }
)


@given(deltas=DELTAS, style=STYLES, key=st.sampled_from(["content", "reasoning", "text", "call"]))
@settings(unhurried, max_examples=300)
def test_any_delta_in_any_style_of_json_gives_the_same_result_with_and_without_templates(
    deltas: list[str], style: dict[str, Any], key: str
) -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}}
    chunks = [chunk(part(role="assistant", content="", tool_calls=[call] if key == "call" else []))]
    for delta in deltas:
        if key == "text":
            chunks.append(text_chunk(delta))
        elif key == "call":
            chunks.append(chunk(part(tool_calls=[{"index": 0, "function": {"arguments": delta}}])))
        else:
            chunks.append(chunk(part(**{key: delta})))
    texts = [json.dumps(one, **style) for one in chunks]

    together(CompletionMachine if key == "text" else ChatMachine, texts[key == "text" :])


HEAD = '{"id":"a","choices":[{"index":0,"delta":{'
ADVERSARIES = {
    "the key occurs in another string": [
        '{"id":"\\"content\\":\\"no","choices":[{"index":0,"delta":{"content":"%s"}}]}'
    ],
    "the key occurs earlier in another position": [
        '{"more":{"content":"no"},"choices":[{"index":0,"delta":{"content":"%s"}}]}'
    ],
    "the key ends another key": [
        HEAD + '"not\\"content":"no","content":"%s"}}]}',
        HEAD + '"xcontent":"no","content":"%s"}}]}',
    ],
    "the key is duplicated": [
        HEAD + '"content":"no","content":"%s"}}]}',
        HEAD + '"content":"%s","content":"no"}}]}',
        HEAD + '"content":"%s"},"delta":{"content":"no"}}]}',
    ],
    "the key is written with an escape": [
        HEAD + '"cont\\u0065nt":"%s"}}]}',
        '{"abcdefghi":1,"choices":[{"index":0,"delta":{"cont\\u0065nt":"%s"}}]}',
    ],
    "there are blanks around the key": [
        HEAD + '"content" :"%s"}}]}',
        HEAD + '"content":  "%s"}}]}',
        HEAD + '"content":\\n"%s"}}]}'.replace("\\n", "\n"),
    ],
    "the delta resembles the text after it": [
        HEAD + '"content":"%s\\"}}]}"}}]}',
        HEAD + '"content":"%s\\"},\\"logprobs\\":null"},"logprobs":null}]}',
    ],
    "other keys alternate": [
        HEAD + '"content":"%s"}}],"more":1}',
        HEAD + '"content":"%s"}}],"more":2}',
        HEAD + '"content":"%s"},"stop_reason":1}]}',
        HEAD + '"content":"%s"},"stop_reason":2}]}',
        HEAD + '"content":"%s"},"more":1}]}',
        HEAD + '"content":"%s"},"more":2}]}',
        HEAD + '"content":"%s","more":1}}]}',
        HEAD + '"content":"%s","more":2}}]}',
    ],
    "ids, times and models alternate": [
        '{"id":"1","model":"m","choices":[{"delta":{"content":"%s"}}]}',
        '{"id":"2","model":"n","created":5,"choices":[{"delta":{"content":"%s"}}]}',
    ],
    "metrics alternate": [
        HEAD + '"content":"%s"}}],"metrics":{"queue_time_ms":1}}',
        HEAD + '"content":"%s"}}],"metrics":{"queue_time_ms":2}}',
    ],
    "both names of reasoning": [
        HEAD + '"reasoning":"%s","reasoning_content":"no"}}]}',
        HEAD + '"reasoning_content":"no","reasoning":"%s"}}]}',
        HEAD + '"reasoning":"","reasoning_content":"%s"}}]}',
    ],
    "several choices alternate": [
        '{"choices":[{"index":0,"delta":{"content":"%s"}}]}',
        '{"choices":[{"index":1,"delta":{"content":"%s"}}]}',
        '{"choices":[{"index":1,"delta":{"content":"%s"}},{"index":0,"delta":{"content":"%s"}}]}',
    ],
    "a value that is not equal to itself": [HEAD + '"content":"%s"}}],"more":NaN}'],
    "calls with more than arguments": [
        HEAD + '"tool_calls":[{"index":0,"more":1,"function":{"arguments":"%s"}}]}}]}',
        HEAD + '"tool_calls":[{"index":0,"more":2,"function":{"arguments":"%s"}}]}}]}',
        HEAD + '"tool_calls":[{"index":0,"function":{"arguments":"%s","more":3}}]}}]}',
        HEAD + '"tool_calls":[{"index":0,"function":{"arguments":"%s","more":4}}]}}]}',
        HEAD + '"tool_calls":[{"index":0,"function":{"arguments":"%s"}}],"content":"%s"}}]}',
        HEAD + '"tool_calls":[{"index":0},{"index":0,"function":{"arguments":"%s"}}]}}]}',
    ],
    "repeated finish_reason": [
        HEAD + '"content":"%s"},"finish_reason":"stop"}]}',
        HEAD + '"content":"%s"},"finish_reason":"length"}]}',
    ],
    "content with another field in the same chunk": [
        HEAD + '"content":"%s","reasoning":"%s"}}]}',
        HEAD + '"content":"%s","role":"assistant"}}]}',
        HEAD + '"content":"%s"}}],"usage":{}}',
        HEAD + '"content":"%s"},"token_ids":[1]}]}',
    ],
    "completions": [
        '{"choices":[{"index":0,"text":"%s"}],"more":1}',
        '{"choices":[{"index":0,"text":"%s"}],"more":2}',
        '{"choices":[{"index":0,"text":"%s","more":1}]}',
        '{"choices":[{"index":0,"text":"%s","more":2}]}',
        '{"choices":[{"index":0,"text":"%s","prompt_token_ids":[1]}]}',
        '{"choices":[{"index":0,"text":"%s","prompt_token_ids":[2]}]}',
        '{"choices":[{"index":0,"text":"%s","stop_reason":"x"}]}',
        '{"choices":[{"index":0,"text":"%s"},{"index":1,"text":"%s"}]}',
        '{"choices":[{"index":1,"text":"%s"}],"usage":{}}',
        '{"choices":[{"index":0,"text":"%s"}],"metrics":{"queue_time_ms":1}}',
    ],
}


@pytest.mark.parametrize("forms", ADVERSARIES.values(), ids=ADVERSARIES.keys())
def test_chunks_that_only_resemble_a_template_are_read_correctly(forms: list[str]) -> None:
    named = HEAD + '"tool_calls":[{"index":0,"id":"c","function":{"name":"f"}}]}}]}'
    order = [*forms * 3, *reversed(forms), forms[0]]
    turns = [form.replace("%s", word) for word in ("", "a", "b", "a") for form in order]

    for make in MACHINES:
        together(make, turns)
        together(make, [named, *turns])


# Steps.


def long_streams() -> dict[str, Callable[[int], tuple[Machine, list[Any]]]]:
    def thoughts(n: int) -> list[Any]:
        return [said("<think>"), *(said(f"w{k} <") for k in range(n)), said("</think>")]

    def call(k: int, arguments: str) -> list[Any]:
        return [
            chunk(part(tool_calls=[{"index": k, "id": f"c{k}", "function": {"name": "f"}}])),
            chunk(part(tool_calls=[{"index": k, "function": {"arguments": arguments}}])),
        ]

    return {
        "content": lambda n: (ChatMachine(), [said(f"w{k}") for k in range(n)]),
        "thinking": lambda n: (ChatMachine(thinking=Thinking()), thoughts(n)),
        "white space": lambda n: (ChatMachine(thinking=Thinking()), [said(" ")] * n),
        "texts": lambda n: (CompletionMachine(), [text_chunk(f"w{k}") for k in range(n)]),
        "choices": lambda n: (ChatMachine(), [said("a", k) for k in range(n)]),
        "a long call": lambda n: (ChatMachine(), call(0, "{") + call(0, '"')[1:] * n),
        "many calls": lambda n: (ChatMachine(), [c for k in range(n) for c in call(k, "{}")]),
        "broken calls": lambda n: (ChatMachine(), [c for k in range(n) for c in call(k, "{")]),
        "ends": lambda n: (ChatMachine(), [*call(0, "{"), *[finished("tool_calls")] * n]),
        "new keys": lambda n: (ChatMachine(), [chunk(part(), **{f"x{k}": k}) for k in range(n)]),
        "token ids": lambda n: (ChatMachine(), [chunk(part() | {"token_ids": [1]})] * n),
        "no chunk": lambda n: (ChatMachine(), ["x"] * n),
    }


@pytest.mark.parametrize("kind", long_streams())
def test_steps_are_linear_in_the_number_of_chunks(kind: str) -> None:
    def counted(n: int) -> int:
        machine, chunks = long_streams()[kind](n)
        texts = [one if isinstance(one, str) else json.dumps(one) for one in chunks]
        return steps(lambda: (machine.receive(texts), machine.end(), machine.partial()))

    counted(10)  # warm up caches
    short, long, longer = counted(200), counted(400), counted(800)

    assert abs((longer - long) - 2 * (long - short)) <= 0.1 * (long - short) + 40


# Chunks instead of events.


def described(error: VllmError | None) -> Any:
    """Return the error as a comparable value."""
    return error and (type(error), str(error), vars(error))


@each_stream
def test_a_chunk_reader_returns_every_chunk_as_received(recording: Recording) -> None:
    machine = machine_of(recording)
    decode(machine, [recording.body])
    reader = ChunkReader(machine_of(recording))
    texts = SseDecoder().feed(recording.body)

    chunks = reader.receive(texts) + reader.end()

    sent = [json.loads(text) for text in texts if text != "[DONE]"]
    assert [one.to_dict() for one in chunks] == [
        without_nulls(one) for one in sent if "error" not in one
    ]
    assert (reader.begun, reader.over) == (machine.begun, True)
    assert described(reader.error) == described(machine.error)
    assert reader.partial() == machine.partial()


def test_a_chunk_reader_assembles_the_same_response_as_the_event_machine() -> None:
    recording = COMPLETION_STREAMS[0]
    machine = machine_of(recording)
    reader = ChunkReader(machine_of(recording))

    decode(machine, [recording.body])
    reader.receive(SseDecoder().feed(recording.body))

    assert reader.partial() == machine.partial()


def test_a_chunk_reader_keeps_the_error_to_be_raised() -> None:
    reader = ChunkReader(ChatMachine())
    (first,) = reader.receive([json.dumps(said("Once"))])

    assert first.choices[0].delta.content == "Once"
    assert reader.fail(StreamError("reset")) == []
    assert isinstance(reader.error, StreamError)
    assert reader.error.partial.content == "Once"
    assert reader.over


# The partial response.


@each_stream
def test_a_partial_response_does_not_change_while_the_stream_continues(
    recording: Recording,
) -> None:
    machine = machine_of(recording)
    seen = []
    for text in SseDecoder().feed(recording.body):
        seen.append((machine.partial(), machine.partial().to_json()))
        machine.receive([text])

    assert all(partial.to_json() == json for partial, json in seen)


@each_stream
def test_reading_the_partial_response_changes_nothing(recording: Recording) -> None:
    looked_at, left_alone = machine_of(recording), machine_of(recording)
    texts = SseDecoder().feed(recording.body)
    for text in texts:
        looked_at.receive([text])
        looked_at.partial()
        assert looked_at.usage == looked_at.partial().usage
    left_alone.receive(texts)

    assert looked_at.partial() == left_alone.partial()


@pytest.mark.parametrize("make", MACHINES)
def test_the_partial_response_is_without_choices_before_any_data(
    make: Callable[[], Machine],
) -> None:
    machine = make()

    assert (machine.partial().choices, machine.usage) == ([], None)


def test_held_back_text_is_part_of_the_partial_response() -> None:
    machine = ChatMachine(thinking=Thinking())
    machine.receive([json.dumps(said("<think>Hm.</thi"))])

    assert machine.partial().reasoning == "Hm.</thi"
    machine.receive([json.dumps(said("nk>So</think>"))])
    assert (machine.partial().reasoning, machine.partial().content) == ("Hm.", "So</think>")


def test_the_error_after_an_early_close_has_the_partial_response() -> None:
    machine = ChatMachine(thinking=Thinking())
    assert machine.left().begun is False
    machine.receive([json.dumps(said("Once"))])

    error = machine.left()
    assert (error.begun, error.partial.content) == (True, "Once")
    assert str(error) == "closed by the reader"
