"""Parsing of batch lines and of rows for a template, and the errors of invalid ones."""

import json
from typing import Any

import pytest

from vllm_client.bulk.batch_file import (
    BULK_ROUTES,
    LineError,
    Template,
    column_of,
    parse_batch_line,
    parse_json,
)
from vllm_client.bulk.requests import BulkRequest
from vllm_client.errors import RequestError
from vllm_client.vllm.routes import CHAT_COMPLETIONS, EMBEDDINGS

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def line(**fields: Any) -> str:
    row = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": BODY}
    return json.dumps({**row, **fields})


def without(name: str) -> str:
    return json.dumps({key: value for key, value in json.loads(line()).items() if key != name})


def test_a_batch_line_becomes_a_request() -> None:
    assert parse_batch_line(line()) == BulkRequest(CHAT_COMPLETIONS, BODY, "a")


@pytest.mark.parametrize("text", [without("custom_id"), line(custom_id=None)])
def test_the_custom_id_may_be_missing(text: str) -> None:
    assert parse_batch_line(text).custom_id is None


def test_other_fields_are_ignored_so_that_an_errors_file_can_be_an_input() -> None:
    assert parse_batch_line(line(error={"code": 500}, response=None)).custom_id == "a"


@pytest.mark.parametrize("url", BULK_ROUTES)
def test_each_route_with_one_json_answer_is_accepted(url: str) -> None:
    assert parse_batch_line(line(url=url)).route.full_path == url


def test_stream_may_be_false() -> None:
    body = {**BODY, "stream": False}

    assert parse_batch_line(line(body=body)).body == body


def test_a_surrogate_half_in_the_custom_id_is_replaced() -> None:
    assert parse_batch_line(line(custom_id="a\ud800")).custom_id == "a\ufffd"


@pytest.mark.parametrize(
    ("text", "problem", "column"),
    [
        ("[1]", "expected a JSON object, got [1]", 1),
        ('{"url": }', "not valid JSON: Expecting value", 9),
        ("hello", "not valid JSON: Expecting value", 1),
        (line(body={"x": float("nan")}), "not valid JSON: NaN is not a JSON number", None),
        ("[" * 100_000, "not valid JSON: ", None),
        (without("url"), "url: missing; a batch line has custom_id, method, url and body", 1),
        (line(url=7), "url: expected a path, got 7", 38),
        (line(url="https://evil/v1/chat/completions"), "url: expected the path of a route", 38),
        (line(url="//evil/v1/chat/completions"), "url: expected the path of a route", 38),
        (line(url="/v1/chat/completion"), "did you mean /v1/chat/completions?", 38),
        (
            line(url="/v1/chat"),
            "'/v1/chat' is not a route for bulk files; did you mean /v1/ch",
            38,
        ),
        (line(url="/zzz"), "expected one of /v1/chat/completions ", 38),
        (line(url="/v1/audio/transcriptions"), "takes an upload", 38),
        (without("method"), 'method: missing; expected "POST"', 1),
        (line(method="GET"), "method: expected \"POST\", got 'GET'", 20),
        (without("body"), "body: missing; expected an object", 1),
        (line(body=[]), "body: expected an object, got []", 69),
        (line(body={"stream": True}), "body: stream: bulk rows cannot be streamed", 69),
        (line(custom_id=""), "custom_id: expected a string with at least one character", 2),
        (line(custom_id=5), "custom_id: expected a string", 2),
    ],
)
def test_invalid_line_is_rejected_with_its_column(
    text: str, problem: str, column: int | None
) -> None:
    with pytest.raises(LineError) as caught:
        parse_batch_line(text)

    assert problem in caught.value.problem
    assert caught.value.column == column


def test_column_is_that_of_the_field_in_the_outermost_object() -> None:
    text = ' { "a" : {"b": 1} , "b" : 2 }'

    assert column_of(text, "b") == text.index('"b" : 2') + 1
    assert column_of(text, "c") == 2
    assert column_of("{}", "c") == 1


def test_integers_of_any_size_are_kept() -> None:
    assert parse_json(str(2**80)) == 2**80


def chat_body(row: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": row["q"]}]}


def test_template_builds_requests_from_rows() -> None:
    template = Template(CHAT_COMPLETIONS, chat_body, "id")

    assert template.request_of({"id": 7, "q": "Hi"}) == BulkRequest(
        CHAT_COMPLETIONS, {"messages": [{"role": "user", "content": "Hi"}]}, "7"
    )


def test_a_template_without_key_gives_no_custom_id() -> None:
    request = Template(EMBEDDINGS, lambda text: {"input": text}).request_of("Hi")

    assert request == BulkRequest(EMBEDDINGS, {"input": "Hi"}, None)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"q": "Hi"}, "the row has no column 'id'"),
        ({"id": None, "q": "Hi"}, "the row has no column 'id'"),
        ({"id": 1.5, "q": "Hi"}, "id: expected a string or an integer, got 1.5"),
        ({"id": True, "q": "Hi"}, "id: expected a string or an integer, got True"),
        ({"id": "", "q": "Hi"}, "id: expected a string or an integer, got ''"),
    ],
)
def test_row_without_a_valid_key_is_rejected(row: Any, problem: str) -> None:
    with pytest.raises(LineError, match=problem):
        Template(CHAT_COMPLETIONS, chat_body, "id").request_of(row)


def test_text_row_has_no_columns() -> None:
    with pytest.raises(LineError, match="the row has no column 'id'"):
        Template(CHAT_COMPLETIONS, lambda row: {}, "id").request_of("Hi")


def test_body_that_json_cannot_represent_is_rejected() -> None:
    with pytest.raises(RequestError, match="cannot be written as JSON"):
        Template(CHAT_COMPLETIONS, lambda row: {"x": object()}).request_of("Hi")
