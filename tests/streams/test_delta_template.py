"""Templates: reading the one string that differs, and only where the rest is the same."""

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


def test_a_template_finds_the_delta_of_a_chunk_like_the_one_it_was_learned_from() -> None:
    assert learned(said("Hello")).delta(json.dumps(said(" world"))) == " world"


def test_a_template_carries_what_to_do_with_the_deltas() -> None:
    template = learned(said("Hello"))

    assert template.keep is KNOWN.keep
    assert template.event("a") == "A"


def test_arguments_of_a_call_are_found_in_their_depth() -> None:
    template = learned(called(piece(0, '{"ci')), ARGUMENTS)

    assert template.delta(json.dumps(called(piece(0, 'ty": "京都"}')))) == 'ty": "京都"}'


@given(st.text(st.characters(codec=None)), st.booleans())
@unhurried
def test_any_delta_is_found_however_it_is_escaped(delta: str, ascii_only: bool) -> None:
    found = learned(said("Hello")).delta(json.dumps(said(delta), ensure_ascii=ascii_only))

    # half a character waits for the other half, which no template can do
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
def test_a_chunk_that_differs_in_anything_else_is_left_to_the_parser(other: Any) -> None:
    assert learned(said("Hello")).delta(json.dumps(other)) is None


@pytest.mark.parametrize("end", ["", "\\", "\n", '\\x"', '"}}]}', "\\u12"])
def test_text_that_is_no_json_is_left_to_the_parser(end: str) -> None:
    before, _, after = json.dumps(said("|")).partition("|")
    template = learned(said("Hello"))

    assert template.delta(f"{before}a{end}") is None
    assert template.delta(f"{before}a{end}{after[1:]}") is None


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" , ", ":")])
def test_a_template_is_learned_in_the_usual_styles_of_json(separators: tuple[str, str]) -> None:
    text, later = (json.dumps(said(word), separators=separators) for word in ("Hello", "bye"))

    assert learned(text).delta(later) == "bye"


@pytest.mark.parametrize(
    "text",
    [
        '{"choices": [{"delta": {"content" : "a"}}]}',
        '{"choices": [{"delta": {"content":  "a"}}]}',
        '{"choices": [{"delta": {"c\\u006fntent": "a"}}]}',
        # the same, with a quote where one would look for the delta if the key were there
        '{"abcdefg":1,"choices": [{"delta": {"c\\u006fntent": "a"}}]}',
        '{"content": 1, "choices": [{"delta": {"content": "a"}}]}',
        '{"content": "x", "choices": [{"delta": {"content": "a"}}]}',
        '{"choices": [{"delta": {"content": "x", "content": "a"}}]}',
        '{"choices": [{"delta": {"content": "x"}, "delta": {"content": "a"}}]}',
        # the delta is by chance what the place is looked for with
        '{"content": "x", "choices": [{"delta": {"content": "\x7f sentinel \x7f"}}]}',
    ],
)
def test_nothing_is_learned_where_the_place_is_doubtful(text: str) -> None:
    assert learn(text, CONTENT, KNOWN) is None


@pytest.mark.parametrize(
    "choices",
    [
        [None, {"index": 0, "delta": {"content": "a"}}],
        [{"index": 0, "delta": None}, {"content": "a"}],
        [],
    ],
)
def test_nothing_is_learned_where_the_path_leads_nowhere(choices: list[Any]) -> None:
    assert learn(json.dumps({"choices": choices, "content": "b"}), CONTENT, KNOWN) is None


def test_a_key_with_the_same_end_is_no_doubt() -> None:
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


def test_a_handler_without_unknown_fields_stays_as_it_is() -> None:
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


def test_so_many_templates_are_learned_for_each_choice_doubtful_ones_included() -> None:
    templates = DeltaTemplates(choices=2)
    for left in range(2 * MAX_LEARNED_TEMPLATES, 0, -1):
        assert templates.to_learn == left
        templates.learn('{"content" : "a"}', ("content",), KNOWN)

    assert templates.to_learn == 0
    assert templates.kept == []
