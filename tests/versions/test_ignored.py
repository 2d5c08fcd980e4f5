"""What a version ignores with status 200, as `vllm/versions.py` records it: ignored, and told."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.live.dialogues import HELLO
from tests.live.drivers import Driver
from tests.versions.features import numbers
from vllm_client import IgnoredByServerWarning

ASKED = HELLO.options(thinking=False)


def test_guided_choice_is_kept_or_a_warning(chat: Driver, version: str) -> None:
    options = {**ASKED, "extra_body": {"guided_choice": ["yes", "no"]}}

    def ask() -> str:
        return str(chat.call(lambda client: client.chat.completions.create(**options)).content)

    if numbers(version) < (0, 12):
        assert ask() in ("yes", "no")
        return
    with pytest.warns(IgnoredByServerWarning, match="guided_choice"):
        assert ask().strip() == HELLO.content


@pytest.mark.parametrize(
    ("ask", "has_it"),
    [
        (
            lambda client: client.chat.completions.create(**ASKED, return_weight_versions=True),
            lambda answer: answer.choices[0].weight_versions is not None,
        ),
        (
            lambda client: client.completions.create(
                prompt="a", max_tokens=3, return_weight_versions=True
            ),
            lambda answer: answer.choices[0].weight_versions is not None,
        ),
        (
            lambda client: client.responses.create(
                input="Say hello.", temperature=0, safety_identifier="user-1"
            ),
            lambda answer: answer.safety_identifier == "user-1",
        ),
        (
            lambda client: client.responses.create(
                input="Say hello.", temperature=0, prompt_cache_retention="24h"
            ),
            lambda answer: answer.prompt_cache_retention == "24h",
        ),
    ],
    ids=["weight versions of chats", "of completions", "safety_identifier", "retention"],
)
def test_options_of_0_33_are_taken_or_a_warning(
    chat: Driver, version: str, ask: Callable[[Any], Any], has_it: Callable[[Any], bool]
) -> None:
    if numbers(version) >= (0, 33):
        assert has_it(chat.call(ask))
        return
    with pytest.warns(IgnoredByServerWarning, match=r"0\.33 is the first that reads it"):
        answer = chat.call(ask)
    assert not has_it(answer)
