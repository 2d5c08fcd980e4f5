"""Validation of choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vllm_client.testing import Cut, SimulatedVllm, Split


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda of: Cut(1, of=of), "of: expected one of 'answer', 'body', 'events', got 'bytes'"),
        (lambda of: Split(1, of=of), "of: expected one of 'answer', 'body', got 'bytes'"),
        (lambda task: SimulatedVllm(task=task), "task: expected one of 'generate', .* got 'bytes'"),
    ],
)
def test_error_for_an_invalid_value_lists_the_choices(
    wrong: Callable[[Any], object], words: str
) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        wrong("bytes")
