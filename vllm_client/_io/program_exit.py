"""The end of the program, for calls that have not ended before."""

from __future__ import annotations

import atexit
import os
import time
from functools import cache

from ..telemetry.watch import OBSERVED


@cache
def end_calls_at_exit() -> None:
    """From now on, tell the observers of a call that is still open when the program ends."""
    atexit.register(_end_calls)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=OBSERVED.clear)  # those are the parent's calls


def _end_calls() -> None:
    for watch in list(OBSERVED):
        watch.abandon(time.monotonic())
