"""Test parsed chat answers: the request, and each kind of invalid answer."""

import dataclasses
import json
import pickle
from typing import Any, Literal

import attrs
import pytest

from tests.helpers.decoding import SETTINGS
from vllm_client.api.chat.answers import ChatCompletionResponse
from vllm_client.api.chat.parse import ParsedChatCompletion, build_parsed_chat
from vllm_client.call.response import HttpResponse
from vllm_client.errors import AnswerError, ParseError, RequestError
from vllm_client.http.headers import Headers

OPTIONS = {"messages": [{"role": "user", "content": "Give me JSON"}], "temperature": 0}


@attrs.frozen
class Person:
    name: str
    age: int


ADA = '{"name": "Ada", "age": 36}'


def answered(kind: Any, *messages: dict[str, Any], finish_reason: str = "stop") -> Any:
    choices = [
        {"index": number, "message": message, "finish_reason": finish_reason}
        for number, message in enumerate(messages)
    ]
    body = json.dumps({"id": "chatcmpl-1", "choices": choices, "new": 1}).encode()
    spec = build_parsed_chat(SETTINGS, kind, OPTIONS)
    return spec.read(HttpResponse(200, Headers([("content-type", "application/json")]), body))


def refused(kind: Any, message: dict[str, Any], finish_reason: str = "stop") -> AnswerError:
    with pytest.raises(AnswerError) as caught:
        answered(kind, message, finish_reason=finish_reason)
    return caught.value


def test_schema_is_sent_with_the_options() -> None:
    spec = build_parsed_chat(SETTINGS, Person, OPTIONS)

    assert json.loads(spec.body) == {
        **OPTIONS,
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": "Person",
                "schema": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
                    "required": ["name", "age"],
                    "additionalProperties": False,
                },
                "strict": True,
            },
        },
    }


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (int | None, "int_None"),
        (Literal["…", "a"], "typing_Literal_a"),
        (dict[str, dict[str, dict[str, dict[str, dict[str, dict[str, int]]]]]], None),
    ],
)
def test_schema_name_has_only_characters_that_servers_accept(kind: Any, name: str | None) -> None:
    body = json.loads(build_parsed_chat(SETTINGS, kind, OPTIONS).body)
    sent = body["response_format"]["json_schema"]["name"]

    assert len(sent) <= 64
    assert name is None or sent == name


def test_parsed_answer_also_has_all_fields_of_a_plain_answer() -> None:
    answer = answered(Person, {"content": f"\n\n{ADA}", "reasoning": "Hm."})

    assert answer.parsed == Person("Ada", 36)
    assert isinstance(answer, ChatCompletionResponse)
    assert (answer.reasoning, answer.id, answer.unknown_fields) == ("Hm.", "chatcmpl-1", {"new": 1})
    assert set(answer.to_dict()) == {"id", "object", "choices", "new"}
    assert pickle.loads(pickle.dumps(answer)) == answer


def test_each_choice_is_an_instance() -> None:
    answer = answered(list[int], {"content": "[1]"}, {"content": "[]"})

    assert answer.all_parsed == [[1], []]
    assert answer.parsed == [1]


def test_complete_answer_at_the_token_limit_is_parsed() -> None:
    assert answered(Person, {"content": ADA}, finish_reason="length").parsed == Person("Ada", 36)


def test_integers_of_any_size_are_kept() -> None:
    assert answered(int, {"content": str(10**30)}).parsed == 10**30


@pytest.mark.parametrize(
    ("kind", "message", "finish_reason", "reason", "text"),
    [
        (Person, {"content": None, "refusal": "I will not."}, "stop", "refused", "I will not."),
        (Person, {"content": ADA}, "content_filter", "refused", ADA),
        (Person, {"content": ADA[:9]}, "length", "length", ADA[:9]),
        (Person, {"content": None, "reasoning": "Hm"}, "length", "length", "Hm"),
        (int, {"content": "12"}, "length", "length", "12"),
        (Person, {"content": None, "reasoning": "Hm"}, "stop", "no_content", "Hm"),
        (Person, {"content": "\n\n"}, "stop", "no_content", "\n\n"),
        (Person, {"content": ADA[:9]}, "stop", "mismatch", ADA[:9]),
        (Person, {"content": "[" * 100_000}, "stop", "mismatch", "[" * 100_000),
        (Person, {"content": '{"name": "Ada"}'}, "length", "mismatch", '{"name": "Ada"}'),
    ],
)
def test_invalid_answer_is_an_error_with_its_text(
    kind: Any, message: dict[str, Any], finish_reason: str, reason: str, text: str
) -> None:
    error = refused(kind, message, finish_reason)

    assert (error.reason, error.text) == (reason, text)
    assert error.response.finish_reason == finish_reason
    assert isinstance(error, ParseError)


def test_call_instead_of_an_answer_is_an_error() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}

    error = refused(Person, {"content": None, "tool_calls": [call]}, "tool_calls")

    assert error.reason == "tool_calls"
    assert error.response.tool_calls[0].function.name == "f"


def test_error_of_a_mismatched_answer_names_the_path() -> None:
    error = refused(Person, {"content": '{"name": "Ada", "age": "36"}'})

    assert error.message == "the answer does not match Person: $.age: expected int, got '36'"
    assert error.where == "$.age"


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "content",
    [
        f"```json\n{ADA}\n```",
        f"```\n{ADA}\n```\n",
        f"\n```JSON\n{ADA}\n```",
        f"``` json {ADA} ```",
        f"Here is the `Person`:\n\n```json\n{ADA}\n```\nI hope it helps.",
        f"```json\n{ADA}\n",
        '```json\n{"name": "```Ada```", "age": 36}\n```',
        f"~~~json\n{ADA}\n~~~",
        f"````json\n{ADA}\n````\nI hope it helps.",
        f"~~~~\n{ADA}\n~~~~~~",
        '````json\n{"name": "```Ada```", "age": 36}\n````',
    ],
)
def test_json_in_one_markdown_fence_is_parsed(content: str) -> None:
    assert answered(Person, {"content": content}).parsed.age == 36


@pytest.mark.parametrize(
    "content",
    [
        f"```json\n{ADA}\n```\n```json\n{ADA}\n```",
        f"```json\n{ADA}\n```\nor\n```\n{ADA}\n```",
        f"```python\n{ADA}\n```",
        f"~~~python\n{ADA}\n~~~",
        f"~~\n{ADA}\n~~",
        f"Here it is: {ADA}",
        "```json\n```",
        "```",
    ],
)
def test_other_text_around_json_is_a_mismatch(content: str) -> None:
    error = refused(Person, {"content": content})

    assert error.reason == "mismatch"
    assert error.text == content


def test_truncated_fence_is_a_truncated_answer() -> None:
    assert refused(Person, {"content": f"```json\n{ADA[:9]}"}, "length").reason == "length"


def test_closing_tag_without_an_opening_one_ends_the_reasoning() -> None:
    response = answered(Person, {"content": f"So it is.</think>\n```json\n{ADA}\n```"})

    assert response.parsed.age == 36
    assert response.reasoning == "So it is."


@dataclasses.dataclass
class Grumpy:
    name: str

    def __post_init__(self) -> None:
        raise Speechless


def test_class_whose_error_has_no_message_is_a_mismatch() -> None:
    error = refused(Grumpy, {"content": '{"name": "Ada"}'})

    assert (error.reason, error.message) == (
        "mismatch",
        "the answer does not match Grumpy: $: Speechless",
    )


def test_an_answer_without_choices_is_an_error() -> None:
    with pytest.raises(ParseError, match=r"^\$\.choices: expected 1 results, got 0$") as caught:
        answered(Person)

    assert caught.value.partial.id == "chatcmpl-1"


@pytest.mark.parametrize("kind", [complex, {"type": "json_object"}, None.__class__.__class__])
def test_type_without_a_schema_is_rejected_before_sending(kind: Any) -> None:
    with pytest.raises(RequestError, match="response_format: there is no JSON schema for "):
        build_parsed_chat(SETTINGS, kind, OPTIONS)


def test_options_are_checked_as_for_the_plain_call() -> None:
    with pytest.raises(RequestError, match="did you mean temperature"):
        build_parsed_chat(SETTINGS, Person, {**OPTIONS, "temprature": 0})
    with pytest.raises(RequestError, match="stream is set"):
        build_parsed_chat(SETTINGS, Person, {**OPTIONS, "stream": True})


def test_the_class_is_generic() -> None:
    assert ParsedChatCompletion[Person].__origin__ is ParsedChatCompletion  # type: ignore[attr-defined]
