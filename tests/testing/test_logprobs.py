"""Invented log probabilities have vLLM's format."""

import pytest

from vllm_client.testing.logprobs import chat_logprobs, completion_logprobs

TOKENS = ["Hi", " the", "é"]


def test_logprobs_are_none_unless_requested() -> None:
    assert chat_logprobs({}, TOKENS) is None
    assert chat_logprobs({"logprobs": False, "top_logprobs": 2}, TOKENS) is None
    assert completion_logprobs({}, TOKENS, 0) is None


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_chat_token_has_the_requested_number_of_alternatives(count: int) -> None:
    logprobs = chat_logprobs({"logprobs": True, "top_logprobs": count}, TOKENS)

    assert logprobs is not None
    assert [each["token"] for each in logprobs["content"]] == TOKENS
    assert [len(each["top_logprobs"]) for each in logprobs["content"]] == [count] * 3


def test_chosen_token_is_the_most_probable_and_listed_once() -> None:
    logprobs = chat_logprobs({"logprobs": True, "top_logprobs": 5}, [" the"])
    assert logprobs is not None
    (token,) = logprobs["content"]
    top = token["top_logprobs"]

    assert (top[0]["token"], top[0]["logprob"]) == (" the", token["logprob"])
    assert [each["logprob"] for each in top] == sorted((e["logprob"] for e in top), reverse=True)
    assert len({each["token"] for each in top}) == 5


def test_a_token_has_its_bytes() -> None:
    logprobs = chat_logprobs({"logprobs": True}, ["é"])
    assert logprobs is not None

    assert logprobs["content"][0]["bytes"] == [0xC3, 0xA9]


def test_completion_logprobs_have_the_offset_of_each_token() -> None:
    logprobs = completion_logprobs({"logprobs": 2}, TOKENS, 10)

    assert logprobs is not None
    assert logprobs["tokens"] == TOKENS
    assert logprobs["text_offset"] == [10, 12, 16]
    assert [list(top) for top in logprobs["top_logprobs"]] == [
        ["Hi", " the"],
        [" the", " a"],
        ["é", " the"],
    ]
    assert len(logprobs["token_logprobs"]) == 3


def test_completion_logprobs_0_is_a_request_for_logprobs() -> None:
    logprobs = completion_logprobs({"logprobs": 0}, ["Hi"], 0)

    assert logprobs is not None
    assert logprobs["top_logprobs"] == [{}]
