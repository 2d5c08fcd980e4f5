"""Answers as instances of types: the server accepts all our schemas and enforces them."""

import dataclasses
import enum
import json
from contextlib import closing
from datetime import date
from http.client import HTTPConnection
from typing import Any, Literal, NotRequired, TypedDict
from urllib.parse import urlsplit
from uuid import UUID

import attrs
import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from vllm_client import AnswerError, StreamEvent, user
from vllm_client.api.chat.parse import response_format_of
from vllm_client.schema.types import shape_of


@attrs.frozen
class Person:
    """A person."""

    name: str
    age: int


class Mood(enum.Enum):
    GLAD = "glad"
    SAD = "sad"


class Flags(TypedDict):
    on: bool
    mood: NotRequired[Mood]


@dataclasses.dataclass
class Many:
    moods: list[Mood]
    pair: tuple[Literal[1, 2], Literal["a"]]
    flags: Flags
    maybe: Literal["x"] | None
    count: Literal[3] = 3
    scores: dict[str, bool] = dataclasses.field(default_factory=dict)


class Node(TypedDict):
    value: Literal[1, 2, 3]
    next: "Node | None"


# Tokens of blanks, which the tiny model would otherwise generate up to its limit.
NO_BLANKS = {str(token): -100 for token in (197, 198, 201, 220, 329, 454, 508, 523, 947, 948, 968)}
NOT_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}
ASK: dict[str, Any] = {
    "model": "tiny",
    "messages": [user("Give me JSON")],
    "temperature": 0,
    "max_tokens": 200,
}
ADA = Person("Ada", 36)


@pytest.mark.parametrize("thinking", [True, False], ids=["thinking", "not_thinking"])
def test_answer_is_an_instance_of_the_type(chat: Driver, thinking: bool) -> None:
    options = ASK | {"chat_template_kwargs": {"enable_thinking": thinking}}

    response = chat.call(lambda c: c.chat.completions.parse(response_format=Person, **options))
    builder = chat.call(lambda c: _built(c, options).parse(Person))

    assert response.parsed == builder.parsed == ADA
    assert bool(response.reasoning) is thinking


def _built(client: Any, options: dict[str, Any]) -> Any:
    builder = client.chat.completions.create().messages(options["messages"]).temperature(0)
    return builder.options(chat_template_kwargs=options["chat_template_kwargs"])


@pytest.mark.parametrize(
    "kind",
    [
        Person, Many, Flags, Node, Mood, bool, Literal["yes", 5, None], list[Mood],
        tuple[bool, Mood], set[Literal["a", "b"]], dict[str, Mood], Person | Flags, Mood | None,
        date, UUID, list[Person | None],
    ],
    ids=str,
)  # fmt: skip
def test_server_enforces_every_kind_of_schema(
    chat: Driver, address_of: AddressOf, kind: Any
) -> None:
    """The server accepts the schema, even if the list or text then has no end."""
    options = ASK | NOT_THINKING | {"logit_bias": NO_BLANKS}
    content = _content(chat, kind, options)

    sent = {**options, "response_format": response_format_of(shape_of(kind, "it"))}
    assert _post(address_of("chat").root, sent)["choices"][0]["message"]["content"] == content


def _parsed(chat: Driver, kind: Any, options: dict[str, Any]) -> Any:
    return chat.call(lambda c: c.chat.completions.parse(response_format=kind, **options))


def _content(chat: Driver, kind: Any, options: dict[str, Any]) -> Any:
    try:
        return _parsed(chat, kind, options).content
    except AnswerError as error:
        if error.reason == "length":
            return error.text
        raise


def _post(root: str, body: dict[str, Any]) -> Any:
    """Send the same request with http.client, without our client."""
    with closing(HTTPConnection(urlsplit(root).netloc, timeout=60)) as connection:
        headers = {"content-type": "application/json"}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        answer = connection.getresponse()
        assert answer.status == 200
        return json.loads(answer.read())


@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [
        (Person, NOT_THINKING | {"max_tokens": 5}, "length"),
        (int, NOT_THINKING | {"max_tokens": 1, "logit_bias": NO_BLANKS}, "length"),
        (Person, {"max_tokens": 5}, "length"),
        # a line break must follow the end of the reasoning, but is not allowed
        (Person, {"logit_bias": NO_BLANKS}, "no_content"),
        # extra_body takes precedence, and allows any answer
        (Mood, NOT_THINKING | {"extra_body": {"response_format": {"type": "text"}}}, "mismatch"),
    ],
)
def test_error_for_an_invalid_answer_has_its_text(
    chat: Driver, kind: Any, more: dict[str, Any], reason: str
) -> None:
    with pytest.raises(AnswerError) as caught:
        _parsed(chat, kind, ASK | more)
    assert caught.value.reason == reason
    response = caught.value.response
    assert caught.value.text == (response.content or response.reasoning)


@pytest.mark.parametrize(
    ("structured", "answers"),
    [
        ({"choice": ["yes", "no"]}, {"yes", "no"}),
        ({"regex": "(red|blue)!"}, {"red!", "blue!"}),
        ({"grammar": 'root ::= "up" | "down"'}, {"up", "down"}),
        ({"json": {"enum": ["a", "b"]}, "disable_any_whitespace": True}, {'"a"', '"b"'}),
        ({"json": '{"enum": ["a", "b"]}'}, {'"a"', '"b"'}),
        ({"json_object": True}, {'{"name": "Ada", "age": 36}'}),
        (
            {"structural_tag": json.dumps({"type": "structural_tag", "format": {
                "type": "const_string", "value": "just so"}})},
            {"just so"},
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_structured_outputs(chat: Driver, structured: Any, answers: set[str]) -> None:
    options = ASK | NOT_THINKING | {"structured_outputs": structured}

    plain = chat.call(lambda client: client.chat.completions.create(**options))
    events = chat.read(lambda client: client.chat.completions.stream(**options))

    assert plain.content in answers
    streamed = "".join(e.delta for e in events if isinstance(e, StreamEvent.Content))
    assert streamed == plain.content
