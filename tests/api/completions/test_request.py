"""Test requests for text completions: contents of the body, and rejected options."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS, run, text_chunk
from vllm_client.api.completions.answers import CompletionChoice, CompletionResponse
from vllm_client.api.completions.request import (
    CompletionRequest,
    build_completion,
    plan_completion_chunks,
    plan_completion_events,
)
from vllm_client.call.response import HttpResponse
from vllm_client.errors import ParseError, RequestError
from vllm_client.http.headers import Headers
from vllm_client.streams.events import DoneEvent

GIVEN = {"prompt": "Once"}

WAYS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "plain": lambda options: build_completion(SETTINGS, options),
    "events": lambda options: plan_completion_events(SETTINGS, options).spec,
    "chunks": lambda options: plan_completion_chunks(SETTINGS, options).spec,
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


def body_of(spec: Any) -> Any:
    return json.loads(spec.body)


def plain(options: Mapping[str, Any]) -> Any:
    return body_of(build_completion(SETTINGS, options))


def test_body_contains_exactly_the_given_options() -> None:
    options = {"model": "m", "prompt": ["a", "b"], "logprobs": 0, "echo": False, "suffix": None}

    assert plain(GIVEN) == GIVEN
    assert plain(options) == options
    assert plain({"prompt": ""}) == {"prompt": ""}
    assert plain({"prompt_embeds": "AAAA"}) == {"prompt_embeds": "AAAA"}
    assert build_completion(SETTINGS, GIVEN).path == "/v1/completions"


def test_extra_fields_override_options() -> None:
    extra = {"prompt": "Twice", "whatever": 1}

    assert plain({**GIVEN, "extra_body": extra}) == extra
    assert plain({"extra_body": GIVEN}) == GIVEN


def test_event_stream_requests_usage_and_chunk_stream_does_not() -> None:
    asked = {**GIVEN, "stream": True, "stream_options": {"include_usage": True}}
    own = {"stream_options": {}}

    assert body_of(plan_completion_events(SETTINGS, GIVEN).spec) == asked
    assert body_of(plan_completion_events(SETTINGS, {**GIVEN, **own}).spec) == {**asked, **own}
    assert body_of(plan_completion_chunks(SETTINGS, GIVEN).spec) == {**GIVEN, "stream": True}


@each_way
def test_arguments_of_the_caller_are_never_modified(way: Callable[..., Any]) -> None:
    options = {"prompt": [[1, 2], [3]], "extra_body": {"x": [1]}}
    before = copy.deepcopy(options)

    way(options)

    assert options == before


@each_way
@pytest.mark.parametrize("options", [{}, {"model": "m"}, {"prompt": None}])
def test_request_without_a_prompt_is_rejected(
    way: Callable[..., Any], options: dict[str, Any]
) -> None:
    with pytest.raises(RequestError, match="prompt or prompt_embeds: missing"):
        way(options)


@each_way
def test_prompt_embeds_replace_the_prompt(way: Callable[..., Any]) -> None:
    for given in ({"prompt_embeds": "AAAA"}, {"prompt": None, "prompt_embeds": "AAAA"}):
        sent = body_of(way(given))

        assert sent["prompt_embeds"] == "AAAA"
        assert "prompt" not in sent


@each_way
@pytest.mark.parametrize(
    ("name", "hint"),
    [("promt", "prompt"), ("best_of", "n=…"), ("thinking", ""), ("messages", "")],
)
def test_unknown_option_of_a_completion_is_rejected(
    way: Callable[..., Any], name: str, hint: str
) -> None:
    with pytest.raises(
        RequestError, match=rf"completions.create\(\) has no option '{name}'"
    ) as caught:
        way({**GIVEN, name: 1})

    assert hint in caught.value.message


@each_way
@pytest.mark.parametrize("name", ["mm_payload", "return_token_offsets"])
def test_options_of_render_are_rejected_by_other_calls(way: Callable[..., Any], name: str) -> None:
    with pytest.raises(RequestError, match=f"'{name}': it has an effect only"):
        way({**GIVEN, name: None})


def test_stream_true_is_rejected_by_a_call_without_streaming() -> None:
    with pytest.raises(RequestError, match="send_stream"):
        build_completion(SETTINGS, {**GIVEN, "stream": True})


def test_answer_is_decoded() -> None:
    read = build_completion(SETTINGS, GIVEN).read
    body = json.dumps(text_chunk("upon", "stop")).encode()

    assert read(HttpResponse(200, Headers(), body)) == CompletionResponse(
        [CompletionChoice("upon", finish_reason="stop")], id="cmpl-1", created=7, model="tiny"
    )
    with pytest.raises(ParseError) as caught:
        read(HttpResponse(200, Headers(), b'{"choices": [{"text": 5}]}'))
    assert caught.value.where == "$.choices[0].text"


@pytest.mark.parametrize(
    ("options", "choices"),
    [
        ({"prompt": "a"}, 1),
        ({"prompt": ["a", "b"]}, 2),
        ({"prompt": ("a", "b")}, 2),
        ({"prompt": [1, 2, 3]}, 1),
        ({"prompt": [[1, 2], [3]]}, 2),
        ({"prompt": []}, 1),
        ({"prompt": ["a", "b"], "n": 3}, 6),
        ({"prompt": "a", "n": 3}, 3),
        ({"prompt": "a", "n": None}, 1),
        ({"prompt": "a", "n": 0}, 1),
        ({"prompt_embeds": "AAAA"}, 1),
        ({"prompt_embeds": ["AAAA", "BBBB"]}, 2),
        ({"prompt": ["a"], "prompt_embeds": ["AAAA"]}, 2),
        ({"prompt": "a", "extra_body": {"n": 2}}, 2),
    ],
)
def test_state_machine_expects_n_texts_for_each_prompt(
    options: dict[str, Any], choices: int
) -> None:
    ends = [text_chunk("", "stop", index=index) for index in range(choices)]

    for plan in (plan_completion_events, plan_completion_chunks):
        machines = [plan(SETTINGS, options).machine() for _ in range(2)]
        run(machines[0], ends)
        run(machines[1], ends[:-1])
        assert [machine.error is None for machine in machines] == [True, False]


def test_events_of_a_completion_end_with_done() -> None:
    machine = plan_completion_events(SETTINGS, GIVEN).machine()

    assert run(machine, [text_chunk("", "stop")]) == [DoneEvent("stop", {0: "stop"})]


def test_every_step_of_the_builder_sets_its_option() -> None:
    template = CompletionRequest().model("m")
    request = template.prompt("Once").max_tokens(5).n(2).options(echo=True).extra({"x": 1})

    assert template._options == {"model": "m"}
    assert request._options == {
        "model": "m",
        "prompt": "Once",
        "max_tokens": 5,
        "n": 2,
        "echo": True,
        "extra_body": {"x": 1},
    }


def test_builder_rejects_an_unknown_option_immediately() -> None:
    misspelt: dict[str, Any] = {"ecco": True}
    with pytest.raises(RequestError, match="did you mean echo"):
        CompletionRequest().options(**misspelt)
