"""Limit the retries of all calls together, so that an outage does not double the load."""

from __future__ import annotations

# Max retries in the last WINDOW_SECONDS: MAX_SHARE of the requests in that time, or MIN_RETRIES if
# that is more.
MAX_SHARE = 0.2
MIN_RETRIES = 10
WINDOW_SECONDS = 10


class RetryRatio:
    """Count requests and retries in buckets of one second. `now` is a time in seconds."""

    def __init__(self) -> None:
        self._seconds = [-1] * WINDOW_SECONDS
        self._requests = [0] * WINDOW_SECONDS
        self._retries = [0] * WINDOW_SECONDS

    def requested(self, now: float) -> None:
        """Count the start of a call."""
        self._requests[self._bucket(now)] += 1

    def take(self, now: float) -> bool:
        """Count one more retry and return True, or return False if the limit is reached."""
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
        """Return the index of this second's bucket, after a reset if it held an earlier second."""
        second = int(now)
        bucket = second % WINDOW_SECONDS
        if self._seconds[bucket] != second:
            self._seconds[bucket] = second
            self._requests[bucket] = self._retries[bucket] = 0
        return bucket
