"""The effect of a request's options on a reply."""

from typing import Any

import pytest

from vllm_client.testing import Call, InStreamError, Reply
from vllm_client.testing.generation import Choice, Generation, Kind, Token, choose, max_tokens
from vllm_client.testing.socket_steps import Until

TOKYO = Call("get_weather", {"location": "Tokyo"})


def said(reply: Reply, request: dict[str, Any] | None = None, **parsers: bool) -> list[str]:
    return [token.text for token in choose(0, reply, request or {}, **parsers).tokens]


def end(reply: Reply, request: dict[str, Any]) -> tuple[str, str | int | None]:
    choice = choose(0, reply, request)
    return choice.finish_reason, choice.stop_reason


def test_reasoning_precedes_text_and_text_precedes_calls() -> None:
    reply = Reply("text", reasoning="thought", tool_calls=[TOKYO, TOKYO])
    kinds = [token.kind for token in choose(0, reply, {}).tokens]
    assert list(dict.fromkeys(kinds)) == list(Kind)
    assert kinds.count(Kind.CALL) == 2


def test_answer_that_ends_by_itself_has_an_end_token() -> None:
    assert choose(0, Reply("a b"), {}).tokens == [
        Token(Kind.CONTENT, "a"),
        Token(Kind.CONTENT, " b"),
        Token(Kind.END),
    ]


def test_pieces_are_tokens_unchanged() -> None:
    assert said(Reply(["a b c", "", " d"])) == ["a b c", "", " d", ""]


def test_disabled_thinking_removes_the_reasoning() -> None:
    off = {"chat_template_kwargs": {"enable_thinking": False}}
    assert said(Reply("text", reasoning="thought"), off) == ["text", ""]
    assert said(Reply("text", reasoning="thought"), {"chat_template_kwargs": None})[0] == "thought"


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize(
    ("most", "tokens", "reason"),
    [(1, ["a"], "length"), (3, ["a", " b", " c"], "length"), (4, ["a", " b", " c", ""], "stop")],
)
def test_max_tokens_cuts_the_answer(field: str, most: int, tokens: list[str], reason: str) -> None:
    assert said(Reply("a b c"), {field: most}) == tokens
    assert end(Reply("a b c"), {field: most}) == (reason, None)


def test_max_completion_tokens_takes_precedence_over_max_tokens() -> None:
    assert said(Reply("a b c"), {"max_tokens": 1, "max_completion_tokens": 2}) == ["a", " b"]


def test_max_tokens_cuts_reasoning_and_calls_too() -> None:
    choice = choose(0, Reply("x", reasoning="a b", tool_calls=[TOKYO]), {"max_tokens": 5})
    assert choice.text(Kind.REASONING) == "a b"
    assert choice.text(Kind.ARGUMENTS) == "{"
    assert choice.begun_calls == [0]
    assert choose(0, Reply(tool_calls=[TOKYO, TOKYO]), {"max_tokens": 3}).begun_calls == [0]


@pytest.mark.parametrize("stop", [" c", [" c"], [" e", " c", "d"], " c d"])
def test_stop_cuts_before_the_first_stop_string(stop: Any) -> None:
    reply = Reply("a b c d e", reasoning="a b c d", tool_calls=[TOKYO])
    choice = choose(0, reply, {"stop": stop})
    assert choice.text(Kind.REASONING) == "a b c d"
    assert choice.text(Kind.CONTENT) == "a b"
    assert choice.begun_calls == []
    assert end(reply, {"stop": stop})[0] == "stop"
    assert end(reply, {"stop": stop})[1] in (stop, " c")


def test_stop_cuts_within_a_token_and_across_tokens() -> None:
    assert said(Reply(["abc", "def"]), {"stop": "cd"}) == ["ab"]
    assert said(Reply(["abc", "def"]), {"stop": "a"}) == [""]
    assert said(Reply(["abc", "def"]), {"stop": ["x", ""][:1]}) == ["abc", "def", ""]


def test_finish_reason_is_derived() -> None:
    named = {"tool_choice": {"type": "function", "function": {"name": "get_weather"}}}
    assert end(Reply("x"), {}) == ("stop", None)
    assert end(Reply(tool_calls=[TOKYO]), {}) == ("tool_calls", None)
    assert end(Reply(tool_calls=[TOKYO]), {"tool_choice": "required"}) == ("tool_calls", None)
    assert end(Reply(tool_calls=[TOKYO]), named) == ("stop", None)
    assert end(Reply("x", finish_reason="content_filter"), {}) == ("content_filter", None)
    assert end(Reply("x", stop_reason=7), {}) == ("stop", 7)


def test_a_scripted_length_is_on_the_last_delta() -> None:
    assert said(Reply("a b", finish_reason="length")) == ["a", " b"]
    assert said(Reply("", finish_reason="length")) == [""]


def test_without_a_reasoning_parser_the_tags_stay_in_the_text() -> None:
    tokens = choose(0, Reply("text", reasoning="a b"), {}, reasoning_parser=False).tokens
    assert [token.text for token in tokens] == ["<think>", "a", " b", "</think>", "text", ""]
    assert {token.kind for token in tokens} == {Kind.CONTENT, Kind.END}
    assert said(Reply("text"), reasoning_parser=False) == ["text", ""]


def test_without_a_tool_parser_the_calls_stay_in_the_text() -> None:
    choice = choose(0, Reply("Now.", tool_calls=[TOKYO, TOKYO]), {}, tool_parser=False)
    call = '<tool_call>\n{"name": "get_weather", "arguments": {"location": "Tokyo"}}\n</tool_call>'
    assert choice.text(Kind.CONTENT) == f"Now.\n{call}\n{call}"
    assert (choice.calls, choice.finish_reason) == ([], "stop")


def test_call_ids_are_kept_or_generated() -> None:
    reply = Reply(tool_calls=[Call("f", id="mine"), Call("f"), Call("f")])
    [(first, _), (second, _), (third, _)] = choose(0, reply, {}).calls
    assert first == "mine"
    assert second.startswith("chatcmpl-tool-")
    assert second != third


def test_arguments_may_be_an_object_a_string_or_pieces() -> None:
    assert Call("f", {"a": "ü"}).text == '{"a": "ü"}'
    assert Call("f", '{"a":').text == '{"a":'
    assert Call("f", ["{", "}"]).text == "{}"
    assert said(Reply(tool_calls=[Call("f")])) == ["", "{}", ""]


def generation(*lengths: int, **more: Any) -> Generation:
    choices = [
        Choice(number, [Token(Kind.CONTENT)] * length, (), "stop", None)
        for number, length in enumerate(lengths)
    ]
    return Generation("id", 0, "model", {}, {}, [["a"]], choices, 100, **more)


def test_choices_take_turns() -> None:
    steps = [(choice.index, position) for _, choice, position in generation(1, 3).steps()]
    assert steps == [(0, 0), (1, 0), (1, 1), (1, 2)]


def test_each_token_has_a_pause_and_a_plain_answer_has_their_sum() -> None:
    paced = generation(1, 3, pace=0.5)
    pauses = [list(steps) for steps, _, _ in paced.steps()]
    assert [len(steps) for steps in pauses] == [1] * 4
    assert all(isinstance(step, Until) for steps in pauses for step in steps)
    assert paced.wait == 1.5
    assert [list(steps) for steps, _, _ in generation(2).steps()] == [[], []]


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens", "max_output_tokens"])
def test_name_of_the_limit_depends_on_the_route(name: str) -> None:
    assert max_tokens({name: 5}) == 5
    assert max_tokens({}) is None


def test_calls_are_text_with_tool_choice_none() -> None:
    choice = choose(0, Reply(tool_calls=[Call("f")]), {"tool_choice": "none"})
    assert choice.content.startswith("<tool_call>")
    assert choice.calls == []


def test_error_ends_the_steps() -> None:
    assert len(list(generation(2, 3, error=InStreamError(after=4)).steps())) == 4
    assert list(generation(2, 3, error=InStreamError()).steps()) == []
    assert len(list(generation(2, 3, error=InStreamError(after=9)).steps())) == 5
