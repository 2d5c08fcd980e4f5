"""JSON in a fence, and reasoning whose opening tag stood in the prompt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pydantic
import pytest

from tests.facades.dialogue import stream
from vllm_client import ParseError, Thinking, user
from vllm_client.testing import Reply, SimulatedVllm


@dataclass
class Sum:
    total: int


class Note(pydantic.BaseModel):
    text: str


def parse(client: Any, kind: Any, **options: Any) -> Any:
    answer = client.chat.completions.parse(messages=[user("hi")], response_format=kind, **options)
    return answer.parsed


@pytest.mark.parametrize(
    "text",
    [
        '```JSON\n{"total": 1}\n```',
        '\n\n  ```json\r\n{"total": 1}\r\n```  \n',
        '```json\n\n{\n  "total": 1\n}\n\n```',
        '<think>Hm.</think>\n```json\n{"total": 1}\n```',
        'Hm.</think>\n```\n{"total": 1}\n```',
    ],
)
def test_whole_answer_in_one_fence_is_parsed(client: Any, server: SimulatedVllm, text: str) -> None:
    server.reply(text)
    assert parse(client, Sum, thinking=True) == Sum(1)


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"total": 1}\n```\n```json\n{"total": 2}\n```',
        '```python\n{"total": 1}\n```',
        '```json\n{"total": 1',
    ],
)
def test_anything_but_one_fence_is_a_parse_error(
    client: Any, server: SimulatedVllm, text: str
) -> None:
    server.reply(text)
    with pytest.raises(ParseError):
        parse(client, Sum)


def test_fence_within_a_json_string_stays(client: Any, server: SimulatedVllm) -> None:
    server.reply('{"text": "```json\\n{}\\n```"}', '```json\n{"text": "```"}\n```')
    assert parse(client, Note).text == "```json\n{}\n```"
    assert parse(client, Note).text == "```"


def test_create_leaves_the_fence_in_the_content(client: Any, server: SimulatedVllm) -> None:
    text = '```json\n{"total": 1}\n```'
    server.reply(text)
    assert client.chat.completions.create(messages=[user("hi")]).content == text


@pytest.fixture
def raw_thoughts() -> Any:
    with SimulatedVllm(reasoning_parser=False) as server:
        yield server


def test_lone_closing_tag_of_each_choice_ends_its_reasoning(
    facade: Any, raw_thoughts: SimulatedVllm
) -> None:
    raw_thoughts.reply("One.\n</think>\n\nYes.")
    client = facade.client(raw_thoughts.base_url)
    answer = client.chat.completions.create(messages=[user("hi")], n=2)
    for choice in answer.choices:
        assert choice.message.content.strip() == "Yes."
        assert "One." in choice.message.reasoning


def test_lone_closing_tag_in_a_stream_is_text_unless_the_prompt_opened_it(
    facade: Any, raw_thoughts: SimulatedVllm
) -> None:
    pieces = ["So", " it is.", "</th", "ink>", "Yes."]
    raw_thoughts.reply(*[Reply(pieces)] * 2)
    client = facade.client(raw_thoughts.base_url)
    with stream(client) as reading:
        response = reading.response()
        assert response.content == "So it is.</think>Yes."
        assert not response.reasoning
    with stream(client, thinking=Thinking(opened=True)) as reading:
        response = reading.response()
        assert (response.reasoning, response.content) == ("So it is.", "Yes.")


def test_tags_are_not_taken_apart_where_thinking_is_off(
    facade: Any, raw_thoughts: SimulatedVllm
) -> None:
    raw_thoughts.reply("So.</think>Yes.")
    client = facade.client(raw_thoughts.base_url, thinking=False)
    answer = client.chat.completions.create(messages=[user("hi")])
    assert answer.content == "So.</think>Yes."
    assert not answer.reasoning


def test_second_tag_in_the_text_is_text(facade: Any, raw_thoughts: SimulatedVllm) -> None:
    raw_thoughts.reply("<think>a</think>Write `</think>` to end.")
    answer = facade.client(raw_thoughts.base_url).chat.completions.create(messages=[user("hi")])
    assert answer.reasoning == "a"
    assert answer.content == "Write `</think>` to end."
