"""Test requests for generation from token ids."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.recordings import load
from vllm_client.api.inference.options import (
    SET_BY_ENGINE,
    WITHDRAWN_SAMPLING_PARAMS,
    GenerateKeywords,
    GenerateOptions,
    SamplingParams,
)
from vllm_client.api.inference.request import ABORT_REQUESTS, build_generate, plan_generate_chunks
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import RequestError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers
from vllm_client.http.timeouts import Timeout

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))
ASKED: dict[str, Any] = {"token_ids": [1, 2, 3], "sampling_params": {"max_tokens": 5}}

# From /openapi.json of vLLM 0.32 with --enable-scale-out.
REQUEST_FIELDS = [
    "request_id",
    "token_ids",
    "token_offsets",
    "features",
    "content_parts",
    "sampling_params",
    "model",
    "reasoning_ended",
    "reasoning_parser_kwargs",
    "return_token_ids",
    "output_mode",
    "parse_context",
    "stream",
    "stream_options",
    "cache_salt",
    "priority",
    "kv_transfer_params",
    "ec_transfer_params",
]
SAMPLING_FIELDS = [
    "n",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "temperature",
    "watermarking",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "stop",
    "stop_token_ids",
    "ignore_eos",
    "max_tokens",
    "min_tokens",
    "logprobs",
    "prompt_logprobs",
    "prompt_logprob_token_ids",
    "prompt_logprob_start",
    "logprob_token_ids",
    "flat_logprobs",
    "detokenize",
    "skip_special_tokens",
    "spaces_between_special_tokens",
    "include_stop_str_in_output",
    "output_kind",
    "stream_interval",
    "skip_clone",
    "output_text_buffer_length",
    "structured_outputs",
    "logit_bias",
    "allowed_token_ids",
    "extra_args",
    "bad_words",
    "skip_reading_prefix_cache",
    "thinking_token_budget",
    "repetition_detection",
    "routed_experts_prompt_start",
    "trace_decode_token_ids",
]


def body(spec: RequestSpec[Any]) -> Any:
    return json.loads(spec.body)


def test_every_field_of_the_request_is_typed() -> None:
    named = {"token_ids", "sampling_params", "stream"}

    assert GenerateOptions.__optional_keys__ | named == set(REQUEST_FIELDS)
    assert set(REQUEST_FIELDS) - named < GenerateKeywords.__optional_keys__
    offered = SamplingParams.__optional_keys__
    assert offered | SET_BY_ENGINE | WITHDRAWN_SAMPLING_PARAMS.keys() == set(SAMPLING_FIELDS)
    assert not offered & (SET_BY_ENGINE | WITHDRAWN_SAMPLING_PARAMS.keys())


def test_sampling_params_without_effect_are_rejected_with_the_reason() -> None:
    given = {**ASKED, "sampling_params": {"flat_logprobs": True}}

    with pytest.raises(
        RequestError, match="sampling_params has no option 'flat_logprobs': it only"
    ):
        build_generate(SETTINGS, given)


@pytest.mark.parametrize("name", ["chat_render", "chat_render_all"])
def test_sampling_params_of_a_recorded_rendering_are_sent_unchanged(name: str) -> None:
    given = {**ASKED, "sampling_params": load("chat-scale-out", name).json["sampling_params"]}

    assert {"output_kind", "skip_clone"} < given["sampling_params"].keys()
    assert body(build_generate(SETTINGS, given)) == given


def test_only_given_options_are_sent_to_the_server_root() -> None:
    spec = build_generate(BELOW, {**ASKED, "timeout": 5, "extra_query": {"a": 1}})

    assert (spec.method, spec.target) == ("POST", "/llm/inference/v1/generate?a=1")
    assert body(spec) == ASKED
    assert spec.timeout == Timeout(total=5)
    assert spec.replayable


def test_rendered_request_is_accepted_unchanged() -> None:
    rendered = {
        **ASKED,
        "request_id": "chatcmpl-7",
        "model": "tiny",
        "features": {
            "mm_hashes": {"image": ["abc"]},
            "mm_placeholders": {"image": [{"offset": 0, "length": 2}]},
            "kwargs_data": {"image": [None]},
        },
        "kv_transfer_params": {"do_remote_decode": True},
        "stream": False,
    }
    spec = build_generate(SETTINGS, rendered)

    assert body(spec) == rendered
    assert spec.request_id == "chatcmpl-7"


def test_extra_body_overrides_and_may_contain_any_field() -> None:
    extra = {"sampling_params": {"of_a_plugin": 1}, "new": True}
    spec = build_generate(SETTINGS, {**ASKED, "extra_body": extra})

    assert body(spec) == {"token_ids": [1, 2, 3], **extra}


def test_stream_ends_when_every_choice_has_ended() -> None:
    plan = plan_generate_chunks(SETTINGS, {**ASKED, "sampling_params": {"n": 2}})
    machine = plan.machine()
    machine.receive(['{"choices": [{"index": 0, "token_ids": [1], "finish_reason": "stop"}]}'])
    machine.end()

    assert body(plan.spec)["stream"] is True
    assert machine.error is not None
    assert "before every choice had its finish_reason" in str(machine.error)


@pytest.mark.parametrize("build", [build_generate, plan_generate_chunks])
@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"token_ids": [1]}, "sampling_params: missing"),
        ({"sampling_params": {}}, "token_ids: missing"),
        ({**ASKED, "tokens_ids": [1]}, "has no option 'tokens_ids'; did you mean token_ids?"),
        ({**ASKED, "temperature": 0}, "inference.generate() has no option 'temperature'"),
        ({**ASKED, "sampling_params": {"temprature": 0}}, "sampling_params has no option 'temp"),
        ({**ASKED, "thinking": False}, "inference.generate() has no option 'thinking'"),
        ({**ASKED, "extra_body": 5}, "extra_body: expected a mapping"),
    ],
)
def test_options_that_vllm_would_refuse_or_ignore_are_rejected(
    build: Callable[..., Any], options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(RequestError) as caught:
        build(SETTINGS, options)

    assert problem in str(caught.value)


@pytest.mark.parametrize("params", ["x", [1], {"n": "2"}], ids=repr)
def test_values_that_only_the_server_can_check_are_sent(params: Any) -> None:
    plan = plan_generate_chunks(SETTINGS, {**ASKED, "extra_body": {"sampling_params": params}})

    assert body(plan.spec)["sampling_params"] == params
    assert plan.machine().begun is False


def test_stream_true_is_rejected_without_streaming() -> None:
    with pytest.raises(RequestError, match="stream is set"):
        build_generate(SETTINGS, {**ASKED, "extra_body": {"stream": True}})


@pytest.mark.parametrize("ids", [["a"], ("a",), "a", iter(["a"])], ids=repr)
def test_abort_sends_request_ids_and_is_never_repeated(ids: Any) -> None:
    spec = ABORT_REQUESTS(BELOW, {"request_ids": ids, "extra_body": {"new": 1}})

    assert (spec.method, spec.target) == ("POST", "/llm/inference/v1/abort_requests")
    assert body(spec) == {"request_ids": ["a"], "new": 1}
    assert not spec.replayable
    assert spec.read(HttpResponse(200, Headers(), b"")) is None


def test_abort_accepts_only_call_options() -> None:
    with pytest.raises(RequestError, match=r"inference.abort_requests\(\) has no option 'tiemout'"):
        ABORT_REQUESTS(SETTINGS, {"request_ids": ["a"], "tiemout": 5})
