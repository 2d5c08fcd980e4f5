"""The keywords of `map`, checked before anything is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from vllm_client import RequestError
from vllm_client.api.chat.request import build_chat
from vllm_client.bulk.row_forms import CHAT
from vllm_client.bulk.row_jobs import map_job
from vllm_client.bulk.run_job import BulkJob
from vllm_client.call.settings import ClientSettings
from vllm_client.http.base_url import BaseUrl

SETTINGS = ClientSettings(BaseUrl.parse("http://localhost:8000/v1", None))


def _job(rows: Any = ("a", "b", "c"), **given: Any) -> BulkJob:
    keywords = {"body": None, "ordered": True, "errors": "raise", "run": {}, **given}
    return map_job(build_chat, CHAT, SETTINGS, {}, rows=rows, **keywords)


async def _async_rows() -> AsyncIterator[str]:
    yield "a"


def test_total_is_known_for_a_list_and_unknown_for_an_iterator() -> None:
    assert _job(["a", "b"]).total == 2
    assert _job(iter("ab")).total is None


@pytest.mark.parametrize(
    ("given", "in_thread"), [({}, False), ({"body": str}, True), ({"prepare": dict}, True)]
)
def test_functions_that_may_block_are_called_in_a_thread(
    given: dict[str, Any], in_thread: bool
) -> None:
    assert _job(**given).in_thread is in_thread


def test_batches_are_rows_of_the_run() -> None:
    job = _job(batch=2)

    assert list(job.rows) == [["a", "b"], ["c"]]
    assert (job.total, job.split is None) == (3, False)


@pytest.mark.parametrize(("errors", "raises"), [("raise", True), ("return", False)])
def test_errors_are_raised_or_returned(errors: str, raises: bool) -> None:
    assert _job(errors=errors).options.raises is raises


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"errors": "ignore"}, 'errors: expected "raise" or "return", got \'ignore\''),
        ({"body": "question"}, "body: expected a function of a row, got 'question'"),
        ({"batch": 0}, "batch: expected a number of rows above 0, got 0"),
        ({"batch": True}, "batch: expected a number of rows"),
        ({"batch": 2, "rows": _async_rows()}, "batch: rows must be an iterable, not an async one"),
        (
            {"rows": "a text"},
            "rows: expected an iterable of rows, got 'a text'; bulk",
        ),
        ({"run": {"concurency": 3}}, "a run has no option 'concurency'"),
    ],
)
def test_invalid_keywords_are_rejected(given: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        _job(**given)
