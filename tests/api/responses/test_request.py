"""Test requests of the Responses API: contents of the body, and rejected options."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.recordings import load
from vllm_client.api.responses.answers import Response, ResponseFunctionToolCall
from vllm_client.api.responses.options import (
    RenderResponsesKeywords,
    ResponsesKeywords,
    ResponsesOptions,
)
from vllm_client.api.responses.request import (
    build_cancel,
    build_response,
    build_responses_render,
    build_retrieve,
    plan_response,
    plan_retrieve,
)
from vllm_client.api.responses.stream import ResponsesMachine
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.codec.decoder import structure
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.headers import Headers

GIVEN = {"input": "Hi"}

# The properties of ResponsesRequest in the OpenAPI document of vLLM 0.33.
PROPERTIES = """
    background cache_salt chat_template_kwargs ec_transfer_params enable_response_messages
    frequency_penalty ignore_eos include include_reasoning include_stop_str_in_output input
    instructions kv_transfer_params logit_bias max_output_tokens max_tool_calls media_io_kwargs
    metadata min_p mm_payload mm_processor_kwargs model parallel_tool_calls presence_penalty
    previous_input_messages previous_response_id priority prompt prompt_cache_key
    prompt_cache_options prompt_cache_retention reasoning repetition_penalty request_id
    return_mm_kwargs safety_identifier seed service_tier session_id skip_special_tokens
    spaces_between_special_tokens stop stop_token_ids store stream structured_outputs temperature
    text tool_choice tools top_k top_logprobs top_p truncation user vllm_xargs watermarking
"""

WAYS: dict[str, Callable[[Any], RequestSpec[Any]]] = {
    "plain": lambda options: build_response(SETTINGS, options),
    "stream": lambda options: plan_response(SETTINGS, options).spec,
    "render": lambda options: build_responses_render(SETTINGS, options),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def body_of(spec: RequestSpec[Any]) -> Any:
    return json.loads(spec.body)


def test_keywords_are_the_properties_of_the_schema() -> None:
    own = {"input", "stream"}
    withdrawn = {"max_tool_calls", "mm_payload", "prompt", "return_mm_kwargs"}
    assert ResponsesOptions.__optional_keys__ | own | withdrawn == set(PROPERTIES.split())
    assert not ResponsesOptions.__optional_keys__ & withdrawn
    assert ResponsesOptions.__required_keys__ == frozenset()
    added = RenderResponsesKeywords.__optional_keys__ - ResponsesKeywords.__optional_keys__
    assert added == {"mm_payload"}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"max_tool_calls": 3}, "'max_tool_calls': vLLM 0.32 does not enforce it"),
        ({"prompt": {"id": "a"}}, "'prompt': vLLM 0.32 does not support OpenAI's prompt"),
        ({"return_mm_kwargs": False}, "'return_mm_kwargs': deprecated"),
    ],
)
@each_way
def test_options_that_vllm_refuses_or_ignores_are_rejected_with_the_reason(
    way: Callable[[Any], RequestSpec[Any]], given: dict[str, Any], problem: str
) -> None:
    with pytest.raises(RequestError, match=problem):
        way({**GIVEN, **given})


def test_options_of_render_are_rejected_by_other_calls() -> None:
    given = {**GIVEN, "mm_payload": "none"}

    assert body_of(WAYS["render"](given)) == given
    for way in ("plain", "stream"):
        with pytest.raises(RequestError, match="'mm_payload': it has an effect only"):
            WAYS[way](given)


def test_body_contains_exactly_the_given_options() -> None:
    options = {"input": [], "model": "m", "temperature": 0, "instructions": None}

    assert body_of(build_response(SETTINGS, GIVEN)) == GIVEN
    assert body_of(build_response(SETTINGS, options)) == options
    assert body_of(plan_response(SETTINGS, GIVEN).spec) == {**GIVEN, "stream": True}
    assert body_of(build_responses_render(SETTINGS, GIVEN)) == GIVEN
    assert body_of(build_response(SETTINGS, {**GIVEN, "extra_body": {"input": "x", "y": 1}})) == {
        "input": "x",
        "y": 1,
    }


def test_each_request_goes_to_its_route() -> None:
    specs = [
        build_response(SETTINGS, GIVEN),
        plan_response(SETTINGS, GIVEN).spec,
        build_responses_render(SETTINGS, GIVEN),
        build_retrieve(SETTINGS, "resp_1", {}),
        build_retrieve(SETTINGS, "a/b?c", {"stream": False}),
        plan_retrieve(SETTINGS, "resp_1", {"stream": True}).spec,
        plan_retrieve(
            SETTINGS,
            "resp_1",
            {"stream": True, "starting_after": 0, "extra_query": {"x": 1}},
        ).spec,
        build_cancel(SETTINGS, "resp_1", {}),
    ]

    assert [(spec.method, spec.target) for spec in specs] == [
        ("POST", "/v1/responses"),
        ("POST", "/v1/responses"),
        ("POST", "/v1/responses/render"),
        ("GET", "/v1/responses/resp_1"),
        ("GET", "/v1/responses/a%2Fb%3Fc"),
        ("GET", "/v1/responses/resp_1?stream=true"),
        ("GET", "/v1/responses/resp_1?stream=true&starting_after=0&x=1"),
        ("POST", "/v1/responses/resp_1/cancel"),
    ]
    assert [spec.body for spec in specs[3:]] == [b""] * 5


def test_background_requests_are_not_sent_twice() -> None:
    assert build_response(SETTINGS, GIVEN).replayable
    assert plan_response(SETTINGS, {**GIVEN, "background": False}).spec.replayable
    assert build_retrieve(SETTINGS, "resp_1", {}).replayable
    assert not build_response(SETTINGS, {**GIVEN, "background": True}).replayable
    assert not plan_response(SETTINGS, {**GIVEN, "background": True}).spec.replayable
    assert not build_cancel(SETTINGS, "resp_1", {}).replayable


def test_earlier_items_are_sent_unchanged() -> None:
    earlier = structure(load("chat", "responses_tool.plain").json, Response)
    output = {"type": "function_call_output", "call_id": "c", "output": "22"}

    body = body_of(build_response(SETTINGS, {"input": [*earlier.output, output]}))

    assert body["input"] == [item.to_dict() for item in earlier.output] + [output]


@each_way
def test_arguments_of_the_caller_are_never_modified(way: Callable[[Any], Any]) -> None:
    options = {"input": [ResponseFunctionToolCall("f", "{}", "c")], "extra_body": {"x": [1]}}
    before = copy.deepcopy(options)

    way(options)

    assert options == before


@each_way
@pytest.mark.parametrize("options", [{}, {"model": "m"}, {"input": None}])
def test_request_without_input_is_rejected(way: Callable[[Any], Any], options: Any) -> None:
    with pytest.raises(RequestError, match="input: missing"):
        way(options)


@each_way
@pytest.mark.parametrize(
    ("name", "hint"),
    [("max_tokens", "max_output_tokens"), ("messages", "input=…"), ("thinking", "")],
)
def test_unknown_option_of_a_response_is_rejected(
    way: Callable[[Any], Any], name: str, hint: str
) -> None:
    problem = rf"^responses\.(create|render)\(\) has no option '{name}'"
    with pytest.raises(RequestError, match=problem) as caught:
        way({**GIVEN, name: 1})

    assert hint in caught.value.message


def test_stream_true_is_rejected_by_a_call_without_streaming() -> None:
    with pytest.raises(RequestError, match="stream is set"):
        build_response(SETTINGS, {**GIVEN, "extra_body": {"stream": True}})


@pytest.mark.parametrize("response_id", ["", ".", "..", None, 7])
def test_invalid_id_is_rejected(response_id: Any) -> None:
    for build in (build_retrieve, build_cancel, plan_retrieve):
        with pytest.raises(RequestError, match=r"response_id: .* cannot be part of a URL path"):
            build(SETTINGS, response_id, {})


def test_options_of_streams_are_rejected_without_streaming() -> None:
    with pytest.raises(RequestError, match=r"stream=False\) has no option 'starting_after'"):
        build_retrieve(SETTINGS, "resp_1", {"starting_after": 1})
    with pytest.raises(RequestError, match="has no option 'startingafter'"):
        plan_retrieve(SETTINGS, "resp_1", {"startingafter": 1})
    with pytest.raises(RequestError, match="has no option 'stream'"):
        build_cancel(SETTINGS, "resp_1", {"stream": True})
    with pytest.raises(RequestError, match="extra_query: expected a mapping"):
        plan_retrieve(SETTINGS, "resp_1", {"extra_query": [1]})


def test_answers_are_decoded() -> None:
    recording = load("chat", "responses.plain")
    reply = HttpResponse(200, Headers(recording.headers.items()), recording.body)

    response = build_response(SETTINGS, GIVEN).read(reply)
    assert response == structure(recording.json, Response)
    assert build_retrieve(SETTINGS, "resp_1", {}).read(reply) == response
    assert build_cancel(SETTINGS, "resp_1", {}).read(reply) == response
    rendered = build_responses_render(SETTINGS, GIVEN).read(
        HttpResponse(200, Headers(), b'{"token_ids":[1]}')
    )
    assert rendered.token_ids == [1]
    with pytest.raises(ParseError):
        build_response(SETTINGS, GIVEN).read(HttpResponse(200, Headers(), b"{}"))


def test_each_attempt_of_a_stream_has_its_own_state_machine() -> None:
    for plan in (plan_response(SETTINGS, GIVEN), plan_retrieve(SETTINGS, "resp_1", {})):
        machine = plan.machine()
        assert isinstance(machine, ResponsesMachine)
        assert machine is not plan.machine()
