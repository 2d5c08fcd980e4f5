"""The log lines of retries."""

import logging

import pytest

from tests.call.test_attempts import SPEC
from vllm_client.call.request import Attempt
from vllm_client.call.retry_log import log_retry
from vllm_client.errors import ApiError


def test_a_retry_is_one_line_with_the_wait_and_the_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "vllm_client")
    cause = ApiError("busy", 503)

    log_retry(Attempt(SPEC, ("1", "2"), wait=1.25), cause)

    (record,) = caplog.records
    assert (record.name, record.levelname) == ("vllm_client", "INFO")
    assert record.getMessage() == (
        "POST /v1/chat/completions: attempt 2 follows in 1.25 s, after ApiError: busy"
    )
