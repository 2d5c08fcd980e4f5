"""What the simulated server refuses, in vLLM's words."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from vllm_client.testing import ReceivedRequest, request_checks as checks
from vllm_client.testing.request_checks import Refusal

MESSAGES = [{"role": "user", "content": "Hi"}]


def request(body: bytes = b"{}", **changed: Any) -> ReceivedRequest:
    fields: dict[str, Any] = {
        "query": {},
        "headers": {"content-type": "application/json; charset=utf-8"},
    }
    return ReceivedRequest("POST", "/", body=body, connection=1, **{**fields, **changed})


def refusal_of(check: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check()
    return caught.value


def test_the_body_is_an_object() -> None:
    assert checks.read_json(request(b'{"n": 1}')) == {"n": 1}


@pytest.mark.parametrize(
    ("wrong", "message", "param"),
    [
        (request(headers={}), "Only 'application/json' is allowed", None),
        (request(headers={"content-type": "text/plain"}), "Unsupported Media Type", None),
        (request(b'{"a": }'), "JSON decode error", "body.6"),
        (request(b"\xff"), "There was an error parsing the body", None),
        (request(b"[]"), "Input should be a valid dictionary", "body"),
    ],
)
def test_a_body_that_is_no_object_is_refused(
    wrong: ReceivedRequest, message: str, param: str | None
) -> None:
    refusal = refusal_of(lambda: checks.read_json(wrong))

    assert message in refusal.message
    assert (refusal.code, refusal.type, refusal.param) == (400, "Bad Request", param)


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        ({}, "Field required", "body.messages"),
        ({"messages": "Hi"}, "Input should be a valid list", "body.messages"),
        ({"messages": [*MESSAGES, 7]}, "valid dictionary", "body.messages.1"),
        ({"messages": []}, "empty conversation", None),
    ],
)
def test_what_is_no_chat_is_refused(body: Any, message: str, param: str | None) -> None:
    refusal = refusal_of(lambda: checks.check_chat(body))

    assert message in refusal.message
    assert refusal.param == param


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": None}])
def test_a_completion_without_a_prompt_is_refused(body: Any) -> None:
    assert "non-empty" in refusal_of(lambda: checks.check_completion(body)).message


def test_an_unknown_model_is_not_found() -> None:
    refusal = refusal_of(lambda: checks.check_model({"model": "b"}, ["a", "c"]))

    assert refusal.message == "The model `b` does not exist. Valid aliases: a, c."
    assert (refusal.param, refusal.code, refusal.type) == ("model", 404, None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"tools": [{}]}, '"auto" tool choice requires'),
        ({"tool_choice": "auto"}, '"auto" tool choice requires'),
        ({"tool_choice": "required"}, 'tool_choice="required" requires'),
    ],
)
def test_tools_need_a_parser(body: Any, message: str) -> None:
    assert message in refusal_of(lambda: checks.check_tools(body, tool_parser=False)).message


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        ({"temperature": -1}, "must be non-negative, got -1.0", "temperature"),
        ({"max_tokens": 0}, "max_tokens must be at least 1, got 0", "max_tokens"),
        ({"max_completion_tokens": 101}, "greater than max_model_len=100", "max_completion_tokens"),
        ({"n": 16_385}, "n must be at most 16384, got 16385", None),
        ({"n": 2, "temperature": 0}, "n must be 1 when using greedy sampling", None),
        ({"stream": True, "prompt_logprobs": 1}, "not available", "prompt_logprobs"),
    ],
)
def test_a_number_out_of_range_is_refused(body: Any, message: str, param: str | None) -> None:
    refusal = refusal_of(lambda: checks.check_numbers(body, 100))

    assert message in refusal.message
    assert refusal.param == param


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"n": "2"}, "int_type"),
        ({"stream": 1}, "bool_type"),
        ({"stop": 7}, "list_type"),
        ({"stream_options": []}, "dict_type"),
    ],
)
def test_a_field_of_another_type_is_refused(body: Any, kind: str) -> None:
    refusal = refusal_of(lambda: checks.check_types(body))

    assert kind in refusal.message
    assert refusal.param == f"body.{next(iter(body))}"


def test_a_prompt_that_fills_the_model_is_refused() -> None:
    refusal = refusal_of(lambda: checks.check_prompt(100, 100))

    assert "maximum context length is 100 tokens" in refusal.message
    assert refusal.param == "input_tokens"


@pytest.mark.parametrize(
    "check",
    [
        lambda: checks.check_chat({"messages": MESSAGES}),
        lambda: checks.check_completion({"prompt": "Hi"}),
        lambda: checks.check_model({"model": "a"}, ["a"]),
        lambda: checks.check_model({}, ["a"]),
        lambda: checks.check_model({"model": "any"}, None),
        lambda: checks.check_tools({"tools": [{}]}, tool_parser=True),
        lambda: checks.check_tools({"tools": [{}], "tool_choice": "none"}, tool_parser=False),
        lambda: checks.check_tools({"tool_choice": {"type": "function"}}, tool_parser=False),
        lambda: checks.check_types({"n": 1, "stop": "x", "temperature": None}),
        lambda: checks.check_numbers({"n": 16_384, "max_tokens": 100, "temperature": 1}, 100),
        lambda: checks.check_prompt(99, 100),
    ],
)
def test_what_is_right_is_not_refused(check: Callable[[], None]) -> None:
    check()


@pytest.mark.parametrize(("query", "level"), [({}, 1), ({"level": "0"}, 0), ({"level": "2"}, 2)])
def test_the_level_of_sleep(query: Mapping[str, str], level: int) -> None:
    assert checks.sleep_level(request(query=query)) == level


def test_sleep_has_no_third_level() -> None:
    refusal = refusal_of(lambda: checks.sleep_level(request(query={"level": "3"})))

    assert "less than or equal to 2" in refusal.message
    assert refusal.param == "query.level"
