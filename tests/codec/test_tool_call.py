"""Tool calls in answers."""

import pytest

from vllm_client.codec.tool_call import FunctionCall, ToolCall, new_call_id
from vllm_client.errors import ParseError


def test_arguments_are_text_and_are_parsed_to_an_object() -> None:
    call = FunctionCall("weather", '{"in": "東京", "days": [1, 2]}')

    assert call.parse() == {"in": "東京", "days": [1, 2]}


@pytest.mark.parametrize("arguments", ["{", '{"a": 1', "{a: 1}", "[" * 100_000, "\ud800"])
def test_arguments_that_are_not_json_are_a_parse_error(arguments: str) -> None:
    with pytest.raises(ParseError, match=r"^the arguments of f\(\) are not JSON") as caught:
        FunctionCall("f", arguments).parse()

    assert caught.value.body[:1] == arguments[:1]
    assert len(caught.value.body) < 5_000


def test_call_without_an_id_gets_a_new_one() -> None:
    first, second = (ToolCall(function=FunctionCall("f", "{}")) for _ in range(2))

    assert first.id != second.id
    assert first.id.startswith("call_")
    assert new_call_id() != new_call_id()


def test_call_is_sent_back_without_unknown_fields() -> None:
    function = FunctionCall("f", '{"a": 1}', unknown_fields={"x": 1})
    call = ToolCall("a", function=function, unknown_fields={"index": 0})

    assert call.as_input() == {
        "id": "a",
        "type": "function",
        "function": {"name": "f", "arguments": '{"a": 1}'},
    }
