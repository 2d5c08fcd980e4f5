"""Templates: they match chunks that differ only in one string, and return that string."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import called, chunk, part, piece, said, unhurried
from vllm_client.codec.json_codec import has_halves
from vllm_client.streams.delta_template import (
    MAX_KEPT_TEMPLATES,
    MAX_LEARNED_TEMPLATES,
    DeltaHandler,
    DeltaTemplate,
    DeltaTemplates,
    Path,
    learn,
)

CONTENT: Path = ("choices", 0, "delta", "content")
ARGUMENTS: Path = ("choices", 0, "delta", "tool_calls", 0, "function", "arguments")

KNOWN = DeltaHandler(keep=[].append, event=str.upper)


def learned(value: Any, path: Path = CONTENT) -> DeltaTemplate:
    template = learn(value if isinstance(value, str) else json.dumps(value), path, KNOWN)
    assert template is not None
    return template


def test_a_template_finds_the_delta_of_a_similar_chunk() -> None:
    assert learned(said("Hello")).delta(json.dumps(said(" world"))) == " world"


def test_a_template_has_the_functions_of_its_handler() -> None:
    template = learned(said("Hello"))

    assert template.keep is KNOWN.keep
    assert template.event("a") == "A"


def test_nested_arguments_of_a_tool_call_are_found() -> None:
    template = learned(called(piece(0, '{"ci')), ARGUMENTS)

    assert template.delta(json.dumps(called(piece(0, 'ty": "京都"}')))) == 'ty": "京都"}'


@given(st.text(st.characters(codec=None)), st.booleans())
@unhurried
def test_any_delta_is_found_however_it_is_escaped(delta: str, ascii_only: bool) -> None:
    found = learned(said("Hello")).delta(json.dumps(said(delta), ensure_ascii=ascii_only))

    # a lone surrogate must be joined with its other half, which a template cannot do
    assert found == (None if has_halves(json.loads(json.dumps(delta))) else delta or None)


@pytest.mark.parametrize(
    "other",
    [
        said(""),
        said("a", index=1),
        said("a") | {"id": "chatcmpl-2"},
        said("a") | {"usage": None},
        chunk(part(content=None)),
        chunk(part(content="a", more=1)),
        chunk(part(content="a", finish_reason="stop")),
        chunk(part(reasoning="a")),
        chunk(),
    ],
    ids=json.dumps,
)
def test_a_chunk_that_differs_in_anything_else_does_not_match(other: Any) -> None:
    assert learned(said("Hello")).delta(json.dumps(other)) is None


@pytest.mark.parametrize("end", ["", "\\", "\n", '\\x"', '"}}]}', "\\u12"])
def test_text_that_is_not_json_does_not_match(end: str) -> None:
    before, _, after = json.dumps(said("|")).partition("|")
    template = learned(said("Hello"))

    assert template.delta(f"{before}a{end}") is None
    assert template.delta(f"{before}a{end}{after[1:]}") is None


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" , ", ":")])
def test_a_template_is_made_for_usual_json_separators(separators: tuple[str, str]) -> None:
    text, later = (json.dumps(said(word), separators=separators) for word in ("Hello", "bye"))

    assert learned(text).delta(later) == "bye"


@pytest.mark.parametrize(
    "text",
    [
        '{"choices": [{"delta": {"content" : "a"}}]}',
        '{"choices": [{"delta": {"content":  "a"}}]}',
        '{"choices": [{"delta": {"c\\u006fntent": "a"}}]}',
        # the same, with a quote where the delta would be searched if the key were found
        '{"abcdefg":1,"choices": [{"delta": {"c\\u006fntent": "a"}}]}',
        '{"content": 1, "choices": [{"delta": {"content": "a"}}]}',
        '{"content": "x", "choices": [{"delta": {"content": "a"}}]}',
        '{"choices": [{"delta": {"content": "x", "content": "a"}}]}',
        '{"choices": [{"delta": {"content": "x"}, "delta": {"content": "a"}}]}',
        # the delta happens to be the sentinel
        '{"content": "x", "choices": [{"delta": {"content": "\x7f sentinel \x7f"}}]}',
    ],
)
def test_no_template_is_made_if_the_delta_is_not_found_reliably(text: str) -> None:
    assert learn(text, CONTENT, KNOWN) is None


@pytest.mark.parametrize(
    "choices",
    [
        [None, {"index": 0, "delta": {"content": "a"}}],
        [{"index": 0, "delta": None}, {"content": "a"}],
        [],
    ],
)
def test_no_template_is_made_if_the_path_does_not_exist(choices: list[Any]) -> None:
    assert learn(json.dumps({"choices": choices, "content": "b"}), CONTENT, KNOWN) is None


def test_a_template_is_made_despite_a_key_with_the_same_ending() -> None:
    text = '{"choices": [{"delta": {"xcontent": "x", "content": "%s"}}]}'

    assert learned(text % "a").delta(text % "b") == "b"


def test_a_handler_may_update_unknown_fields_with_each_delta() -> None:
    deltas: list[str] = []
    unknown, of_part = {"a": 0}, {"b": 0}
    handler = DeltaHandler(deltas.append, str.upper).also_updating(
        (unknown, {"a": 1}), (of_part, {})
    )
    handler.keep("x")
    unknown["a"] = 2
    handler.keep("y")

    assert deltas == ["x", "y"]
    assert (unknown, of_part) == ({"a": 1}, {"b": 0})
    assert handler.event("a") == "A"


def test_a_handler_without_unknown_fields_is_unchanged() -> None:
    assert KNOWN.also_updating(({"a": 1}, {})) is KNOWN


def test_the_newest_templates_are_kept_first() -> None:
    templates = DeltaTemplates(choices=2)
    kept = templates.kept
    for number in range(MAX_KEPT_TEMPLATES + 1):
        templates.learn(json.dumps(said("a", number)), CONTENT, KNOWN)

    assert templates.kept is kept
    assert len(kept) == MAX_KEPT_TEMPLATES
    assert kept[0].delta(json.dumps(said("b", MAX_KEPT_TEMPLATES))) == "b"
    assert kept[-1].delta(json.dumps(said("b", 1))) == "b"


def test_the_number_of_templates_tried_for_each_choice_is_limited() -> None:
    templates = DeltaTemplates(choices=2)
    for left in range(2 * MAX_LEARNED_TEMPLATES, 0, -1):
        assert templates.to_learn == left
        templates.learn('{"content" : "a"}', ("content",), KNOWN)

    assert templates.to_learn == 0
    assert templates.kept == []
