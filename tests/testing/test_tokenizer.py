"""Tokens of the simulated model, and the prompt of a conversation."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from vllm_client.testing.tokenizer import Tokenizer, chat_prompt, cut, text_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Hello, world!", ["Hello", ",", " world", "!"]),
        ("<think>a\n\nb</think>", ["<think>", "a", "\n\n", "b", "</think>"]),
        ("x<|im_end|>", ["x", "<|im_end|>"]),
        ("", []),
    ],
)
def test_text_is_split_into_words_marks_and_spaces(text: str, tokens: list[str]) -> None:
    assert cut(text) == tokens


def test_pieces_are_unchanged() -> None:
    assert cut(["He", "llo world"]) == ["He", "llo world"]


@given(st.text())
def test_no_character_is_lost(text: str) -> None:
    assert "".join(cut(text)) == text


@given(st.lists(st.text(min_size=1)))
def test_decode_reverses_encode(tokens: list[str]) -> None:
    tokenizer = Tokenizer()

    assert tokenizer.decode(tokenizer.encode(tokens)) == "".join(tokens)


def test_ids_are_assigned_in_order_of_first_use_and_unknown_ids_are_empty() -> None:
    tokenizer = Tokenizer()

    assert tokenizer.encode(["b", "a", "b"]) == [0, 1, 0]
    assert tokenizer.decode([1, -1, 2, 0]) == "ab"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Hi", "Hi"),
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "image_url"}, {"text": "b"}], "a b"),
    ],
)
def test_a_message_has_the_text_of_its_parts(content: Any, text: str) -> None:
    assert text_of(content) == text


def test_conversation_is_formatted_by_a_chat_template() -> None:
    prompt = chat_prompt([{"role": "user", "content": "Hi"}])

    assert prompt == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
