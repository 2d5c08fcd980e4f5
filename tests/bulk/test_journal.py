"""Lines of the output: written as vLLM writes them, and parsed by their bytes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from vllm_client.bulk.batch_file import parse_batch_line
from vllm_client.bulk.journal import (
    LineHead,
    LineKind,
    classify,
    failure_line,
    key_token,
    parse_head,
    read_head,
    success_line,
)
from vllm_client.bulk.requests import BulkRow
from vllm_client.errors import ApiError, IoError, ParseError
from vllm_client.vllm.routes import CHAT_COMPLETIONS

RUN_BATCH = Path(__file__).resolve().parents[1] / "recordings" / "run-batch"
BODY = {"model": "m", "messages": [], "cache_salt": "secret"}
HASH = "0123456789abcdef" * 2
ROW = BulkRow("a", 3, CHAT_COMPLETIONS, BODY, "a", HASH)
HEAD = LineHead(b'"a"', 3, "/v1/chat/completions", HASH)


def success(answer: bytes = b'{"choices":[]}', key: str = "a") -> bytes:
    row = BulkRow(key, 3, CHAT_COMPLETIONS, BODY, key, HASH)
    return success_line(row, answer, attempts=2, seconds=1.5, request_id="r", line_id="1f")


def failure(error: Any, *, with_body: bool = True) -> bytes:
    return failure_line(ROW, error, attempts=3, seconds=0.25, line_id="1f", with_body=with_body)


def api_error() -> ApiError:
    error = ApiError("too long", 400)
    error.type, error.param, error.request_ids = "BadRequestError", "max_tokens", ("r1", "r2")
    return error


def test_success_line_has_the_format_of_vllm_with_our_key_first() -> None:
    assert success() == (
        b'{"vllm_client":{"key":"a","index":3,"url":"/v1/chat/completions",'
        b'"body_hash":"0123456789abcdef0123456789abcdef","attempts":2,"seconds":1.500},'
        b'"id":"vllm-1f","custom_id":"a","response":{"status_code":200,"request_id":"r",'
        b'"body":{"choices":[]}},"error":null}\n'
    )


def recorded(custom_id: str) -> bytes:
    """Return a line written by run-batch of vLLM 0.32."""
    lines = (RUN_BATCH / "out.jsonl").read_bytes().splitlines(keepends=True)
    return next(line for line in lines if f'"custom_id":"{custom_id}"'.encode() in line)


def without_our_key(line: bytes) -> bytes:
    return b"{" + line[line.index(b'"id":') :]


@pytest.mark.parametrize("key", ["a", "d"])
def test_success_line_equals_that_of_run_batch(key: str) -> None:
    line = recorded(key)
    fields = json.loads(line)
    written = success_line(
        BulkRow(key, 0, CHAT_COMPLETIONS, {}, key, HASH),
        line[line.index(b'"body":') + len(b'"body":') : -len(b'},"error":null}\n')],
        attempts=1,
        seconds=1,
        request_id=fields["response"]["request_id"],
        line_id=fields["id"].removeprefix("vllm-"),
    )

    assert without_our_key(written) == line


def test_failure_line_equals_that_of_run_batch() -> None:
    line = recorded("b")
    fields = json.loads(line)
    reported = fields["error"]["error"]
    error = ApiError(reported["message"], reported["code"])
    error.type, error.param = reported["type"], reported["param"]
    error.request_ids = (fields["response"]["request_id"],)
    written = failure_line(
        BulkRow("b", 1, CHAT_COMPLETIONS, {}, "b", HASH),
        error,
        attempts=1,
        seconds=1,
        line_id=fields["id"].removeprefix("vllm-"),
        with_body=False,
    )

    assert without_our_key(written) == line


def test_run_batch_accepts_a_line_of_our_errors_file() -> None:
    *_, ours = (RUN_BATCH / "in.jsonl").read_bytes().splitlines()

    assert parse_head(ours) is not None
    assert json.loads(recorded("d"))["response"]["status_code"] == 200


def test_unknown_request_id_is_generated_in_the_form_of_vllm() -> None:
    line = success_line(ROW, b"{}", attempts=1, seconds=1, request_id="", line_id="1f")

    assert json.loads(line)["response"]["request_id"] == "vllm-batch-1f"


def test_answer_is_the_json_of_the_server_in_one_line() -> None:
    line = success(b'\xef\xbb\xbf {\r\n  "text": "\xc3\xa9\\n\xff"\r}\n')

    assert line.count(b"\n") == 1
    assert b"\r" not in line
    assert json.loads(line)["response"]["body"] == {"text": "é\n\ufffd"}


def test_an_error_status_is_reported_as_vllm_does() -> None:
    fields = json.loads(failure(api_error(), with_body=False))

    assert list(fields) == ["vllm_client", "id", "custom_id", "response", "error"]
    assert fields["response"] == {"status_code": 400, "request_id": "r2", "body": None}
    assert fields["error"] == {
        "error": {
            "message": "too long",
            "type": "BadRequestError",
            "param": "max_tokens",
            "code": 400,
        }
    }


def test_an_error_without_type_or_request_id_is_reported_too() -> None:
    fields = json.loads(failure(ApiError("no", 502)))

    assert fields["response"]["request_id"] == "vllm-batch-1f"
    assert fields["error"]["error"]["type"] == "ApiError"


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [(IoError("reset"), "IoError", None), (ParseError("no"), "ParseError", 200)],
)
def test_error_without_status_has_no_response(error: Any, kind: str, code: int | None) -> None:
    error.status = code
    fields = json.loads(failure(error))

    assert fields["response"] is None
    assert fields["error"]["error"]["type"] == kind
    assert fields["error"]["error"]["code"] == code


def test_failure_line_can_be_used_as_input_and_has_no_cache_salt() -> None:
    line = failure(api_error())

    request = parse_batch_line(line.decode())
    assert (request.route, request.custom_id) == (CHAT_COMPLETIONS, "a")
    assert request.body == {"model": "m", "messages": []}
    assert b"secret" not in line


@pytest.mark.parametrize("key", ["a", 'with "quotes" \\ and\nlines', "é\u2028", "{}"])
def test_head_is_parsed_from_bytes_and_from_json(key: str) -> None:
    line = success(key=key)
    head = LineHead(key_token(key), 3, "/v1/chat/completions", HASH)

    assert head.key == key
    assert parse_head(line) == parse_head(line[:300]) == read_head(line) == head
    assert classify(line) == (LineKind.SUCCESS, key_token(key))
    assert classify(failure(api_error())) == (LineKind.FAILURE, b'"a"')


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")])
def test_line_rewritten_by_another_program_is_accepted(separators: tuple[str, str]) -> None:
    fields = json.loads(success(key="é"))
    line = json.dumps(dict(reversed(fields.items())), separators=separators).encode() + b"\n"
    same_order = json.dumps(fields, separators=separators).encode() + b"\n"

    for text in (line, same_order):
        assert classify(text) == (LineKind.SUCCESS, key_token("é"))
        assert read_head(text) == LineHead(key_token("é"), 3, "/v1/chat/completions", HASH)
    assert parse_head(line) is None


@pytest.mark.parametrize(
    "line",
    [
        b"hello\n",
        b'{"custom_id":"a"}\n',
        b'{"vllm_client":7,"response":{},"error":null}\n',
        b'{"vllm_client":{"key":1,"index":0,"url":"","body_hash":""},"response":{},"error":null}\n',
        b'{"vllm_client":{"key":"","index":"","url":"","body_hash":""},"response":1,"error":null}\n',
        b'{"vllm_client":{"key":"","index":0,"url":"","body_hash":""},"response":null,"error":null}\n',
        b"[" * 100_000 + b"\n",
        b"\xff\n",
        success()[:-30] + b"\n",
        success()[:-1] + success(),
        b'{"half',
        b"hello",
    ],
)
def test_line_of_another_program_is_damaged(line: bytes) -> None:
    assert classify(line) == (LineKind.DAMAGED, b"")


def test_answer_that_contains_the_text_of_a_line_is_a_success() -> None:
    answer = json.dumps({"text": success().decode()}).encode()

    assert classify(success(answer)) == (LineKind.SUCCESS, b'"a"')


@pytest.mark.parametrize("line", [b"\n", b" \r\n"])
def test_blank_lines_are_recognized(line: bytes) -> None:
    assert classify(line) == (LineKind.BLANK, b"")


@pytest.mark.parametrize("line", [success(), failure(api_error())])
def test_a_line_cut_anywhere_is_torn(line: bytes) -> None:
    assert {classify(line[:size]) for size in range(1, len(line))} == {(LineKind.TORN, b"")}


@settings(deadline=None)
@given(st.binary() | st.sampled_from([success(), failure(api_error())]), st.binary())
def test_any_bytes_have_a_line_kind(line: bytes, more: bytes) -> None:
    for text in (line, line[:-1] + more, line + more, line[: len(more)] + more):
        kind, token = classify(text)
        assert (kind in (LineKind.SUCCESS, LineKind.FAILURE)) is bool(token)
