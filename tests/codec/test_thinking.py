"""Splitting reasoning from content, with tags cut at any position."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.helpers.decoding import unhurried
from vllm_client.codec.thinking import MAX_INDENT, Thinking, ThinkingSplitter, split
from vllm_client.errors import RequestError

USUAL = Thinking()
OPENED = Thinking(opened=True)
OTHER = Thinking("[THINK]", "[/THINK]")
NEWLINE = Thinking("\n<thought>\n", "\n</thought>")


def split_in(pieces: list[str], thinking: Thinking) -> tuple[str | None, str | None]:
    splitter = ThinkingSplitter(thinking)
    given = [*map(splitter.feed, pieces), splitter.finish()]
    reasoning = "".join(part for part, _ in given)
    content = "".join(part for _, part in given)
    return reasoning or None, content or None


@pytest.mark.parametrize(
    ("thinking", "text", "expected"),
    [
        (USUAL, "<think>\nHm.\n</think>\n\nHi", ("\nHm.\n", "\n\nHi")),
        (USUAL, "\n<think>Hm.</think>Hi", ("Hm.", "Hi")),
        (USUAL, "<think></think>Hi", (None, "Hi")),
        (USUAL, "<think></think>", (None, None)),
        (USUAL, "<think>cut while think", ("cut while think", None)),
        (USUAL, "<think>cut in the tag</thi", ("cut in the tag</thi", None)),
        (USUAL, "<thi", (None, "<thi")),
        (USUAL, "  \n", (None, "  \n")),
        (USUAL, "", (None, None)),
        (USUAL, "Hi", (None, "Hi")),
        (USUAL, "Hi <think>no</think>", (None, "Hi <think>no</think>")),
        (USUAL, "<thinking>no</thinking>", (None, "<thinking>no</thinking>")),
        (USUAL, "<think>a</think>b<think>c</think>d", ("a", "b<think>c</think>d")),
        (USUAL, "<think>a <think> b</think>c", ("a <think> b", "c")),
        (USUAL, " " * MAX_INDENT + "<think>a</think>", ("a", None)),
        (
            USUAL,
            " " * MAX_INDENT + " <think>a</think>",
            (None, " " * MAX_INDENT + " <think>a</think>"),
        ),
        (OPENED, "Hm.</think>Hi", ("Hm.", "Hi")),
        (OPENED, "\n<think>Hm.</think>Hi", ("Hm.", "Hi")),
        (OPENED, "cut while thinking", ("cut while thinking", None)),
        (OPENED, "<thi", ("<thi", None)),
        (OPENED, "</think>Hi", (None, "Hi")),
        (OPENED, " " * 100 + "</think>Hi", (" " * 100, "Hi")),
        (OPENED, "a</think>b</think>c", ("a", "b</think>c")),
        (OTHER, "[THINK]Hm.[/THINK]Hi", ("Hm.", "Hi")),
        (OTHER, "<think>no</think>Hi", (None, "<think>no</think>Hi")),
        (NEWLINE, "\n\n<thought>\nHm.\n</thought>Hi", ("Hm.", "Hi")),
        (NEWLINE, "<thought>\nHm.\n</thought>Hi", ("Hm.", "Hi")),
    ],
)
def test_text_is_split_equally_as_a_whole_and_letter_by_letter(
    thinking: Thinking, text: str, expected: tuple[str | None, str | None]
) -> None:
    assert split(text, thinking) == expected
    assert split_in(list(text), thinking) == expected


def lacks_opening_tag(text: str, thinking: Thinking) -> bool:
    before, closed, _ = text.partition(thinking.close)
    return bool(closed) and thinking.open.strip() not in before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hm.</think>Hi", ("Hm.", "Hi")),
        ("Hm.\n</think>\n\nHi", ("Hm.\n", "\n\nHi")),
        ("</think>Hi", (None, "Hi")),
        ("Hm.</think>", ("Hm.", None)),
        ("Hm.</think>Hi <think>a</think>", ("Hm.", "Hi <think>a</think>")),
        ("Hm.</think>a</think>b", ("Hm.", "a</think>b")),
    ],
)
def test_lone_closing_tag_ends_the_reasoning_of_a_complete_text(
    text: str, expected: tuple[str | None, str | None]
) -> None:
    assert split(text, USUAL) == expected


def test_a_lone_closing_tag_in_a_stream_stays_text() -> None:
    assert split_in(list("Hm.</think>Hi"), USUAL) == (None, "Hm.</think>Hi")


def test_a_closing_tag_within_json_is_text() -> None:
    text = '{"tag": "</think>"}'

    assert split(text, USUAL) == (None, text)


FRAGMENTS = ["<think>", "</think>", "<", "</", "think", ">", "<thi", "nk>", "</think", " ", "\n",
             "a", "[THINK]", "[/THINK]", "[", " " * 63, "\u3000"]  # fmt: skip


@given(st.data())
@unhurried
def test_any_split_into_deltas_gives_the_same_result(data: st.DataObject) -> None:
    thinking = data.draw(st.sampled_from([USUAL, OPENED, OTHER, Thinking("<t>", "<<t>>")]))
    text = "".join(data.draw(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    pieces = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]

    whole = split_in([text], thinking)
    assert split_in(pieces, thinking) == whole
    if thinking.opened or not lacks_opening_tag(text, thinking):
        assert split(text, thinking) == whole


@given(st.lists(st.sampled_from(FRAGMENTS)))
@unhurried
def test_only_tags_and_white_space_before_them_are_dropped(fragments: list[str]) -> None:
    text = "".join(fragments)
    reasoning, content = split(text, USUAL)
    rest = (reasoning or "") + (content or "")

    if lacks_opening_tag(text, USUAL):
        assert rest == text.replace("</think>", "", 1)
    elif rest != text:
        opened = text.lstrip()
        assert opened.startswith("<think>")
        assert rest == opened.removeprefix("<think>").replace("</think>", "", 1)


def test_certain_text_is_returned_at_once() -> None:
    splitter = ThinkingSplitter(USUAL)

    assert splitter.feed("\n<thi") == ("", "")
    assert splitter.feed("nk>Hm") == ("Hm", "")
    assert splitter.feed("m <") == ("m ", "")
    assert splitter.feed("b></") == ("<b>", "")
    assert not splitter.decided
    assert splitter.feed("think>Hi") == ("", "Hi")
    assert splitter.decided
    assert splitter.feed("<think>") == ("", "<think>")
    assert splitter.finish() == ("", "")


def test_a_text_without_tags_is_not_held_back() -> None:
    splitter = ThinkingSplitter(USUAL)

    assert splitter.feed("Hi") == ("", "Hi")
    assert splitter.decided


def test_true_means_the_default_tags_and_false_none() -> None:
    assert Thinking.of(True) == Thinking("<think>", "</think>", opened=False)
    assert Thinking.of(False) is None
    assert Thinking.of(OTHER) is OTHER


@pytest.mark.parametrize("value", [None, 1, "yes", {"open": "<t>"}])
def test_other_values_are_rejected(value: Any) -> None:
    with pytest.raises(RequestError, match="thinking: expected a bool or a Thinking"):
        Thinking.of(value)


@pytest.mark.parametrize("tags", [{"open": ""}, {"close": ""}, {"open": " \n"}, {"close": "\t"}])
def test_blank_tag_is_rejected(tags: dict[str, str]) -> None:
    with pytest.raises(RequestError, match=f"{next(iter(tags))} is blank"):
        Thinking(**tags)


@pytest.mark.parametrize(
    ("thinking", "text", "held_back"),
    [
        (Thinking(), " <thi", ("", " <thi")),
        (Thinking(), "<think>hm</th", ("</th", "")),
        (Thinking(opened=True), "<thi", ("<thi", "")),
        (Thinking(), "<think>hm</think>so", ("", "")),
    ],
)
def test_held_back_text_can_be_read_and_stays(
    thinking: Thinking, text: str, held_back: tuple[str, str]
) -> None:
    splitter = ThinkingSplitter(thinking)
    splitter.feed(text)

    assert splitter.held_back() == splitter.held_back() == held_back
    assert splitter.finish() == held_back
