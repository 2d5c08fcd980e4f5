"""The lines of the log, their levels, and the absence of secrets."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from tests.call.test_attempts import SPEC
from tests.test_record import SECRET, call
from vllm_client.call.request import Attempt
from vllm_client.codec.usage import Usage
from vllm_client.errors import ApiError, IoError, RequestError
from vllm_client.http.secrets import Secrets
from vllm_client.record import Call, Failure
from vllm_client.telemetry.log import LogObserver, describe, switch_on


@pytest.fixture(autouse=True)
def _loggers_as_they_were() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("vllm_client", "vllm_client.bodies")]
    before = [(logger, logger.level, [*logger.handlers]) for logger in loggers]
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def refused() -> IoError:
    error = IoError("connection refused")
    error.failure = "refused"
    return error


def retried(error: Exception) -> Call:
    """Return a call that is about to be retried."""
    record = call(_request_id="2")
    record._earlier = record.attempts
    return record


def test_a_retry_is_one_line_with_the_wait_and_the_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "vllm_client")
    error = ApiError("busy", 503)
    LogObserver().retrying(retried(error), error, 1.25)

    (record,) = caplog.records
    assert (record.name, record.levelname) == ("vllm_client", "INFO")
    assert record.getMessage() == (
        "POST /v1/chat/completions: attempt 2 follows in 1.25 s, after ApiError: busy"
    )
    assert (vars(record)["attempt"], vars(record)["wait"]) == (2, 1.25)


def test_unreachable_server_is_logged_once_as_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "vllm_client")
    log, record = LogObserver(), retried(refused())
    for _ in range(2):
        log.retrying(record, refused(), 0.05)
    log.ended(record)  # no response: the server is still unreachable
    record._status = 200
    log.ended(record)
    log.retrying(record, refused(), 0.05)

    assert [line.levelname for line in caplog.records] == ["WARNING", "INFO", "INFO", "WARNING"]
    assert caplog.messages[0] == (
        "http://host:8000/v1 is unreachable; POST /v1/chat/completions: attempt 2 follows in "
        "0.05 s, after IoError: connection refused"
    )
    assert caplog.messages[2] == "http://host:8000/v1 is reachable again"


def test_a_request_and_its_end_are_a_line_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "vllm_client")
    log = LogObserver()
    record = call(_request_id="1")
    log.attempt(record, record.attempts[0])
    record._status, record._ended = 200, 100.5
    log.ended(record)

    assert caplog.messages == [
        "POST /v1/chat/completions to http://host:8000/v1, model m, request id 1",
        "POST /v1/chat/completions: 200 in 0.500 s",
    ]


def test_later_attempts_are_logged_with_their_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "vllm_client")
    record = retried(refused())
    record._model = None
    LogObserver().attempt(record, record.attempts[1])

    assert caplog.messages == [
        "POST /v1/chat/completions to http://host:8000/v1, request id 2, attempt 2"
    ]


@pytest.mark.parametrize(
    ("moments", "line"),
    [
        ({}, "200 in 2.000 s, 6 tokens, 3.0 tokens/s"),
        (
            {"streamed": True, "_first_token": 100.5, "_last_token": 101.5},
            "200 in 2.000 s, first token after 0.500 s, 6 tokens, 4.0 tokens/s",
        ),
        (
            {"_failure": Failure(2.0, "ApiError", "no such model")},
            "failed after 2.000 s: ApiError: no such model",
        ),
        (
            {"streamed": True, "_failure": Failure(2.0, None, None)},
            "abandoned after 2.000 s, 6 tokens",
        ),
        (
            {"_failure": Failure(2.0, "CancelledError", None), "_facts": call()._facts},
            "abandoned by CancelledError after 2.000 s",
        ),
    ],
)
def test_the_end_of_a_call_in_one_line(moments: dict[str, Any], line: str) -> None:
    record = call(_ended=102.0, _status=200)
    record._facts = record._facts._replace(usage=Usage(completion_tokens=6))
    for name, value in moments.items():
        setattr(record, name, value)

    assert describe(record) == line


def test_log_is_off_unless_its_logger_is_enabled() -> None:
    logger, log = logging.getLogger("vllm_client"), LogObserver()
    logger.setLevel(logging.INFO)
    assert not log.is_on()
    logger.setLevel(logging.DEBUG)
    assert log.is_on()
    logger.setLevel(logging.WARNING)
    assert not log.is_on()


def test_log_is_off_before_logging_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "logging")

    assert not LogObserver().is_on()


def test_bodies_are_logged_only_if_the_level_of_their_own_logger_is_set(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "vllm_client")
    log = LogObserver()
    spec = attrs.evolve(SPEC, body=f"key {SECRET}".encode(), secrets=Secrets((SECRET,)))
    attempt = Attempt(spec, ("1",), call())
    log.log_request(attempt)
    log.log_answer(spec, b"data: Hi")
    plain = log.logging_feed(spec, list)
    assert caplog.messages == []

    logging.getLogger("vllm_client.bodies").setLevel(logging.DEBUG)
    log.log_request(attempt)
    log.log_answer(spec, b"data: Hi")
    feed = log.logging_feed(spec, list)
    assert feed(b"\x01") == [1] == plain(b"\x01")
    log.log_answer(spec, b"")
    assert caplog.messages == [
        "POST /v1/chat/completions: sent key ***",
        "POST /v1/chat/completions: received data: Hi",
        "POST /v1/chat/completions: received \x01",
    ]


def test_environment_variable_enables_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("vllm_client")
    level = logger.level
    switch_on({})
    assert logger.level == level
    switch_on({"VLLM_CLIENT_LOG": " Bodies "})
    assert logger.level == logging.DEBUG
    assert logging.getLogger("vllm_client.bodies").level == logging.DEBUG
    switch_on({"VLLM_CLIENT_LOG": "info"})
    assert logger.level == logging.INFO


def test_unknown_level_is_rejected() -> None:
    with pytest.raises(RequestError, match="VLLM_CLIENT_LOG: expected one of debug, info, warning"):
        switch_on({"VLLM_CLIENT_LOG": "verbose"})


PROGRAM = """
from vllm_client import SyncVllmClient
from vllm_client.testing import SimulatedVllm
with SimulatedVllm() as server, SyncVllmClient(server.base_url) as client:
    client.version()
"""


def test_log_of_a_script_goes_to_stderr() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"VLLM_CLIENT_LOG": "debug", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == ""
    assert " DEBUG vllm_client: GET /version to http://127.0.0.1:" in done.stderr
    assert " DEBUG vllm_client: GET /version: 200 in 0." in done.stderr
