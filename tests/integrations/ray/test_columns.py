"""Conversion of answers to columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from tests.facades.row_server import RowServer
from vllm_client import RequestError, SyncVllmClient
from vllm_client.bulk.bulk_item import BulkItem
from vllm_client.integrations.ray.columns import COUNT, NUMBER, TEXT, VECTOR, AnswerColumns

CLIENT = SyncVllmClient("http://127.0.0.1:9/v1")
CHAT = CLIENT.chat.completions.create()


@attrs.frozen
class Invoice:
    number: str
    total: float
    paid: bool = False


@pytest.fixture
def server() -> Iterator[RowServer]:
    with RowServer() as running:
        yield running


def items(ask: Any, rows: list[Any], **keywords: Any) -> list[BulkItem[Any, Any]]:
    with ask.map(rows, errors="return", **keywords) as run:
        return list(run)


def test_an_answer_has_its_text_usage_and_finish_reason(server: RowServer) -> None:
    server.respond = lambda text, visit: 400 if text == "b" else f"re: {text}"
    ask = SyncVllmClient(server.base_url).chat.completions.create()

    values = AnswerColumns.of(ask, None, "").values(items(ask, ["a", "b"]))

    error = values.pop("error")
    assert values == {
        "answer": ["re: a", None],
        "finish_reason": ["stop", None],
        "prompt_tokens": [3, None],
        "completion_tokens": [5, None],
        "error_type": [None, "400 Error"],
    }
    assert error[0] is None
    assert "no" in error[1]


def test_fields_of_parsed_answers_are_columns(server: RowServer) -> None:
    answers = {"a": '{"number": "A1", "total": 2.5}', "b": "no JSON", "c": "null"}
    server.respond = lambda text, visit: answers[text]
    ask = SyncVllmClient(server.base_url).chat.completions.create()
    columns = AnswerColumns.of(ask, Invoice, "")

    values = columns.values(items(ask, ["a", "b", "c"], response_format=Invoice))

    assert values["number"] == ["A1", None, None]
    assert values["total"] == [2.5, None, None]
    assert values["paid"] == [None, None, None]
    assert values["answer"] == ['{"number": "A1", "total": 2.5}', None, None]
    assert values["error_type"] == [None, "AnswerError", "AnswerError"]
    assert list(columns.types)[:3] == ["number", "total", "paid"]
    assert columns.types["total"] == NUMBER


def test_a_parsed_answer_that_is_not_an_object_is_one_column(server: RowServer) -> None:
    server.respond = lambda text, visit: "[1, 2]"
    ask = SyncVllmClient(server.base_url).chat.completions.create()
    columns = AnswerColumns.of(ask, list[int], "")

    assert columns.values(items(ask, ["a"], response_format=list[int]))["parsed"] == [[1, 2]]
    assert columns.types["parsed"] == {"type": "array", "items": COUNT}


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (CHAT, TEXT),
        (CLIENT.completions.create(), TEXT),
        (CLIENT.embeddings.create(), VECTOR),
        (CLIENT.score(), NUMBER),
    ],
)
def test_the_type_of_an_answer_is_that_of_its_family(ask: Any, kind: Any) -> None:
    assert AnswerColumns.of(ask, None, "").types["answer"] == kind


def test_answers_are_vectors_scores_or_texts(server: RowServer) -> None:
    bodies = {
        "vector": {"data": [{"index": 0, "embedding": [1, 2]}], "usage": {"prompt_tokens": 4}},
        "query": {"data": [{"index": 0, "score": 0.5}], "usage": {"prompt_tokens": 6}},
    }
    server.respond = lambda text, visit: (200, bodies[text]) if text in bodies else text
    client = SyncVllmClient(server.base_url)
    vectors = client.embeddings.create().options(encoding_format="float")
    found = []
    for ask, row in (
        (vectors, "vector"),
        (client.score(), ("query", "document")),
        (client.completions.create(), "text"),
    ):
        values = AnswerColumns.of(ask, None, "").values(items(ask, [row]))
        found.append([values["answer"][0], values["prompt_tokens"][0], values["error"][0]])

    assert found == [[[1.0, 2.0], 4, None], [0.5, 6, None], ["text", 3, None]]


def test_a_prefix_renames_all_but_the_fields() -> None:
    names = list(AnswerColumns.of(CHAT, Invoice, "llm_").types)

    assert names[:5] == ["number", "total", "paid", "llm_answer", "llm_finish_reason"]


def test_a_field_with_the_name_of_another_column_is_refused() -> None:
    @attrs.frozen
    class Verdict:
        answer: str

    with pytest.raises(RequestError, match=r"its field 'answer' .* prefix="):
        AnswerColumns.of(CHAT, Verdict, "")
    assert "answer" in AnswerColumns.of(CHAT, Verdict, "llm_").types


@pytest.mark.parametrize("request_", [CLIENT, CLIENT.rerank(), "m"])
def test_builders_of_other_families_are_refused(request_: Any) -> None:
    with pytest.raises(RequestError, match="expected a builder of chat, completions, embeddings"):
        AnswerColumns.of(request_, None, "")
