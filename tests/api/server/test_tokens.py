"""Test tokenize and detokenize: requests, answers and rejected options."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.helpers.decoding import SETTINGS
from tests.helpers.responses import reply
from tests.recordings import load
from vllm_client.api.chat.answers import Message
from vllm_client.api.server.tokens import (
    DETOKENIZE,
    TOKENIZER_INFO,
    TokenizeResponse,
    TokenizerInfo,
    build_tokenize,
)
from vllm_client.errors import ParseError, RequestError

HI = [{"role": "user", "content": "Hi"}]


def body(spec: Any) -> Any:
    return json.loads(spec.body)


def test_prompt_is_sent_unchanged_to_the_server_root() -> None:
    options = {"prompt": "Hi", "model": "m", "add_special_tokens": False}
    spec = build_tokenize(SETTINGS, options)

    assert (spec.method, spec.path) == ("POST", "/tokenize")
    assert body(spec) == options
    assert body(build_tokenize(SETTINGS, {"prompt": ""})) == {"prompt": ""}


def test_conversation_is_sent_with_tools_and_earlier_replies() -> None:
    options = {
        "messages": (message for message in [*HI, Message(content="Ho", reasoning="Hm")]),
        "tools": [{"function": {"name": "f"}}],
        "chat_template_kwargs": {"enable_thinking": False},
    }
    sent = body(build_tokenize(SETTINGS, options))

    assert sent["messages"] == [*HI, {"role": "assistant", "content": "Ho", "reasoning": "Hm"}]
    assert sent["tools"] == [{"function": {"name": "f"}}]
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}


def test_recorded_tokens_are_decoded_and_round_trip() -> None:
    recorded = load("chat", "tokenize")
    answer = build_tokenize(SETTINGS, {"messages": HI}).read(reply(recorded.json))

    assert isinstance(answer, TokenizeResponse)
    assert (answer.count, answer.max_model_len) == (15, 2048)
    assert len(answer.tokens) == 15
    assert answer.token_strs is not None
    assert answer.token_strs[:3] == ["<|im_start|>", "u", "ser"]
    assert answer.unknown_fields == {}
    assert answer.to_dict() == recorded.json


def test_the_recorded_text_of_tokens_is_a_str() -> None:
    spec = DETOKENIZE(SETTINGS, {"tokens": [40, 41, 42]})

    assert (spec.method, spec.path) == ("POST", "/detokenize")
    assert spec.read(reply(load("chat", "detokenize").json)) == "IJK"


@pytest.mark.parametrize("tokens", [[1, 2], (1, 2), range(1, 3), iter([1, 2])])
def test_tokens_are_sent_as_a_list(tokens: Any) -> None:
    options = {"tokens": tokens, "model": "m"}

    assert body(DETOKENIZE(SETTINGS, options)) == {"tokens": [1, 2], "model": "m"}


def test_tokenizer_info_is_kept_completely() -> None:
    spec = TOKENIZER_INFO(SETTINGS, {"timeout": 3})
    told = {"tokenizer_class": "Fast", "chat_template": "{{ messages }}", "add_bos_token": False}
    info = spec.read(reply(told))

    assert (spec.method, spec.path, spec.timeout.total) == ("GET", "/tokenizer_info", 3)
    assert info == TokenizerInfo(
        "Fast", unknown_fields={"chat_template": "{{ messages }}", "add_bos_token": False}
    )
    assert info.to_dict() == told


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, r"expected either prompt=… or messages=…"),
        ({"model": "m"}, r"expected either prompt=… or messages=…"),
        ({"prompt": "Hi", "messages": HI}, "expected either prompt=… or messages=…"),
        ({"messages": []}, "messages: expected at least one"),
        ({"messages": ["Hi"]}, r"messages\[0\]: expected a message"),
        ({"prompt": "Hi", "tools": []}, "has no option 'tools'"),
        ({"prompt": "Hi", "return_token_str": True}, "did you mean return_token_strs"),
        ({"messages": HI, "tool": []}, "did you mean tools"),
    ],
)
def test_invalid_options_are_rejected(options: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        build_tokenize(SETTINGS, options)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "tokens: missing"),
        ({"tokens": "12"}, "tokens: expected a list"),
        ({"tokens": 12}, "tokens: expected a list"),
        ({"tokens": [1], "prompt": "x"}, "has no option 'prompt'"),
    ],
)
def test_invalid_tokens_are_rejected(options: Mapping[str, Any], problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        DETOKENIZE(SETTINGS, options)


def test_misspelt_keyword_of_tokenizer_info_is_rejected() -> None:
    with pytest.raises(RequestError, match="did you mean timeout"):
        TOKENIZER_INFO(SETTINGS, {"timeot": 3})


@pytest.mark.parametrize(
    ("build", "given", "answer", "where"),
    [
        (build_tokenize, {"prompt": "Hi"}, {"tokens": ["a"]}, "$.tokens[0]"),
        (DETOKENIZE, {"tokens": []}, {}, "$.prompt"),
        (TOKENIZER_INFO, {}, [], "$"),
    ],
)
def test_malformed_answer_is_a_parse_error(build: Any, given: Any, answer: Any, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        build(SETTINGS, given).read(reply(answer))
    assert caught.value.where == where
