"""The text of tokens, and the message that the active parsers make of it."""

from typing import Any

import pytest

from vllm_client.testing.families.answer_text import parse, parsed_message, text_of
from vllm_client.testing.server_version import VersionBehavior
from vllm_client.testing.tokenizer import Tokenizer

TEXT = '<think>a</think>Hi<tool_call>{"name": "f", "arguments": {}}</tool_call>'
TOOLS = [{"type": "function", "function": {"name": "f"}}]


@pytest.mark.parametrize("end", ["<|im_end|>", "<|endoftext|>"])
def test_end_token_is_not_part_of_the_text(end: str) -> None:
    vocabulary = Tokenizer()
    ids = vocabulary.encode(["Hi", end])
    assert text_of(ids, vocabulary) == text_of(ids[:1], vocabulary) == "Hi"
    assert text_of([], vocabulary) == ""


@pytest.mark.parametrize(
    ("asked", "calls"),
    [({"tools": TOOLS}, 1), ({}, 0), ({"tools": TOOLS, "tool_choice": "none"}, 0)],
)
def test_calls_are_parsed_if_the_request_has_tools(asked: Any, calls: int) -> None:
    assert len(parse(TEXT, asked, VersionBehavior()).calls) == calls


def test_a_server_without_parsers_keeps_tags_as_content() -> None:
    dialect = VersionBehavior(reasoning_parser=False, tool_parser=False)
    parsed = parse(TEXT, {"tools": TOOLS}, dialect)
    assert (parsed.content, parsed.reasoning, parsed.calls) == (TEXT, "", [])


@pytest.mark.parametrize(
    ("version", "names"),
    [("0.33.0", {"reasoning"}), ("0.15.1", {"reasoning", "reasoning_content"})],
)
def test_name_of_the_reasoning_depends_on_the_version(version: str, names: set[str]) -> None:
    dialect = VersionBehavior(version)
    message = parsed_message(parse(TEXT, {}, dialect), dialect)
    assert {name for name in message if name.startswith("reasoning")} == names
