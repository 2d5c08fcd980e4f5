"""The report of a run over files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import attrs

from .run_stats import RunStats, duration


@attrs.frozen
class BulkReport:
    """The state of a run over files, during the run and at its end.

    Attributes:
        stats: Counts and rates of this run.
        output: The file of the answers.
        errors_file: The file of the failed rows, which can be used as input; None if no row failed
            or the output is a pipe.
        to_send: The number of rows that a dry run would send; None if the run is not a dry run.
        done_before: The number of rows that an earlier run has answered.
        failed_before: The number of rows that failed in an earlier run and are not sent again
            because of `keep_failed`.
        is_complete: Whether every row of the input is finished: answered or failed.
        cut_bytes: The length in bytes of an incomplete line that was removed from the end of the
            output.
    """

    stats: RunStats
    output: str
    errors_file: str | None = None
    to_send: int | None = None
    done_before: int = 0
    failed_before: int = 0
    is_complete: bool = False
    cut_bytes: int = 0

    @property
    def done(self) -> int:
        """The number of rows that were answered in this run."""
        return self.stats.done

    @property
    def failed(self) -> int:
        """The number of rows that failed in this run."""
        return self.stats.failed

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        stats = self.stats
        if self.to_send is not None:
            yield f"{self.to_send:,} rows would be sent; {self.done_before:,} are done"
            if self.failed_before:
                yield f"{self.failed_before:,} failed before and would not be sent again"
            return
        before = f" ({self.done_before:,} by earlier runs)" if self.done_before else ""
        yield f"{stats.done + self.done_before:,} rows done{before} in {duration(stats.seconds)}"
        if stats.servers:
            yield ", ".join(f"{each.name} answered {each.done:,}" for each in stats.servers)
        if stats.failed:
            kinds = ", ".join(f"{count:,} × {kind}" for kind, count in stats.failures.items())
            yield f"{stats.failed:,} failed: {kinds}"
        if self.failed_before:
            yield f"{self.failed_before:,} failed before and were not sent again"
        seconds = max(stats.seconds, 1e-3)
        yield (
            f"{stats.prompt_tokens:,} tokens in, {stats.completion_tokens:,} out "
            f"({stats.completion_tokens / seconds:,.0f} out per second); {stats.retries:,} retries"
        )
        if self.cut_bytes:
            size = f"{self.cut_bytes:,} bytes"
            yield f"an incomplete line of {size} at the end of {self.output} was removed"
        if self.errors_file is not None:
            yield f"the failed rows are in {self.errors_file}; another run sends them again"
        if not self.is_complete:
            some = self.done or self.done_before
            holds = ", and holds more short answers than long ones" if some else ""
            yield f"the output is not complete{holds}: run the same call or command to continue"


Progress: TypeAlias = bool | Callable[[BulkReport], object]
"""True for a progress line on stderr, or a function that is called with a report each second."""
