"""Readings of the engine's work and queue, once a second."""

from bisect import bisect_left
from statistics import fmean

from attrs import frozen

from tests.helpers.virtual.server import VirtualServer


@frozen
class Reading:
    """One reading. `work`: the total of tokens that were computed for the first time."""

    at: float
    work: int
    recomputed: int
    waiting: int


class Meter:
    """Read a server's state once a second."""

    def __init__(self, server: VirtualServer) -> None:
        self._server = server
        self.readings: list[Reading] = []
        self._work_before = self._recomputed_before = 0
        self._core = server.core
        self._read()

    def rate(self, start: float, end: float) -> float:
        """Return tokens of useful work per second between two times."""
        first, last = self._at(start), self._at(end)
        return (last.work - first.work) / (last.at - first.at)

    def max_waiting(self, start: float = 0.0) -> int:
        return max(reading.waiting for reading in self._since(start))

    def mean_waiting(self, start: float = 0.0) -> float:
        return fmean(reading.waiting for reading in self._since(start))

    @property
    def recomputed_share(self) -> float:
        last = self.readings[-1]
        return last.recomputed / max(last.work + last.recomputed, 1)

    def _since(self, start: float) -> list[Reading]:
        return [reading for reading in self.readings if reading.at >= start]

    def _at(self, time: float) -> Reading:
        index = bisect_left(self.readings, time, key=lambda reading: reading.at)
        return self.readings[min(index, len(self.readings) - 1)]

    def _read(self) -> None:
        core = self._server.core
        if core is not self._core:  # the server was restarted
            self._work_before += self._core.computed_tokens
            self._recomputed_before += self._core.recomputed_tokens
            self._core = core
        work = self._work_before + core.computed_tokens
        recomputed = self._recomputed_before + core.recomputed_tokens
        self.readings.append(Reading(self._server.clock.now, work, recomputed, core.waiting))
        self._server.clock.call_later(1.0, self._read)
