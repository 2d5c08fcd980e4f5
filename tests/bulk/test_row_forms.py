"""The accepted rows of each API method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vllm_client import RequestError, user
from vllm_client.bulk import row_forms

MESSAGES = [user("Hi")]


@pytest.mark.parametrize(
    ("form", "row", "options"),
    [
        ("CHAT", "Hi", {"messages": [{"role": "user", "content": "Hi"}]}),
        ("CHAT", MESSAGES, {"messages": MESSAGES}),
        ("CHAT", MESSAGES[0], {"messages": MESSAGES}),
        ("CHAT", {"messages": MESSAGES, "seed": 3}, {"messages": MESSAGES, "seed": 3}),
        ("CHAT", np.array(MESSAGES), {"messages": MESSAGES}),
        ("COMPLETION", "Hi", {"prompt": "Hi"}),
        ("COMPLETION", np.array([1, 2]), {"prompt": [1, 2]}),
        ("EMBEDDING", "Hi", {"input": "Hi"}),
        ("CLASSIFY", [1, 2], {"input": [1, 2]}),
        ("RESPONSE", "Hi", {"input": "Hi"}),
        ("MESSAGES", "Hi", {"messages": [{"role": "user", "content": "Hi"}]}),
        ("SCORE", ("a", "b"), {"queries": "a", "documents": "b"}),
        ("RERANK", ["a", ["b", "c"]], {"query": "a", "documents": ["b", "c"]}),
        ("TRANSCRIPTION", b"RIFF", {"file": b"RIFF"}),
        ("TRANSCRIPTION", {"file": "a.mp3", "language": "de"}, {"file": "a.mp3", "language": "de"}),
    ],
)
def test_options_of_a_row(form: str, row: Any, options: dict[str, Any]) -> None:
    assert getattr(row_forms, form).options(row) == options


@pytest.mark.parametrize(
    ("form", "row", "words"),
    [
        (
            "CHAT",
            5,
            r"row: expected a text or messages, or a mapping of options; got 5 \(use",
        ),
        ("COMPLETION", None, "row: expected a text or token ids"),
        ("SCORE", "a", "row: expected a pair of texts"),
        ("RERANK", ("a", "b", "c"), "row: expected a pair of query and documents"),
    ],
)
def test_other_rows_are_rejected(form: str, row: Any, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        getattr(row_forms, form).options(row)


def test_row_of_the_caller_is_copied() -> None:
    row = {"prompt": "Hi"}

    assert row_forms.COMPLETION.options(row) is not row
