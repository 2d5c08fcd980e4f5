"""A bound on the retries of all calls together, so that an outage does not double the load."""

from __future__ import annotations

# Retries of the last WINDOW_SECONDS: this share of the requests, or this number if that is more.
MAX_SHARE = 0.2
MIN_RETRIES = 10
WINDOW_SECONDS = 10


class RetryRatio:
    """Counts requests and retries in buckets of one second. `now` is in seconds."""

    def __init__(self) -> None:
        self._seconds = [-1] * WINDOW_SECONDS
        self._requests = [0] * WINDOW_SECONDS
        self._retries = [0] * WINDOW_SECONDS

    def requested(self, now: float) -> None:
        """A call begins."""
        self._requests[self._bucket(now)] += 1

    def take(self, now: float) -> bool:
        """Whether there is room for another retry, which is then counted."""
        bucket = self._bucket(now)
        since = int(now) - WINDOW_SECONDS
        recent = [i for i, second in enumerate(self._seconds) if second > since]
        requests = sum(self._requests[i] for i in recent)
        retries = sum(self._retries[i] for i in recent)
        if retries >= max(MIN_RETRIES, int(MAX_SHARE * requests)):
            return False
        self._retries[bucket] += 1
        return True

    def _bucket(self, now: float) -> int:
        """The bucket of this second, emptied if it held an earlier one."""
        second = int(now)
        bucket = second % WINDOW_SECONDS
        if self._seconds[bucket] != second:
            self._seconds[bucket] = second
            self._requests[bucket] = self._retries[bucket] = 0
        return bucket
