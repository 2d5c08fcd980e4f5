"""The consequence of an error for its row and for the run."""

from __future__ import annotations

import pytest

from vllm_client import AnswerError, ApiError, IoError, IoTimeout, ParseError, RequestError
from vllm_client.bulk.row_retry import Rule, rule_of, wait_before


def _api_error(code: int, body: str = "", param: str | None = None) -> ApiError:
    error = ApiError("no", code)
    error.body, error.param = body, param
    return error


def _io_error(failure: str, arrived: bool = True) -> IoError:
    error = IoError("no")
    error.failure, error.may_have_arrived = failure, arrived  # type: ignore[assignment]
    return error


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (429, Rule.REFUSED),
        (503, Rule.REFUSED),
        *((code, Rule.SERVER_ERROR) for code in (500, 502, 504, 520, 521, 522, 523, 525, 530)),
        (401, Rule.ENDS),
        (403, Rule.ENDS),
        (400, Rule.FAILED),
        (404, Rule.FAILED),
        (413, Rule.FAILED),
        (501, Rule.FAILED),
        (524, Rule.FAILED),
    ],
)
def test_statuses(code: int, rule: Rule) -> None:
    assert rule_of(_api_error(code)) is rule


@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (_io_error("refused", arrived=False), Rule.AWAY),
        (_io_error("lost"), Rule.LOST),
        (_io_error("lost", arrived=False), Rule.AWAY),
        (_io_error("tls", arrived=False), Rule.ENDS_UNLESS_IT_WAS_THERE),
        (_io_error("no_address", arrived=False), Rule.ENDS_UNLESS_IT_WAS_THERE),
        (IoTimeout("late", "connect", 10), Rule.AWAY),
        (IoTimeout("late", "queue", 10), Rule.REFUSED),
        (IoTimeout("late", "idle", 10), Rule.LOST),
        (IoTimeout("late", "total", 10), Rule.FAILED),
    ],
    ids=lambda value: value.name if isinstance(value, Rule) else "",
)
def test_failures_of_connections(error: IoError, rule: Rule) -> None:
    assert rule_of(error) is rule


@pytest.mark.parametrize(
    "error", [ParseError("odd"), AnswerError("odd"), RequestError("odd"), KeyError("odd")]
)
def test_anything_else_fails_the_row(error: Exception) -> None:
    assert rule_of(error) is Rule.FAILED


@pytest.mark.parametrize("code", [404, 405])
def test_missing_route_ends_the_run(code: int) -> None:
    detail = {404: "Not Found", 405: "Method Not Allowed"}[code]

    assert rule_of(_api_error(code, f'{{"detail":"{detail}"}}')) is Rule.ENDS


def test_unknown_model_ends_the_run_unless_a_row_has_succeeded() -> None:
    assert rule_of(_api_error(404, param="model")) is Rule.ENDS_UNLESS_ANY_SUCCEEDED


def test_waits_double_up_to_fifteen_seconds() -> None:
    assert [wait_before(retry) for retry in (0, 1, 2, 3, 4, 5, 2000)] == [1, 2, 4, 8, 15, 15, 15]
