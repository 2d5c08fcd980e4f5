"""Parsing of generated text as in vLLM."""

import pytest

from vllm_client.testing.parsed_text import ParsedText

CALL = '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ParsedText("", "", [])),
        ("Hi", ParsedText("", "Hi", [])),
        ("<think>a</think>Hi", ParsedText("a", "Hi", [])),
        ("<think>a", ParsedText("a", "", [])),
        ("Hi <think>a</think>", ParsedText("", "Hi <think>a</think>", [])),
        (f"Hi{CALL}{CALL}", ParsedText("", "Hi", [("f", '{"a": 1}')] * 2)),
        ('<tool_call>{"name": "f", "arguments": {"a', ParsedText("", "", [("f", '{"a')])),
        ('<tool_call>{"name": "f"', ParsedText("", "", [("f", "")])),
        ('<tool_call>{"na', ParsedText("", "", [])),
    ],
)
def test_parts_of_a_complete_or_incomplete_text(text: str, expected: ParsedText) -> None:
    assert ParsedText.of(text, reasons=True, calls=True) == expected


def test_text_is_content_without_parsers() -> None:
    text = f"<think>a</think>{CALL}"
    assert ParsedText.of(text, reasons=False, calls=False) == ParsedText("", text, [])


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Hi", "Hi"),
        ("", ""),
        ("<think>a</think>\n", None),
        (f"\n{CALL}", None),
        (f"Hi{CALL}", "Hi"),
    ],
)
def test_blanks_next_to_reasoning_or_calls_are_not_content(text: str, content: str | None) -> None:
    assert ParsedText.of(text, reasons=True, calls=True).message()["content"] == content


def test_calls_have_unique_ids() -> None:
    calls = ParsedText.of(CALL + CALL, reasons=True, calls=True).message()["tool_calls"]
    assert calls[0]["id"] != calls[1]["id"]
    assert calls[0]["function"] == {"name": "f", "arguments": '{"a": 1}'}
