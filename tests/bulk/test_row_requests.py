"""Building requests from rows, with the timeouts of a run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vllm_client import RequestError, RetryPolicy, Timeout
from vllm_client.api.chat.request import build_chat
from vllm_client.bulk.row_forms import CHAT
from vllm_client.bulk.row_requests import RowRequests
from vllm_client.call.response import HttpResponse
from vllm_client.call.retry import NO_RETRY
from vllm_client.call.settings import ClientSettings
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers

SETTINGS = ClientSettings(BaseUrl.parse("http://localhost:8000/v1", None))
BODY = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello!"}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
}


def _requests(body: Any = None, step: Any = None, **options: Any) -> RowRequests:
    return RowRequests.of(build_chat, CHAT, SETTINGS, options, body, step)


def _sent(requests: RowRequests, row: Any) -> Any:
    return json.loads(requests.spec(requests.prepare(row)).body)


def test_every_row_has_the_options_of_the_builder() -> None:
    messages = [{"role": "user", "content": "Hi"}]

    assert _sent(_requests(seed=3), "Hi") == {"seed": 3, "messages": messages}


def test_options_of_a_row_win_and_extra_bodies_merge() -> None:
    requests = _requests(seed=3, extra_body={"a": 1, "b": 2})
    row = {"messages": [{"role": "user", "content": "Hi"}], "seed": 4, "extra_body": {"b": 3}}

    sent = _sent(requests, row)

    assert (sent["seed"], sent["a"], sent["b"]) == (4, 1, 3)


def test_body_builds_the_request_of_a_row_before_the_step_of_the_method() -> None:
    requests = _requests(
        body=lambda row: row["question"], step=lambda options: {**options, "seed": 7}
    )

    sent = _sent(requests, {"question": "Why?"})

    assert sent == {"messages": [{"role": "user", "content": "Why?"}], "seed": 7}


def test_error_for_an_unknown_column_mentions_body() -> None:
    with pytest.raises(RequestError, match=r"no option 'id'.*; the columns of a row are options"):
        _sent(_requests(), {"id": 1, "text": "Hi"})


def test_error_in_the_result_of_body_does_not_mention_columns() -> None:
    with pytest.raises(RequestError, match=r"no option 'id' \(extra_body [a-z ]+\)$"):
        _sent(_requests(body=dict), {"id": 1, "text": "Hi"})


def test_token_timeout_and_retries_of_single_calls_are_disabled() -> None:
    requests = _requests(timeout=Timeout(connect=1, token=2, idle=3), retry=RetryPolicy())

    spec = requests.spec(requests.prepare("Hi"))

    assert spec.timeout == Timeout(connect=1, token=None, idle=3)
    assert spec.retry == NO_RETRY
    plain = _requests().spec({"messages": [{"role": "user", "content": "Hi"}]})
    assert plain.timeout == Timeout(token=None)


def test_answers_have_their_size_and_tokens() -> None:
    requests = _requests()
    reply = HttpResponse(200, Headers(()), json.dumps(BODY).encode())

    size, spec = requests.request(requests.prepare("Hi"))
    answer = spec.read(reply)

    assert size == 1
    assert answer.response.content == "Hello!"
    assert (answer.size, answer.tokens) == (len(reply.body), (3, 5))


def test_row_without_a_request_has_its_own_error() -> None:
    requests = _requests()

    with pytest.raises(RequestError, match="has no option 'question'"):
        requests.spec(requests.prepare({"question": "Why?"}))
