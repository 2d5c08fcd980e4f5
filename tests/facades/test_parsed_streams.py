"""Streams with a type as `response_format` have the same answers and errors as `parse`."""

from __future__ import annotations

import dataclasses
from typing import Any, TypedDict

import attrs
import pydantic
import pytest

from tests.facades.dialogue import QUESTION
from tests.facades.drivers import SyncFacade
from vllm_client import (
    AnswerError,
    ParsedChatCompletion,
    RequestError,
    StreamError,
    StreamEvent,
    Thinking,
    VllmError,
)
from vllm_client.testing import Call, Cut, ErrorReply, Reply, SimulatedVllm

MESSAGES = QUESTION["messages"]
ADA = '{"name": "Ada", "age": 36}'


@attrs.frozen
class Person:
    name: str
    age: int


@dataclasses.dataclass(frozen=True)
class PersonData:
    name: str
    age: int


class PersonDict(TypedDict):
    name: str
    age: int


class PersonModel(pydantic.BaseModel):
    name: str
    age: int


def weather() -> str:
    """The weather."""
    return "mild"


def people(client: Any, kind: Any = Person, **options: Any) -> Any:
    return client.chat.completions.stream(MESSAGES, response_format=kind, **options)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Person, Person("Ada", 36)),
        (PersonData, PersonData("Ada", 36)),
        (PersonDict, {"name": "Ada", "age": 36}),
        (PersonModel, PersonModel(name="Ada", age=36)),
        (Person | None, Person("Ada", 36)),
    ],
)
def test_parsed_is_an_instance_once_the_stream_has_ended(
    client: Any, server: SimulatedVllm, kind: Any, value: Any
) -> None:
    server.reply(Reply(ADA, reasoning="Ada it is."))
    server.reply(ADA)

    with people(client, kind, temperature=0) as reading:
        events = list(reading)
        assert reading.parsed == value
        assert reading.parsed is reading.parsed
        response = reading.response()

    assert "".join(e.delta for e in events if isinstance(e, StreamEvent.Content)) == ADA
    assert (response.parsed, response.all_parsed) == (value, [value])
    assert (response.content, response.reasoning) == (ADA, "Ada it is.")
    assert response.call.state == "complete"
    plain = client.chat.completions.parse(MESSAGES, response_format=kind, temperature=0)
    assert plain.parsed == value
    streamed, parsed = (request.json for request in server.requests)
    assert streamed["response_format"] == parsed["response_format"]


@pytest.mark.parametrize("wait", [True, False])
def test_response_reads_the_stream_to_its_end(
    client: Any, server: SimulatedVllm, wait: bool
) -> None:
    server.reply(ADA)
    with people(client, wait=wait) as reading:
        assert reading.response().parsed == Person("Ada", 36)
        assert reading.text() == ADA


def test_builder_streams_a_type_too(client: Any, server: SimulatedVllm) -> None:
    server.reply(ADA, ADA)
    builder = client.chat.completions.create().messages(MESSAGES)
    for opened in (builder.send_stream(Person), builder.send_stream(Person, wait=False)):
        with opened as reading:
            list(reading)
            assert reading.parsed == Person("Ada", 36)


def test_each_of_several_choices_is_parsed(client: Any, server: SimulatedVllm) -> None:
    server.reply(ADA)
    with people(client, n=2) as reading:
        assert reading.response().all_parsed == [Person("Ada", 36)] * 2


def test_lone_closing_tag_ends_the_reasoning_as_it_does_for_parse(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(f"Ada it is.</think>{ADA}", f"Ada it is.</think>{ADA}")
    with people(client) as reading:
        assert reading.response().parsed == Person("Ada", 36)
    parsed = client.chat.completions.parse(MESSAGES, response_format=Person)
    assert parsed.parsed == Person("Ada", 36)


def test_saved_answer_is_read_back_whatever_the_tags_of_its_reasoning(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    text = f"Ada it is.</t>{ADA}"
    server.reply(text, text)
    client = facade.client(server.base_url, thinking=Thinking("<t>", "</t>"))
    with people(client) as reading:
        streamed = reading.response()
    plain = client.chat.completions.parse(MESSAGES, response_format=Person)

    assert (streamed.content, streamed.reasoning) == (ADA, "Ada it is.")
    assert streamed.choices == plain.choices
    for response in (streamed, plain):
        assert ParsedChatCompletion.from_json(response.to_json(), Person) == response


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply('{"name": "Ad', finish_reason="length"), "length"),
        (Reply("", finish_reason="length"), "length"),
        (Reply("no", finish_reason="content_filter"), "refused"),
        (Reply("", tool_calls=[Call("look_up", {})]), "tool_calls"),
        (Reply("", reasoning="Hm."), "no_content"),
        (Reply('{"name": "Ada"}'), "mismatch"),
        (Reply("Ada"), "mismatch"),
    ],
)
def test_other_answers_are_the_errors_of_parse(
    client: Any, server: SimulatedVllm, reply: Reply, reason: str
) -> None:
    server.reply(reply, reply)
    with pytest.raises(AnswerError) as plain:
        client.chat.completions.parse(MESSAGES, response_format=Person)
    with people(client) as reading:
        list(reading)  # the stream itself has not failed
        for read in (reading.response, lambda: reading.parsed):
            with pytest.raises(AnswerError) as caught:
                read()
            error = caught.value
            assert (error.reason, error.text) == (reason, plain.value.text)
            assert error.message == plain.value.message
            assert error.request_ids == reading.request_ids


def test_parsed_of_a_stream_that_has_not_ended_is_refused(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(Reply(['{"name":', ' "Ada", ', '"age": 36}'], pace=0.05))
    with people(client) as reading:
        next(iter(reading))
        with pytest.raises(RequestError, match="has not ended"):
            _ = reading.parsed
    with pytest.raises(StreamError, match="closed"):
        _ = reading.parsed
    assert reading.partial.content


def test_parsed_of_a_broken_stream_is_its_error(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url, retry=None)
    server.reply(Reply(["{", '"name": "Ada"', "}"]), faults=[Cut(after=2, of="events")])
    with people(client) as reading:
        for read in (lambda: list(reading), lambda: reading.parsed, reading.response):
            with pytest.raises(StreamError):
                read()


def test_request_that_fails_raises_when_it_is_sent(client: Any, server: SimulatedVllm) -> None:
    server.reply(ErrorReply(400, "no"))
    with pytest.raises(VllmError, match="no"):
        people(client)
    with pytest.raises(RequestError, match="response_format"):
        people(client, 5)
    with pytest.raises(RequestError, match="response_format"):
        people(client, "Person")


def test_dict_as_response_format_is_sent_as_it_is(client: Any, server: SimulatedVllm) -> None:
    server.reply(ADA, ADA)
    form = {"type": "json_object"}
    with people(client, form) as reading:
        assert reading.response().content == ADA
        assert not hasattr(reading, "parsed")
    builder = client.chat.completions.create().messages(MESSAGES).response_format(form)
    with builder.send_stream() as reading:
        assert reading.text() == ADA
    assert [request.json["response_format"] for request in server.requests] == [form, form]


def test_name_of_a_format_is_refused_as_in_create(client: Any, server: SimulatedVllm) -> None:
    completions = client.chat.completions
    for call in (
        lambda: completions.create(MESSAGES, response_format="json_object"),
        lambda: completions.stream(MESSAGES, response_format="json_object"),
        lambda: completions.create().messages(MESSAGES).send_stream("json_object"),
        lambda: completions.stream_tools(MESSAGES, tools=[weather], response_format="json_object"),
    ):
        with pytest.raises(RequestError, match="expected a dict, such as "):
            call()
    assert server.requests == []


def test_type_in_create_is_refused_with_what_to_write(client: Any, server: SimulatedVllm) -> None:
    create = client.chat.completions.create
    for call in (
        lambda: create(MESSAGES, response_format=Person),
        lambda: create(MESSAGES, response_format=Person, stream=True),
        create().messages(MESSAGES).response_format(Person).send,
        lambda: client.chat.completions.run_tools(
            MESSAGES, tools=[weather], response_format=Person
        ),
    ):
        with pytest.raises(RequestError) as caught:
            call()
        assert "parse(response_format=Person)" in str(caught.value)
        assert "send_stream(Person)" in str(caught.value)
    with pytest.raises(RequestError, match=r"write parse\(response_format=list\[int\]\)"):
        create(MESSAGES, response_format=list[int])
    assert server.requests == []
