"""Answers that a run over files writes as the server sent them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vllm_client import ApiError, ParseError, Timeout
from vllm_client.bulk.batch_file import BULK_ROUTES
from vllm_client.bulk.raw_answers import FileRequests, raw_answer
from vllm_client.bulk.requests import BulkRow
from vllm_client.call.response import HttpResponse
from vllm_client.call.settings import ClientSettings
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers

SETTINGS = ClientSettings(BaseUrl.parse("http://localhost:8000/v1", None))


def _row(url: str = "/v1/chat/completions", **body: Any) -> BulkRow:
    return BulkRow("k", 0, BULK_ROUTES[url], body, "k", "0" * 32)


def _reply(body: Any) -> HttpResponse:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(200, Headers(()), content)


def test_request_has_the_body_of_the_row_and_the_options_of_the_call() -> None:
    call = {"extra_headers": {"X-Team": "a"}, "timeout": Timeout(total=5)}
    size, spec = FileRequests(SETTINGS, call).request(_row(messages=[], unheard_of=1))

    assert size == 1
    assert (spec.target, json.loads(spec.body)) == (
        "/v1/chat/completions",
        {"messages": [], "unheard_of": 1},
    )
    assert ("x-team", "a") in spec.headers
    assert spec.timeout.total == 5


def test_an_answer_is_the_bytes_of_the_server() -> None:
    reply = _reply(b'{ "choices": [{}], "usage": {"prompt_tokens": 3, "completion_tokens": 5} }')

    answer = raw_answer(_row(), reply)

    assert (answer.response, answer.size, answer.tokens) == (reply.body, len(reply.body), (3, 5))


@pytest.mark.parametrize(
    ("url", "body", "answer", "tokens"),
    [
        ("/v1/completions", {}, {"choices": [{}]}, (0, 0)),
        ("/v1/responses", {}, {"output": [], "usage": {"input_tokens": 2}}, (2, 0)),
        ("/v1/messages", {}, {"content": [], "usage": {"output_tokens": 4}}, (0, 4)),
        ("/v1/embeddings", {"input": ["a", "b"]}, {"data": [{}, {}], "usage": None}, (0, 0)),
        ("/classify", {"input": "a"}, {"data": [{}], "usage": {"prompt_tokens": "x"}}, (0, 0)),
        ("/rerank", {}, {"results": [{}]}, (0, 0)),
        ("/v2/embed", {}, {"embeddings": {"float": [[1.0]]}}, (0, 0)),
    ],
)
def test_complete_answers_of_other_routes(
    url: str, body: dict[str, Any], answer: Any, tokens: tuple[int, int]
) -> None:
    assert raw_answer(_row(url, **body), _reply(answer)).tokens == tokens


@pytest.mark.parametrize("url", BULK_ROUTES)
def test_an_answer_without_results_is_an_error_for_every_route(url: str) -> None:
    with pytest.raises(ParseError, match="expected 1 results, got 0"):
        raw_answer(_row(url), _reply({"id": "x"}))


@pytest.mark.parametrize(
    ("url", "body", "answer"),
    [
        ("/v1/chat/completions", {}, {"choices": []}),
        ("/v1/embeddings", {"input": ["a", "b"]}, {"data": [{}]}),
        ("/v1/chat/completions", {}, [1]),
        ("/v1/chat/completions", {}, b"<html>"),
    ],
)
def test_too_few_results_are_an_error(url: str, body: dict[str, Any], answer: Any) -> None:
    with pytest.raises(ParseError):
        raw_answer(_row(url, **body), _reply(answer))


def test_error_object_inside_a_200_is_raised_as_that_error() -> None:
    with pytest.raises(ApiError, match="engine died"):
        raw_answer(_row(), _reply({"error": {"message": "engine died", "code": 500}}))
