"""The validation of the options of a run."""

from __future__ import annotations

from typing import Any

import pytest

from vllm_client import RequestError
from vllm_client.bulk.concurrency import Concurrency
from vllm_client.bulk.run_options import RunKeywords, RunOptions


def test_defaults() -> None:
    assert RunOptions.of({}) == RunOptions(Concurrency(), False, None, 600.0, True, False)


def test_a_number_is_a_fixed_concurrency() -> None:
    assert RunOptions.of({"concurrency": 8}).concurrency == Concurrency(min=8, start=8, max=8)


def test_every_keyword_is_an_option() -> None:
    names = RunKeywords.__optional_keys__

    assert set(RunOptions.__slots__) - {"__weakref__"} == names | {"ordered", "raises"}


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"max_error": 3}, "a run has no option 'max_error'; did you mean max_errors\\?$"),
        ({"batch": 8}, "no option 'batch': only map\\(\\) of embeddings"),
        ({"background": 1}, "background: expected True or False, got 1"),
        ({"ordered": "yes"}, "ordered: expected True or False, got 'yes'"),
        ({"max_errors": -1}, "max_errors: expected a number of rows, or a share of them below 1"),
        ({"max_errors": 1.5}, "max_errors: expected"),
        ({"max_errors": True}, "max_errors: expected"),
        ({"server_patience": 0}, "server_patience: expected seconds above 0, got 0"),
        ({"concurrency": "many"}, "concurrency: expected"),
    ],
)
def test_invalid_options_are_rejected(keywords: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        RunOptions.of(keywords)


@pytest.mark.parametrize(
    ("max_errors", "failed", "finished", "too_many"),
    [
        (None, 10**6, 10**6, False),
        (0, 0, 50, False),
        (0, 1, 50, True),
        (3, 3, 4, False),
        (3, 4, 1000, True),
        (0.1, 10, 20, False),  # a share applies to at least 100 rows
        (0.1, 11, 20, True),
        (0.1, 100, 1000, False),
        (0.1, 101, 1000, True),
    ],
)
def test_too_many(max_errors: Any, failed: int, finished: int, too_many: bool) -> None:
    assert RunOptions(max_errors=max_errors).too_many(failed, finished) is too_many
