"""Parsing of output lines into typed answers."""

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.helpers.bulk_lines import api_error
from vllm_client.api.chat.answers import ChatCompletionResponse
from vllm_client.bulk.batch_file import BULK_ROUTES
from vllm_client.bulk.journal import failure_line, success_line
from vllm_client.bulk.requests import BulkRow
from vllm_client.bulk.results import _READERS, BulkResult, ResultReader
from vllm_client.errors import AnswerError, IoError, ParseError, RequestError, VllmError
from vllm_client.status_errors import BadRequestError
from vllm_client.vllm.routes import CHAT_COMPLETIONS, EMBEDDINGS, Route

CHAT = {"choices": [{"index": 0, "message": {"role": "assistant", "content": '{"total": 5}'}}]}


@attrs.frozen
class Invoice:
    total: int


def row(route: Route = CHAT_COMPLETIONS, key: str = "a") -> BulkRow:
    return BulkRow(key, 3, route, {"model": "m"}, key, "0" * 32)


def success(answer: Any, route: Route = CHAT_COMPLETIONS, key: str = "a") -> bytes:
    octets = json.dumps(answer).encode()
    return success_line(
        row(route, key), octets, attempts=2, seconds=1.5, request_id="r", line_id="1"
    )


def failure(error: VllmError) -> bytes:
    return failure_line(row(), error, attempts=3, seconds=0.5, line_id="1", with_body=True)


def read(line: bytes, response_format: Any = None) -> BulkResult[Any]:
    return ResultReader(response_format).read(line)


def test_every_route_of_bulk_files_has_a_reader() -> None:
    assert _READERS.keys() == BULK_ROUTES.keys()


@pytest.mark.parametrize("key", ["a", '"},"id":"x","body":{', "é\n"])
def test_a_success_is_read_as_a_single_call_reads_it(key: str) -> None:
    result = read(success(CHAT, key=key))

    assert isinstance(result.response, ChatCompletionResponse)
    assert result.response.choices[0].message.content == '{"total": 5}'
    assert (result.key, result.index, result.url) == (key, 3, "/v1/chat/completions")
    assert (result.attempts, result.seconds, result.ok) == (2, 1.5, True)
    assert result.unwrap() is result.response


def test_line_rewritten_by_another_program_is_parsed(tmp_path: Path) -> None:
    again = json.dumps(json.loads(success(CHAT)), indent=None).encode() + b"\n"

    assert read(again) == read(success(CHAT))


def test_embeddings_are_parsed() -> None:
    answer = {"data": [{"index": 0, "embedding": [0.5, 1.0]}]}

    assert read(success(answer, EMBEDDINGS)).unwrap().data[0].embedding == [0.5, 1.0]


def test_chat_answers_are_parsed_into_a_type() -> None:
    assert read(success(CHAT), Invoice).unwrap().parsed == Invoice(5)


def test_answer_that_does_not_match_the_type_is_a_result_with_an_error() -> None:
    chat = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "no"}}]}
    result = read(success(chat), Invoice)

    assert not result.ok
    with pytest.raises(AnswerError, match="the answer is not JSON"):
        result.unwrap()


def test_malformed_answer_is_a_result_with_an_error() -> None:
    assert isinstance(read(success({"choices": []})).error, ParseError)


def test_type_for_embeddings_is_rejected() -> None:
    with pytest.raises(RequestError, match="response_format: only chat answers can be parsed"):
        read(success({"data": []}, EMBEDDINGS), Invoice)


def test_type_without_a_schema_is_rejected() -> None:
    with pytest.raises(RequestError, match="response_format"):
        ResultReader(object())


def test_error_status_becomes_an_api_error() -> None:
    error = api_error("too long")
    error.param, error.request_ids = "max_tokens", ("r",)
    result = read(failure(error))

    assert type(result.error) is BadRequestError
    assert vars(result.error).items() >= {"code": 400, "param": "max_tokens"}.items()
    assert str(result.error) == "400 BadRequestError: too long"
    assert result.error.request_id == "r"
    assert (result.response, result.attempts) == (None, 3)


def test_connection_error_keeps_its_message() -> None:
    assert str(read(failure(IoError("reset"))).error) == "IoError: reset"


@pytest.mark.parametrize("error", ["odd", {"error": "odd"}])
def test_error_in_the_format_of_another_program_is_an_error(error: Any) -> None:
    fields = {**json.loads(failure(IoError("reset"))), "error": error}

    assert "odd" in str(read(json.dumps(fields).encode() + b"\n").error)


@pytest.mark.parametrize(
    "line",
    [
        b"{}\n",
        success(CHAT).replace(b'"body":', b'"nobody":'),
        success(CHAT).replace(b"/v1/chat/completions", b"/v1/other"),
        success(CHAT).replace(b'"key":"a"', b'"key":"a'),
        success(CHAT)[:-1] + b" \n",
    ],
)
def test_damaged_line_is_rejected_or_parsed_as_json(line: bytes) -> None:
    if line.endswith(b" \n"):
        assert read(line).ok
        return
    with pytest.raises((ValueError, KeyError)):
        read(line)
