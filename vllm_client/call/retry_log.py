"""What a retry leaves in the log."""

from __future__ import annotations

from typing import Any

from ..errors import VllmError
from .request import Attempt


def log_retry(attempt: Attempt[Any], cause: VllmError) -> None:
    """Log an attempt that follows a failed one: INFO, logger `vllm_client`, without secrets."""
    import logging  # takes milliseconds to load, and is needed for retries only

    spec, number = attempt.spec, len(attempt.request_ids)
    logging.getLogger("vllm_client").info(
        "%s %s: attempt %d follows in %.2f s, after %s: %s",
        spec.method,
        spec.path,
        number,
        attempt.wait,
        type(cause).__name__,
        cause.message,
        extra={"attempt": number, "wait": attempt.wait},
    )
