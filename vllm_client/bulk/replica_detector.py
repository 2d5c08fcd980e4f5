"""Whether the gauges that one address shows are those of one server."""

from __future__ import annotations

# Polls in a row that one process must answer before its gauges are trusted again, once two have
# answered. Two replicas that answer at random give 30 equal answers once in a thousand million.
POLLS_OF_ONE_PROCESS = 30


class ReplicaDetector:
    """Notices that several processes answer at one address, as behind a Kubernetes service.

    A process is known by its start time. Another one answers either because the server was
    restarted, which breaks connections, or because the address stands for several replicas.
    """

    def __init__(self) -> None:
        self._process: float | None = None
        self._polls_left = 0  # until the gauges are trusted again

    @property
    def found_several(self) -> bool:
        """Whether several processes answered lately: the gauges are those of one at random."""
        return self._polls_left > 0

    def polled(self, process_start_time: float | None) -> None:
        """A poll was answered; None if the server does not say when it was started."""
        if process_start_time is None:
            return
        if self._process in (None, process_start_time):
            self._polls_left = max(self._polls_left - 1, 0)
        else:
            self._polls_left = POLLS_OF_ONE_PROCESS - 1
        self._process = process_start_time

    def expect_restart(self) -> None:
        """A connection was lost, so that another process may answer from now on."""
        self._process = None
