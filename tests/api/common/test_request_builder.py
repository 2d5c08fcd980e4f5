"""Test the methods that the builders of chat and text completions share."""

import copy
import pickle
from typing import Any

import attrs
import pytest

from vllm_client.api.chat.request import ChatRequest
from vllm_client.api.common.request_builder import RequestBuilder
from vllm_client.api.completions.request import CompletionRequest

STEPS: dict[str, Any] = {
    "model": "m",
    "temperature": 0.5,
    "max_tokens": 10,
    "top_p": 0.9,
    "top_k": -1,
    "stream": True,
    "stop": "END",
    "seed": 7,
    "n": 2,
}


@pytest.mark.parametrize("request_class", [RequestBuilder, ChatRequest, CompletionRequest])
@pytest.mark.parametrize(("step", "value"), STEPS.items())
def test_step_returns_a_new_builder_of_the_same_class(
    request_class: type[RequestBuilder], step: str, value: Any
) -> None:
    empty = request_class()
    filled = getattr(empty, step)(value)

    assert type(filled) is request_class
    assert filled._options == {step: value}
    assert empty._options == {}
    assert getattr(filled, step)(None)._options == {step: None}


def test_extra_fields_are_merged_and_later_ones_override() -> None:
    first, second = {"a": 1, "b": 1}, {"b": 2}
    request = RequestBuilder().extra(first)

    assert request.extra(second)._options == {"extra_body": {"a": 1, "b": 2}}
    assert request._options == {"extra_body": {"a": 1, "b": 1}}
    assert (first, second) == ({"a": 1, "b": 1}, {"b": 2})


def test_a_repr_shows_the_options_but_no_header_fields() -> None:
    request = ChatRequest().model("m").options(extra_headers={"X-Key": "hidden"})

    assert "'model': 'm'" in repr(request)
    assert "hidden" not in repr(request)


def test_a_request_is_a_value() -> None:
    assert RequestBuilder().model("m") == RequestBuilder().model("m")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        RequestBuilder()._options = {}  # type: ignore[misc]  # that is the point


def test_unknown_method_of_a_builder_is_rejected_with_a_hint() -> None:
    request = RequestBuilder()
    message = "'RequestBuilder' object has no attribute 'min_p': it is .* options\\(min_p=…"
    with pytest.raises(AttributeError, match=message) as caught:
        request.min_p(0.1)  # type: ignore[attr-defined]  # that is the point

    assert (caught.value.name, caught.value.obj) == (
        "min_p",
        request,
    )  # Python uses them to suggest names
    assert copy.deepcopy(request) == pickle.loads(pickle.dumps(request)) == request
