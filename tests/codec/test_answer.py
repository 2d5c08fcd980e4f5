"""The base class of answers."""

import copy
import json
import pickle

import attrs
import pytest

from vllm_client.api.chat.answers import ChatCompletionResponse, Choice, Message
from vllm_client.codec.answer import Answer, Kinds, by_type, registered_in
from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.codec.usage import PromptTokensDetails, Usage
from vllm_client.errors import ParseError

RESPONSE = ChatCompletionResponse(
    [
        Choice(
            Message(
                content="日本",
                tool_calls=[ToolCall("a", function=FunctionCall("f", "{}"))],
                unknown_fields={"x": [1]},
            ),
            token_ids=[],
        )
    ],
    usage=Usage(1, 2, 3, PromptTokensDetails(multimodal_tokens={"image": 4})),
    unknown_fields={"more": None},
)


@attrs.frozen(repr=False)
class Named(Answer):
    names: list[str]


def test_answer_is_converted_back_to_json_without_nulls() -> None:
    assert RESPONSE.to_dict() == {
        "choices": [
            {
                "message": {
                    "role": "assistant",
                    "content": "日本",
                    "tool_calls": [
                        {
                            "id": "a",
                            "type": "function",
                            "function": {"name": "f", "arguments": "{}"},
                        }
                    ],
                    "x": [1],
                },
                "index": 0,
                "token_ids": [],
            }
        ],
        "object": "chat.completion",
        "usage": {
            "prompt_tokens": 1,
            "completion_tokens": 2,
            "total_tokens": 3,
            "prompt_tokens_details": {"multimodal_tokens": {"image": 4}},
        },
        "more": None,
    }


def test_json_text_keeps_unicode_and_equals_the_object() -> None:
    assert json.loads(RESPONSE.to_json()) == RESPONSE.to_dict()
    assert "日本" in RESPONSE.to_json()
    assert RESPONSE.to_json(indent=2).startswith('{\n  "choices"')


def test_answer_is_read_back_from_its_json() -> None:
    again = ChatCompletionResponse.from_json(RESPONSE.to_json())

    assert again == attrs.evolve(RESPONSE, unknown_fields={})  # a null is not kept
    assert ChatCompletionResponse.from_dict(RESPONSE.to_dict()) == again


@pytest.mark.parametrize(("text", "where"), [("{", "$"), ("[]", "$"), (b"{}", "$.names")])
def test_other_json_is_a_parse_error(text: str | bytes, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        Named.from_json(text)
    assert caught.value.where == where


def test_repr_omits_empty_fields() -> None:
    assert repr(Usage(1, 2, 3)) == "Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3)"
    assert repr(Message(content="Hi")) == "Message(role='assistant', content='Hi')"
    assert repr(Message(unknown_fields={"x": 1})) == (
        "Message(unknown_fields={'x': 1}, role='assistant')"
    )
    assert repr(Answer()) == "Answer()"


def test_answers_are_values() -> None:
    assert copy.deepcopy(RESPONSE) == RESPONSE
    assert pickle.loads(pickle.dumps(RESPONSE)) == RESPONSE
    assert Usage(1) != Usage(2)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        RESPONSE.model = "other"  # type: ignore[misc]  # that is the point


def test_unknown_fields_are_not_shared_between_answers() -> None:
    Usage().unknown_fields["x"] = 1

    assert Usage().unknown_fields == {}


@attrs.frozen(repr=False)
class Cat(Answer):
    type: str = attrs.field(default="cat", kw_only=True)


def test_classes_are_listed_by_their_type() -> None:
    assert by_type(Cat) == {"cat": Cat}


def test_class_is_registered_by_its_type_and_returned() -> None:
    kinds: Kinds = {}

    assert registered_in(kinds)(Cat) is Cat
    assert kinds == {"cat": Cat}
