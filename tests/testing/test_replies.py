"""The values of a script."""

from collections.abc import Callable
from typing import Any

import pytest

from vllm_client.testing import Call, Labels, ReceivedRequest, Reply


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"city": "Zürich"}, '{"city": "Zürich"}'),
        ("{broken", "{broken"),
        (['{"a"', ": 1}"], '{"a": 1}'),
    ],
)
def test_arguments_of_a_call_as_generated(arguments: Any, text: str) -> None:
    assert Call("f", arguments).text == text


def test_pieces_of_arguments_stay_separate() -> None:
    assert Call("f", ['{"a"', ": 1}"]).pieces == ['{"a"', ": 1}"]


def test_a_call_without_arguments_has_an_empty_object() -> None:
    assert Call("f").text == "{}"


def test_reasoning_none_is_empty() -> None:
    assert Reply("Hi", reasoning=None) == Reply("Hi")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Reply(5), "text: expected a list of strs, got 5"),  # type: ignore[arg-type]
        (lambda: Reply(tool_calls=Call("f")), "tool_calls: expected a list of Calls, got Call"),  # type: ignore[arg-type]
        (lambda: Reply(tool_calls=[{"name": "f"}]), "tool_calls: expected a list of Calls"),  # type: ignore[list-item]
        (lambda: Labels(["cat"]), "probabilities: expected a list of Mappings"),  # type: ignore[list-item]
    ],
)
def test_wrong_script_fails_at_construction(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        make()


def test_the_body_of_a_request_is_decoded() -> None:
    request = ReceivedRequest("POST", "/", {}, {}, b'{"seed": 7}', connection=1)

    assert request.json == {"seed": 7}
