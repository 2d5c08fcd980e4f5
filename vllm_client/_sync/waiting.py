"""How to wait in a thread. The async package has a file of the same names."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Annotated, TypeVar

from ..retry import Clock

CLOCK = Clock(monotonic=time.monotonic, date=time.time, random=random.random)

sleep = time.sleep
now = time.monotonic

S = TypeVar("S")

# Nothing is put off here: what would be awaited is there, and a stream is open.
Pending = Annotated[S, "here"]
Opening = Annotated[S, "open"]


def opening(open_stream: Callable[[], S]) -> S:
    """The stream, opened now."""
    return open_stream()
