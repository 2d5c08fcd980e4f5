"""Detect whether several server processes answer at one address."""

from __future__ import annotations

# After polls were answered by different processes, gauges are trusted again when this many
# consecutive polls were answered by the same process. Two replicas that answer at random give 30
# such answers once in 1,000 million times.
POLLS_OF_ONE_PROCESS = 30


class ReplicaDetector:
    """Detect that several processes answer at one address, as behind a Kubernetes service.

    A process is identified by its start time. The process changes when the server was restarted,
    which also breaks connections, or when the address stands for several replicas.
    """

    def __init__(self) -> None:
        self._process: float | None = None
        self._polls_left = 0  # number of polls until the gauges are trusted again

    @property
    def found_several(self) -> bool:
        """Whether several processes answered lately, so that gauges come from a random replica."""
        return self._polls_left > 0

    def polled(self, process_start_time: float | None) -> None:
        """Record the process start time of a successful poll; None if the metric is missing."""
        if process_start_time is None:
            return
        if self._process in (None, process_start_time):
            self._polls_left = max(self._polls_left - 1, 0)
        else:
            self._polls_left = POLLS_OF_ONE_PROCESS - 1
        self._process = process_start_time

    def expect_restart(self) -> None:
        """Accept another process next time, because a lost connection may mean a restart."""
        self._process = None
