"""Building the task of a run over files from the keywords of `bulk`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vllm_client import RequestError, Timeout
from vllm_client.api.chat.request import build_chat
from vllm_client.api.pooling.embeddings import build_embeddings
from vllm_client.bulk.file_task import FileTask, batch_task, rows_task
from vllm_client.bulk.requests import BulkRequest
from vllm_client.bulk.row_forms import CHAT, EMBEDDING
from vllm_client.bulk.run_options import BulkKeywords, RunKeywords
from vllm_client.call.settings import ClientSettings
from vllm_client.http.base_url import BaseUrl
from vllm_client.vllm import routes

SETTINGS = ClientSettings(BaseUrl.parse("http://localhost:8000/v1", None))
MESSAGES = [{"role": "user", "content": "Hi"}]


def _task(rows: Any = ("Hi",), key: str | None = None, body: Any = None, **given: Any) -> FileTask:
    options = given.pop("options", {})
    return rows_task(
        build_chat,
        CHAT,
        SETTINGS,
        options,
        rows=rows,
        output="out.jsonl",
        key=key,
        body=body,
        keywords=given,
    )


def test_batch_file_has_no_template() -> None:
    task = batch_task(SETTINGS, Path("in.jsonl"), "out.jsonl", {"sort": True, "max_errors": 3})

    assert (task.source, task.template, task.rows) == (Path("in.jsonl"), None, None)
    assert (task.sort, task.run.max_errors) == (True, 3)
    assert task.requests.settings.timeout == Timeout(token=None)


def test_rows_are_written_as_they_finish() -> None:
    assert _task().run.ordered is False


def test_path_is_an_input_file_and_any_other_value_is_rows() -> None:
    assert _task("prompts.txt").source == "prompts.txt"
    assert _task(["Hi"]).rows == ["Hi"]
    assert (_task(["Hi"]).total, _task(iter(["Hi"])).total) == (1, None)


def test_request_of_a_row_equals_that_of_a_single_call() -> None:
    task = _task(options={"model": "m", "seed": 3, "extra_body": {"x": 1}, "timeout": 5})

    assert task.request_of("Hi", 0) == BulkRequest(
        routes.CHAT_COMPLETIONS, {"model": "m", "seed": 3, "messages": MESSAGES, "x": 1}
    )
    assert task.requests.call == {"timeout": Timeout(total=5, token=None)}


def test_the_column_of_the_key_names_the_row_and_is_not_sent() -> None:
    row = {"id": 7, "messages": MESSAGES}

    request = _task(key="id").request_of(row, 0)

    assert (request.custom_id, request.body) == ("7", {"messages": MESSAGES})


def test_body_builds_the_request_from_the_whole_row() -> None:
    task = _task(key="id", body=lambda row: f"{row['id']}: {row['q']}")

    request = task.request_of({"id": "a", "q": "Why?"}, 0)

    assert request.custom_id == "a"
    assert request.body["messages"][0]["content"] == "a: Why?"


def test_a_row_without_its_key_is_an_error_with_its_number() -> None:
    with pytest.raises(RequestError, match=r"row 3: the row has no column 'id'"):
        _task(key="id").request_of({"messages": MESSAGES}, 3)


def test_embeddings_are_lists_of_floats_in_files() -> None:
    task = rows_task(
        build_embeddings,
        EMBEDDING,
        SETTINGS,
        {},
        rows=["Hi"],
        output="out.jsonl",
        key=None,
        body=None,
        keywords={},
    )

    assert task.request_of("Hi", 0).body == {"input": "Hi", "encoding_format": "float"}


def test_every_keyword_about_files_reaches_the_task() -> None:
    names = BulkKeywords.__optional_keys__ - RunKeywords.__optional_keys__
    given = dict.fromkeys(names - {"on_change"}, True)

    task = batch_task(SETTINGS, "in.jsonl", "out.jsonl", {**given, "on_change": "redo"})

    assert all(getattr(task, name) is True for name in given)
    assert task.on_change == "redo"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: _task(sort=1), "sort: expected True or False, got 1"),
        (lambda: _task(unsort=True), "a run has no option 'unsort'"),
        (lambda: _task(5), "rows: expected an iterable of rows, got 5"),
        (lambda: _task(["Hi"], dry_run=True), "dry_run: the input must be a file"),
        (lambda: batch_task(SETTINGS, "-", "o", {"dry_run": True}), "dry_run: the input must"),
        (lambda: batch_task(SETTINGS, ["Hi"], "o", {}), "input: expected a path"),  # type: ignore[arg-type]
        (lambda: batch_task(SETTINGS, "i", None, {}), "output: expected a path"),  # type: ignore[arg-type]
    ],
)
def test_invalid_keywords_are_rejected(make: Any, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        make()
