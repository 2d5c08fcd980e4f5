"""Progress of a run: rows, tokens, rates, and the reason for its concurrency."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from types import MappingProxyType

import attrs

from ..errors import ApiError
from .server_lane import ServerStats

# Rates are averages over the last RATE_SECONDS.
RATE_SECONDS = 30.0


@attrs.frozen
class RunStats:
    """A snapshot of the progress of a run.

    Attributes:
        done: The number of rows that succeeded.
        failed: The number of rows that failed.
        failures: The number of failed rows by kind of error, such as {"400 BadRequestError": 2}.
        in_flight: The number of requests that are sent and not answered, or wait to be sent again.
        waiting: The number of requests of all clients in the server's queue; None without metrics.
        total: The number of rows of the input; None if unknown.
        prompt_tokens, completion_tokens: The sums over the answers so far.
        rows_per_second, prompt_tokens_per_second, completion_tokens_per_second: Averages over the
            last 30 seconds.
        seconds: The time since the run began.
        eta: The estimated seconds until the end; None if the total is unknown or no row is done.
        retries: The number of requests that were sent again.
        concurrency: The max number of requests in flight.
        reason: The reason for this number, or the reason why nothing is sent, as text.
        servers: The state of each server, for a client with several servers.
    """

    done: int = 0
    failed: int = 0
    failures: Mapping[str, int] = MappingProxyType({})
    in_flight: int = 0
    waiting: int | None = None
    total: int | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    rows_per_second: float = 0.0
    prompt_tokens_per_second: float = 0.0
    completion_tokens_per_second: float = 0.0
    seconds: float = 0.0
    eta: float | None = None
    retries: int = 0
    concurrency: int = 0
    reason: str = ""
    servers: tuple[ServerStats, ...] = ()

    def __str__(self) -> str:
        total = "" if self.total is None else f" of {self.total:,}"
        failed = f", {self.failed:,} failed" if self.failed else ""
        waiting = "" if self.waiting is None else f", {self.waiting:,} queued there"
        eta = "" if self.eta is None else f", {duration(self.eta)} left"
        servers = "".join(f"; {server}" for server in self.servers)
        return (
            f"{self.done:,}{total} rows done{failed}; {self.rows_per_second:,.1f} rows/s, "
            f"{self.prompt_tokens_per_second:,.0f} + {self.completion_tokens_per_second:,.0f} "
            f"tokens/s{eta}; {self.in_flight:,} of {self.concurrency:,} in flight ({self.reason})"
            f"{waiting}{servers}"
        )


def duration(seconds: float) -> str:
    """Format a duration, as in 42 s, 3 min 20 s, 2 h 05 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def kind_of(error: Exception) -> str:
    """Return the kind of an error: its status and type, or the name of its class."""
    if isinstance(error, ApiError):
        return f"{error.code} {error.type}" if error.type else str(error.code)
    return type(error).__name__


def tokens_of(response: object) -> tuple[int, int]:
    """Return the prompt and completion tokens of an answer; 0 where its usage lacks them."""
    usage = getattr(response, "usage", None)
    prompt = getattr(usage, "prompt_tokens", None) or getattr(usage, "input_tokens", None)
    answer = getattr(usage, "completion_tokens", None) or getattr(usage, "output_tokens", None)
    return prompt or 0, answer or 0


class RunMeter:
    """Counters of a run. `now` is the time of a monotonic clock, in seconds."""

    def __init__(self, now: float) -> None:
        self.began = now
        self.last_success = now
        self.done = self.failed = self.retries = 0
        self.prompt_tokens = self.completion_tokens = 0
        self.failures: Counter[str] = Counter()
        self._totals: deque[tuple[float, int, int, int]] = deque([(now, 0, 0, 0)])

    @property
    def finished(self) -> int:
        """The number of rows that succeeded or failed."""
        return self.done + self.failed

    def succeeded(self, now: float, tokens: tuple[int, int], rows: int = 1) -> None:
        """Count answered rows, with their numbers of prompt and completion tokens."""
        self.done += rows
        self.prompt_tokens += tokens[0]
        self.completion_tokens += tokens[1]
        self.last_success = now
        self._note(now)

    def row_failed(self, now: float, error: Exception, rows: int = 1) -> None:
        """Count rows that failed with an error."""
        self.failed += rows
        self.failures[kind_of(error)] += rows
        self._note(now)

    def rates(self, now: float) -> tuple[float, float, float]:
        """Return rows, prompt tokens and completion tokens per second in the last RATE_SECONDS."""
        since = next(
            (total for total in tuple(self._totals) if total[0] >= now - RATE_SECONDS), None
        )
        if since is None:
            return 0.0, 0.0, 0.0
        seconds = max(now - since[0], 1e-3)
        current = (self.finished, self.prompt_tokens, self.completion_tokens)
        rows, prompt, answer = (end - begin for end, begin in zip(current, since[1:], strict=True))
        return rows / seconds, prompt / seconds, answer / seconds

    def eta(self, now: float, total: int | None) -> float | None:
        """Estimate the seconds until all rows are finished; None if that is unknown."""
        rate = self.rates(now)[0]
        if total is None or rate <= 0:
            return None
        return max(0.0, (total - self.finished) / rate)

    def _note(self, now: float) -> None:
        """Store the current totals at most once a second; keep those of the last RATE_SECONDS."""
        if now - self._totals[-1][0] < 1.0:
            return
        self._totals.append((now, self.finished, self.prompt_tokens, self.completion_tokens))
        while self._totals[0][0] < now - RATE_SECONDS:
            self._totals.popleft()
