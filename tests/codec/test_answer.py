"""The base class of answers."""

import copy
import json
import pickle

import attrs
import pytest

from vllm_client.api.chat.answers import ChatCompletionResponse, Choice, Message
from vllm_client.codec.answer import (
    EARLIER_NAME,
    Answer,
    Kinds,
    by_type,
    earlier_names,
    json_fields,
    registered_in,
    with_new_names,
)
from vllm_client.codec.tool_call import FunctionCall, ToolCall
from vllm_client.codec.usage import PromptTokensDetails, Usage

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
class Sized(Answer):
    _name: str
    size: int = attrs.field(default=0, metadata={EARLIER_NAME: "length"})


def test_fields_are_found_by_their_json_names() -> None:
    fields = json_fields(Sized)

    assert {name: field.name for name, field in fields.items()} == {"name": "_name", "size": "size"}
    assert earlier_names(Sized) == {"length": "size"}


@pytest.mark.parametrize(
    ("value", "renamed"),
    [
        ({"name": "a"}, {"name": "a"}),
        ({"length": 1}, {"size": 1}),
        ({"length": 1, "size": 2}, {"size": 2}),
        ({"length": 1, "size": 0}, {"size": 1}),
        ({"length": None, "size": 2}, {"length": None, "size": 2}),
    ],
)
def test_earlier_names_of_keys_are_replaced(
    value: dict[str, object], renamed: dict[str, object]
) -> None:
    before = dict(value)

    assert with_new_names(value, {"length": "size"}) == renamed
    assert value == before


@attrs.frozen(repr=False)
class Cat(Answer):
    type: str = attrs.field(default="cat", kw_only=True)


def test_classes_are_listed_by_their_type() -> None:
    assert by_type(Cat) == {"cat": Cat}


def test_class_is_registered_by_its_type_and_returned() -> None:
    kinds: Kinds = {}

    assert registered_in(kinds)(Cat) is Cat
    assert kinds == {"cat": Cat}
