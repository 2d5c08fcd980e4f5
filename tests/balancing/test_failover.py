"""The kinds of failure and the failover table."""

from __future__ import annotations

import pytest

from vllm_client import ApiError, HttpError, IoError, IoTimeout, StreamError, VllmError
from vllm_client.balancing.failover import MOVES, Failure, failure_of


def _io(failure: str) -> IoError:
    error = IoError("x")
    error.failure = failure  # type: ignore[assignment]
    return error


def _api(
    code: int, message: str = "x", kind: str | None = None, param: str | None = None
) -> ApiError:
    error = ApiError(message, code)
    error.type, error.param = kind, param
    return error


def _stream(begun: bool) -> StreamError:
    error = StreamError("x")
    error.begun, error.failure = begun, "cut"
    return error


LACKS_MODEL = "The model `x` does not exist. Valid aliases: tiny."


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (_io("refused"), Failure.CONNECT),
        (_io("no_address"), Failure.CONNECT),
        (IoTimeout("x", "connect", 1.0), Failure.CONNECT),
        (_io("tls"), Failure.OTHER),
        (_io("lost"), Failure.LOST),
        (_stream(begun=False), Failure.LOST),
        (_stream(begun=True), Failure.BEGUN),
        (IoTimeout("x", "token", 1.0), Failure.OTHER),
        (IoTimeout("x", "queue", 1.0), Failure.OTHER),
        (_api(503), Failure.REFUSED),
        (_api(429), Failure.OTHER),
        (_api(502), Failure.OTHER),
        (_api(404, LACKS_MODEL, "NotFoundError", "model"), Failure.UNKNOWN_MODEL),
        (_api(404, LACKS_MODEL, "NotFoundError"), Failure.UNKNOWN_MODEL),
        (_api(404, "Response with id 'x' not found.", "NotFoundError"), Failure.OTHER),
        (_api(404, "Not Found"), Failure.OTHER),
        (HttpError("x"), Failure.OTHER),
    ],
)
def test_each_error_has_its_row(error: VllmError, failure: Failure) -> None:
    assert failure_of(error) is failure


def test_every_failure_has_a_row() -> None:
    assert set(MOVES) == set(Failure)
    assert [failure for failure, move in MOVES.items() if move is None] == [Failure.BEGUN]
