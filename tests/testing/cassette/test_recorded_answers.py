"""Choice of the recorded answer for a request."""

import json
from typing import Any

from vllm_client.testing.cassette.exchange import Exchange, RecordedResponse, readable_request
from vllm_client.testing.cassette.recorded_answers import NOT_RECORDED, RecordedAnswers
from vllm_client.testing.replies import ReceivedRequest
from vllm_client.testing.socket_steps import Send


def exchange(number: int, body: Any, status: int = 200, path: str = "/v1/x") -> Exchange:
    request = readable_request("POST", path, [], json.dumps(body).encode())
    return Exchange(number, request, RecordedResponse(status, {}, (), "complete"))


def asked(answers: RecordedAnswers, body: Any, target: str = "/v1/x") -> tuple[int, Any]:
    """Return status and body of the answer."""
    encoded = json.dumps(body).encode()
    request = ReceivedRequest("POST", target, {}, {}, encoded, 1, target=target)
    assert not answers.generates(request)
    answer, _ = answers.answer(request)
    sent = b"".join(step.data for step in answer.body if isinstance(step, Send))
    return answer.status, json.loads(sent or b"null")


def test_equal_requests_are_answered_in_order_and_the_last_answer_repeats() -> None:
    answers = RecordedAnswers([exchange(1, {}, 503), exchange(2, {"a": 1}), exchange(3, {})], "x")
    assert [asked(answers, {})[0] for _ in range(4)] == [503, 200, 200, 200]
    assert answers.missing == []


def test_error_for_an_unknown_request_shows_the_nearest_one() -> None:
    answers = RecordedAnswers([exchange(1, {"a": 1, "b": 1}), exchange(2, {"a": 2})], "x.jsonl")

    status, body = asked(answers, {"a": 3, "c": 3}, "/v1/x?y=1")

    message = (
        "POST /v1/x?y=1 is not recorded in x.jsonl. The nearest of its 2 requests is number 2,"
        ' POST /v1/x, which differs at query: recorded nothing, requested {"y": ["1"]}; it also'
        " differs at $.a, $.c"
    )
    assert status == NOT_RECORDED
    assert body["error"] == {
        "message": message,
        "type": "NotRecorded",
        "param": "query",
        "code": NOT_RECORDED,
    }
    assert answers.missing == [message]


def test_many_differences_are_counted() -> None:
    answers = RecordedAnswers([exchange(1, {"z": 1})], "x")
    message = asked(answers, dict.fromkeys("abcdefgh", 1))[1]["error"]["message"]
    assert message.endswith("it also differs at $.b, $.c, $.d, $.e, $.f and 3 other places")


def test_error_says_that_the_cassette_is_empty() -> None:
    message = asked(RecordedAnswers([], "x"), {})[1]["error"]["message"]
    assert message == "POST /v1/x is not recorded in x: the cassette is empty"
