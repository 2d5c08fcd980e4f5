"""Test rendering: requests, and recorded answers."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply, without_nulls
from tests.recordings import Recording, all_recordings, load
from vllm_client.api.render.answers import MultiModalFeatures, PlaceholderRange, RenderedRequest
from vllm_client.api.render.render import build_render_chat, build_render_completion
from vllm_client.call.response import HttpResponse
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.headers import Headers

HI = [{"role": "user", "content": "Hi"}]
RENDERED = all_recordings("chat-scale-out/*_render*")


def test_chat_has_the_same_body_as_for_its_answer() -> None:
    options = {"messages": HI, "model": "m", "return_token_offsets": True, "stream": True}
    spec = build_render_chat(SETTINGS, options)

    assert (spec.method, spec.path) == ("POST", "/v1/chat/completions/render")
    assert json.loads(spec.body) == options
    assert json.loads(build_render_chat(SETTINGS, {"messages": iter(HI)}).body)["messages"] == HI


def test_prompts_have_the_same_body_as_for_their_answers() -> None:
    options = {"prompt": ["a", "b"], "max_tokens": 5}
    spec = build_render_completion(SETTINGS, options)

    assert (spec.method, spec.path) == ("POST", "/v1/completions/render")
    assert json.loads(spec.body) == options


def test_options_of_render_are_sent_and_the_deprecated_one_is_rejected() -> None:
    given = {"return_token_offsets": True, "mm_payload": "none"}
    chat, text = {"messages": HI, **given}, {"prompt": "a", **given}

    assert json.loads(build_render_chat(SETTINGS, chat).body) == chat
    assert json.loads(build_render_completion(SETTINGS, text).body) == text
    with pytest.raises(RequestError, match=r"chat.completions.render\(\) .*: deprecated"):
        build_render_chat(SETTINGS, {**chat, "return_mm_kwargs": False})
    with pytest.raises(RequestError, match=r"^completions.render\(\) .*: deprecated"):
        build_render_completion(SETTINGS, {**text, "return_mm_kwargs": False})


@pytest.mark.parametrize("recording", RENDERED, ids=str)
def test_recorded_requests_are_decoded_completely_and_round_trip(recording: Recording) -> None:
    options = {"extra_body": recording.request}
    answer = HttpResponse(200, Headers(), recording.body)
    if recording.path.startswith("/v1/chat"):
        read, raw = [build_render_chat(SETTINGS, options).read(answer)], [recording.json]
    else:
        read, raw = build_render_completion(SETTINGS, options).read(answer), recording.json

    for request, expected in zip(read, raw, strict=True):
        assert isinstance(request, RenderedRequest)
        assert request.unknown_fields == {}
        assert without_nulls(request.to_dict()) == without_nulls(expected)


def test_recorded_request_has_typed_parts() -> None:
    recorded = load("chat-scale-out", "chat_render")
    spec = build_render_chat(SETTINGS, {"extra_body": recorded.request})
    request = spec.read(HttpResponse(200, Headers(), recorded.body))

    assert len(request.token_ids) == 15
    assert request.token_offsets is not None
    assert request.token_offsets[:2] == [[0, 12], [12, 13]]
    assert request.sampling_params["temperature"] == 0.0
    assert (request.model, request.stream, request.reasoning_ended) == ("tiny", False, False)


def test_media_are_typed() -> None:
    features = {
        "mm_hashes": {"image": ["abc"]},
        "mm_placeholders": {"image": [{"offset": 3, "length": 64}]},
        "kwargs_data": {"image": [None]},
    }
    told = {"token_ids": [1], "sampling_params": {}, "features": features}
    request = build_render_chat(SETTINGS, {"messages": HI}).read(reply(told))

    assert request.features == MultiModalFeatures(
        {"image": ["abc"]}, {"image": [PlaceholderRange(3, 64)]}, kwargs_data={"image": [None]}
    )


@pytest.mark.parametrize(
    ("build", "options", "problem"),
    [
        (build_render_chat, {}, "messages: missing"),
        (build_render_chat, {"messages": []}, "messages: expected at least one"),
        (build_render_chat, {"messages": HI, "thinking": True}, "has no option 'thinking'"),
        (build_render_chat, {"messages": HI, "top_kk": 1}, "did you mean top_k"),
        (build_render_completion, {}, "prompt or prompt_embeds: missing"),
        (build_render_completion, {"prompt": "", "ecco": True}, "did you mean echo"),
    ],
)
def test_invalid_options_are_rejected(build: Any, options: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        build(SETTINGS, options)


@pytest.mark.parametrize(
    ("build", "options", "answer", "where"),
    [
        (build_render_chat, {"messages": HI}, {"token_ids": ["a"]}, "$.token_ids[0]"),
        (build_render_completion, {"prompt": ""}, {"token_ids": []}, "$"),
        (build_render_completion, {"prompt": ""}, [{"token_ids": []}, {}], "$[1].token_ids"),
    ],
)
def test_malformed_answer_is_a_parse_error(
    build: Any, options: Mapping[str, Any], answer: Any, where: str
) -> None:
    with pytest.raises(ParseError) as caught:
        build(SETTINGS, options).read(reply(answer))
    assert caught.value.where == where
