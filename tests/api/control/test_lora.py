"""Test calls for LoRA adapters: the request, which is never repeated, and the answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.recordings import load
from vllm_client.api.control.lora import (
    LOAD_LORA_ADAPTER,
    REGISTER_ADAPTER,
    UNLOAD_LORA_ADAPTER,
    UNREGISTER_ADAPTER,
)
from vllm_client.call.request import RequestSpec
from vllm_client.call.response import HttpResponse
from vllm_client.call.settings import ClientSettings
from vllm_client.errors import RequestError
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers

BELOW = ClientSettings(BaseUrl.parse("http://server/llm/v1"))
Options = dict[str, Any]

CALLS: dict[str, Callable[[Options], RequestSpec[str]]] = {
    "load_lora_adapter": lambda options: LOAD_LORA_ADAPTER(
        BELOW, {"lora_name": "n", "lora_path": "/p", **options}
    ),
    "unload_lora_adapter": lambda options: UNLOAD_LORA_ADAPTER(
        BELOW, {"lora_name": "n", **options}
    ),
    "register_adapter": lambda options: REGISTER_ADAPTER(
        BELOW, {"name": "n", "src": "/p", **options}
    ),
    "unregister_adapter": lambda options: UNREGISTER_ADAPTER(
        BELOW, {"adapter_name": "n", **options}
    ),
}


@pytest.mark.parametrize(
    ("name", "options", "method", "path", "body"),
    [
        (
            "load_lora_adapter",
            {"load_inplace": True, "is_3d_lora_weight": False},
            "POST",
            "/llm/v1/load_lora_adapter",
            {"lora_name": "n", "lora_path": "/p", "load_inplace": True, "is_3d_lora_weight": False},
        ),
        (
            "unload_lora_adapter",
            {"lora_int_id": 1},
            "POST",
            "/llm/v1/unload_lora_adapter",
            {"lora_name": "n", "lora_int_id": 1},
        ),
        (
            "register_adapter",
            {"preload": True, "pin": False, "extra_body": {"src": "/q"}},
            "POST",
            "/llm/adapters",
            {"name": "n", "src": "/q", "preload": True, "pin": False},
        ),
        ("unregister_adapter", {}, "DELETE", "/llm/adapters/n", None),
    ],
)
def test_adapter_name_has_the_option_name_of_the_route(
    name: str, options: Options, method: str, path: str, body: Any
) -> None:
    spec = CALLS[name](options)

    assert (spec.method, spec.target) == (method, path)
    assert (json.loads(spec.body) if spec.body else None) == body


@pytest.mark.parametrize("name", CALLS)
def test_lora_calls_are_never_sent_twice(name: Any) -> None:
    assert not CALLS[name]({}).replayable


@pytest.mark.parametrize("name", CALLS)
def test_misspelt_keyword_is_rejected(name: str) -> None:
    with pytest.raises(RequestError, match=rf"^{name}\(\) has no option 'tmeout'"):
        CALLS[name]({"tmeout": 1})


@pytest.mark.parametrize(
    ("name", "recording"),
    [("load_lora_adapter", "lora_load"), ("unload_lora_adapter", "lora_unload")],
)
def test_answer_is_a_message(name: str, recording: str) -> None:
    body = load("chat-dev", recording).body

    assert CALLS[name]({}).read(HttpResponse(200, Headers(), body)) == body.decode()
    assert body.startswith(b"Success: LoRA adapter 'styl'")


def test_name_is_quoted_in_the_path() -> None:
    assert (
        UNREGISTER_ADAPTER(SETTINGS, {"adapter_name": "a ?é"}).target == "/adapters/a%20%3F%C3%A9"
    )


@pytest.mark.parametrize("name", ["", ".", "..", 5, "org/adapter"])
def test_name_that_cannot_be_part_of_a_path_is_rejected(name: str) -> None:
    with pytest.raises(RequestError, match="adapter_name: "):
        UNREGISTER_ADAPTER(SETTINGS, {"adapter_name": name})
