"""The notice that the command waits for its server."""

from __future__ import annotations

import logging
import sys
from time import monotonic

from .text import fit_for

# Seconds without an answer before the command says that it waits.
NOTICE_AFTER = 1.0


class WaitingNotice(logging.Handler):
    """Prints the reason for a retry on stderr, once, when retries last for a second or more."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._began: float | None = None
        self._printed = False

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of a retry; called by logging."""
        if self._began is None:
            self._began = monotonic()
        wait = getattr(record, "wait", 0.0)
        if not self._printed and monotonic() - self._began + wait >= NOTICE_AFTER:
            self._printed = True
            text = f"vllm-client: waiting for the server: {record.getMessage()}"
            print(fit_for(sys.stderr, text), file=sys.stderr)


def announce_waiting() -> None:
    """Have retries announced for the rest of the process."""
    logger = logging.getLogger("vllm_client")
    logger.setLevel(logging.INFO)
    logger.addHandler(WaitingNotice())
