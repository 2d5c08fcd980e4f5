"""Report calls that are still open when the program exits."""

from __future__ import annotations

import atexit
import os
import time
from functools import cache

from ..telemetry.watch import OBSERVED


@cache
def end_calls_at_exit() -> None:
    """At program exit, notify the observers of calls that are still open."""
    atexit.register(_end_calls)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=OBSERVED.clear)  # forget the parent's calls


def _end_calls() -> None:
    for watch in list(OBSERVED):
        watch.abandon(time.monotonic())
