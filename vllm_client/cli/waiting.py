"""Print a notice when a command waits for its server."""

from __future__ import annotations

import logging
import sys
from time import monotonic

from .text import fit_for

# Seconds of retries after which the notice is printed.
NOTICE_AFTER_SECONDS = 1.0


class WaitingNotice(logging.Handler):
    """Print on stderr why a call waits, once per call, after a second of retries."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._began = monotonic()
        self._printed = False

    def emit(self, record: logging.LogRecord) -> None:
        """Handle the log record of a retry. Called by `logging`."""
        if getattr(record, "attempt", 2) == 2:  # the first retry of a call
            self._began, self._printed = monotonic(), False
        wait = getattr(record, "wait", 0.0)
        if not self._printed and monotonic() - self._began + wait >= NOTICE_AFTER_SECONDS:
            self._printed = True
            text = f"vllm-client: waiting for the server: {record.getMessage()}"
            print(fit_for(sys.stderr, text), file=sys.stderr)


def announce_waiting() -> None:
    """Print notices about retries for the rest of the process."""
    logger = logging.getLogger("vllm_client")
    logger.setLevel(logging.INFO)
    logger.addHandler(WaitingNotice())
