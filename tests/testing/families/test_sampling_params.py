"""Sampling parameters, in the format of the render routes."""

from typing import Any

import pytest

from vllm_client.testing.families.sampling_params import sampling_params


def told(**options: Any) -> dict[str, Any]:
    return sampling_params(options, None, parsed=False)


def test_defaults_are_omitted() -> None:
    assert list(told(temperature=0)) == [
        "presence_penalty",
        "frequency_penalty",
        "repetition_penalty",
        "temperature",
        "stop",
        "stop_token_ids",
        "output_kind",
        "skip_clone",
        "bad_words",
        "skip_reading_prefix_cache",
    ]


@pytest.mark.parametrize("name", ["top_p", "min_p", "top_k"])
def test_temperature_0_omits_the_other_sampling_parameters(name: str) -> None:
    assert told(temperature=0, **{name: 5}).get(name) is None
    assert told(temperature=0.5, **{name: 5})[name] == 5


def test_default_max_tokens_is_omitted() -> None:
    limits = [sampling_params({}, most, parsed=False).get("max_tokens") for most in (16, 17)]
    assert limits == [None, 17]


@pytest.mark.parametrize(
    ("options", "logprobs"),
    [
        ({"logprobs": True}, 0),
        ({"logprobs": True, "top_logprobs": 3}, 3),
        ({"logprobs": False, "top_logprobs": 3}, None),
        ({"logprobs": 2}, 2),
    ],
)
def test_logprobs_are_converted_to_a_number(options: dict[str, Any], logprobs: int | None) -> None:
    assert told(**options).get("logprobs") == logprobs


def test_echo_requests_prompt_logprobs() -> None:
    params = told(logprobs=2, echo=True)
    assert (params["prompt_logprobs"], params["skip_reading_prefix_cache"]) == (2, True)


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        ({"structured_outputs": {"choice": ["a"]}}, "choice", ["a"]),
        ({"response_format": {"type": "json_object"}}, "json_object", True),
        (
            {"response_format": {"json_schema": {"schema": {"type": "object"}}}},
            "json",
            {"type": "object"},
        ),
    ],
)
def test_constraints_become_structured_outputs(
    options: dict[str, Any], name: str, value: Any
) -> None:
    outputs = told(**options)["structured_outputs"]
    assert {key: item for key, item in outputs.items() if item} == {name: value}


def test_named_tool_is_the_only_allowed_one() -> None:
    tools = [{"type": "function", "function": {"name": name}} for name in "fg"]
    named = {"type": "function", "function": {"name": "g"}}
    tag = told(tools=tools, tool_choice=named)["structured_outputs"]["structural_tag"]
    assert ('\\"g\\"' in tag, '\\"f\\"' in tag) == (True, False)
