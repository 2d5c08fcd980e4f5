"""Structured outputs, with the field name of each version."""

import json
from typing import Any, TypedDict

import pytest

from tests.live.dialogues import DIALOGUES, HELLO
from tests.live.drivers import Driver

ASK_JSON = next(dialogue for dialogue in DIALOGUES if dialogue.name == "json")


class Person(TypedDict):
    """A person."""

    name: str
    age: int


SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}


@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"choice": ["yes", "no", "Hello!"]}, "Hello!"),
        ({"regex": "Hello[a-zA-Z?! ]{3,20}"}, "Hello! How can I help you"),
    ],
    ids=["choice", "regex"],
)
def test_answer_has_the_requested_form(
    chat: Driver, wanted: dict[str, Any], expected: str, streamed: bool
) -> None:
    options = HELLO.options(thinking=False) | {"structured_outputs": wanted}
    if streamed:
        answer = chat.hear(lambda client: client.chat.completions.stream(**options)).response
    else:
        answer = chat.call(lambda client: client.chat.completions.create(**options))

    assert answer.content == expected


@pytest.mark.parametrize(
    "form",
    [
        {"structured_outputs": {"json": SCHEMA}},
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "person", "schema": SCHEMA},
            }
        },
    ],
    ids=["structured_outputs", "response_format"],
)
def test_json_fits_the_schema(chat: Driver, form: dict[str, Any]) -> None:
    options = ASK_JSON.options(thinking=False) | form
    answer = chat.call(lambda client: client.chat.completions.create(**options))

    assert json.loads(answer.content) == {"name": "Ada", "age": 36}


def test_an_answer_is_parsed(chat: Driver) -> None:
    options = ASK_JSON.options(thinking=False) | {"response_format": Person}
    answer = chat.call(lambda client: client.chat.completions.parse(**options))

    assert answer.parsed == {"name": "Ada", "age": 36}
