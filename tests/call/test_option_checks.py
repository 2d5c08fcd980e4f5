"""Validation of options before anything is sent."""

from typing import Any

import pytest

from vllm_client.call.option_checks import body_of, refuse_unknown
from vllm_client.errors import RequestError

KNOWN = {"temperature", "top_p", "timeout", "extra_body"}
WITHDRAWN = {"n": "there is one answer"}


def test_body_has_all_options_except_those_of_the_call() -> None:
    given = {"top_p": 0.5, "timeout": 5, "extra_body": {"top_p": 1, "n": 2}}

    assert body_of(given, KNOWN, "create()", withdrawn=WITHDRAWN) == {"top_p": 1, "n": 2}


def test_extra_body_must_be_a_mapping() -> None:
    with pytest.raises(RequestError, match=r"extra_body: expected a mapping, got \[1\]"):
        body_of({"extra_body": [1]}, KNOWN, "create()")


@pytest.mark.parametrize(
    ("known", "name", "message"),
    [
        (
            KNOWN,
            "n",
            "create() has no option 'n': there is one answer (extra_body sends what has no name "
            "here)",
        ),
        (KNOWN - {"extra_body"}, "n", "create() has no option 'n': there is one answer"),
        (
            KNOWN - {"extra_body"},
            "temprature",
            "create() has no option 'temprature'; did you mean temperature?",
        ),
        (KNOWN - {"extra_body"}, "xyz", "create() has no option 'xyz'"),
        (
            KNOWN - {"extra_body"},
            "best_of",
            "create() has no option 'best_of'; did you mean n=…?",
        ),
    ],
)
def test_unknown_and_withdrawn_options_are_rejected_with_a_hint_or_the_reason(
    known: set[str], name: str, message: str
) -> None:
    given: dict[str, Any] = {"top_p": 1, name: 1}

    with pytest.raises(RequestError) as caught:
        refuse_unknown(given, known, "create()", WITHDRAWN)

    assert caught.value.message == message


def test_an_option_that_is_known_is_never_withdrawn() -> None:
    refuse_unknown({"n": 1}, {"n"}, "create()", WITHDRAWN)


@pytest.mark.parametrize("tools", [[5], ["f"], [None], [{}, [{}]], [b"f"], [True]])
def test_item_that_is_not_a_tool_is_rejected_with_its_index(tools: Any) -> None:
    with pytest.raises(RequestError, match=rf"^tools\[{len(tools) - 1}\]: expected a tool, got "):
        body_of({"tools": tools}, ["tools"], "create()")


@pytest.mark.parametrize("tools", [5, "f", {"function": {}}])
def test_value_that_is_not_a_list_of_tools_is_rejected(tools: Any) -> None:
    with pytest.raises(RequestError, match=r"^tools: expected a list of tools, got "):
        body_of({"tools": tools}, ["tools"], "create()")


def test_tools_may_be_any_iterable_and_their_content_is_not_checked() -> None:
    tool = {"function": 5}
    given = {"tools": (one for one in (tool, {})), "extra_body": {"x": 1}}

    assert body_of(given, ["tools", "extra_body"], "create()") == {"tools": [tool, {}], "x": 1}
    assert body_of({"tools": None}, ["tools"], "create()") == {"tools": None}
    extra = {"extra_body": {"tools": [5]}}
    assert body_of(extra, ["extra_body"], "create()") == {"tools": [5]}
