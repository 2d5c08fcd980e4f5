"""Rejected requests, with vLLM's error messages."""

from collections.abc import Callable
from typing import Any

import pytest

from vllm_client.testing import ReceivedRequest, request_checks as checks
from vllm_client.testing.body_kinds import Fields, Whole
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


def test_body_must_be_an_object() -> None:
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
def test_body_that_is_not_an_object_is_rejected(
    wrong: ReceivedRequest, message: str, param: str | None
) -> None:
    refusal = refusal_of(lambda: checks.read_json(wrong))

    assert message in refusal.message
    assert (refusal.code, refusal.type, refusal.param) == (400, "Bad Request", param)


TOOL = {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize(
    ("options", "message", "param"),
    [
        ({"messages": []}, "empty conversation", None),
        ({"stream_options": {"include_usage": True}}, "when `stream=True`", "stream_options"),
        ({"top_logprobs": 1}, "`logprobs` must be set to true", "top_logprobs"),
        ({"tools": []}, "must not be an empty array", "tools"),
        ({"tool_choice": "auto"}, "`tools` must be set", "tool_choice"),
        ({"tools": [TOOL], "tool_choice": 5}, "Invalid value for `tool_choice`: 5!", "tool_choice"),
        (
            {"tools": [TOOL], "tool_choice": {"function": 5}},
            "Invalid value for `function`: `5`",
            "tool_choice.function",
        ),
        (
            {"tools": [TOOL], "tool_choice": {"function": {}}},
            "Expected field `name`",
            "tool_choice.function.name",
        ),
        (
            {"tools": [TOOL], "tool_choice": {"function": {"name": "g"}}},
            "does not match any",
            "tool_choice",
        ),
    ],
)
def test_contradictory_chat_options_are_rejected(
    options: Any, message: str, param: str | None
) -> None:
    refusal = refusal_of(lambda: checks.check_chat({"messages": MESSAGES, **options}))

    assert message in refusal.message
    assert refusal.param == param


@pytest.mark.parametrize(
    ("prompts", "message"),
    [([], "at least one prompt"), ([""], "cannot be empty"), ([[]], "empty")],
)
def test_empty_prompts_are_rejected(prompts: Any, message: str) -> None:
    assert message in refusal_of(lambda: checks.check_prompts(prompts)).message


@pytest.mark.parametrize("body", [{}, {"prompt": ""}, {"prompt": None}])
def test_completion_without_a_prompt_is_rejected(body: Any) -> None:
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
def test_tools_require_a_parser(body: Any, message: str) -> None:
    assert message in refusal_of(lambda: checks.check_tools(body, tool_parser=False)).message


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        ({"temperature": -1}, "must be non-negative, got -1.0", "temperature"),
        ({"max_tokens": 0}, "max_tokens must be at least 1, got 0", "max_tokens"),
        ({"max_output_tokens": 0}, "max_tokens must be at least 1, got 0", "max_tokens"),
        ({"n": 0}, "n must be at least 1, got 0", None),
        ({"top_p": 2}, "top_p must be in (0, 1], got 2.0", "top_p"),
        ({"logprobs": 50}, "Requested sample logprobs of 50", "logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "Requested sample logprobs of 21", "logprobs"),
        ({"max_completion_tokens": 101}, "greater than max_model_len=100", "max_completion_tokens"),
        ({"n": 16_385}, "n must be at most 16384, got 16385", None),
        ({"n": 2, "temperature": 0}, "n must be 1 when using greedy sampling", None),
        ({"stream": True, "prompt_logprobs": 1}, "not available", "prompt_logprobs"),
    ],
)
def test_number_out_of_range_is_rejected(body: Any, message: str, param: str | None) -> None:
    refusal = refusal_of(lambda: checks.check_numbers(body, 100))

    assert message in refusal.message
    assert refusal.param == param


def test_invalid_body_is_rejected() -> None:
    shape = Fields({"n": Whole()})
    refusal = refusal_of(lambda: checks.read_shape(shape, {"n": "x"}))

    assert refusal.message.startswith("1 validation error:\n  {'type': 'int_parsing'")
    assert (refusal.param, refusal.type) == ("body.n", "Bad Request")
    assert checks.read_shape(shape, {"n": "2", "more": 1}) == {"n": 2, "more": 1}


def test_prompt_that_leaves_no_room_is_rejected() -> None:
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
        lambda: checks.check_prompts([[1], [2]]),
        lambda: checks.check_chat({"messages": MESSAGES, "tools": [TOOL], "tool_choice": "none"}),
        lambda: checks.check_numbers({"n": 16_384, "max_tokens": 100, "temperature": 1}, 100),
        lambda: checks.check_prompt(99, 100),
    ],
)
def test_valid_requests_are_accepted(check: Callable[[], None]) -> None:
    check()
