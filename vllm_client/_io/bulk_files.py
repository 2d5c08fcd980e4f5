"""All files of one bulk run in one object: the rows to send, and the files for their answers."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext, suppress
from datetime import UTC, datetime
from secrets import token_hex
from types import TracebackType
from typing import Self, TypeAlias

import attrs

from .._version import __version__
from ..bulk.batch_file import Template
from ..bulk.hash_index import Occurrences
from ..bulk.journal import failure_line, success_line
from ..bulk.manifest import Manifest
from ..bulk.requests import BulkRequest, BulkRow
from ..bulk.resume import BulkCounts, NamedRow, OnChange, ResumeRules, Verdict
from ..errors import BulkFileError, VllmError
from .bulk_output import BulkOutput, open_output, output_path
from .earlier_lines import EarlierLines, Standing
from .file_errors import refuse_windows
from .input_check import changed_rows, check_input, duplicate_id
from .input_file import InputFile

Path: TypeAlias = str | os.PathLike[str]


@attrs.frozen
class BulkPlan:
    """What a run would send, computed from its files without sending anything.

    Attributes:
        counts: The rows of the input, by outcome.
        torn_bytes: The length in bytes of an incomplete last line in the output, left by an
            interrupted run; 0 if there is none.
    """

    counts: BulkCounts
    torn_bytes: int


class BulkFiles:
    """The rows to send, and the files for their answers and errors.

    One thread may take rows while another thread reports their answers.

    Attributes:
        counts: The rows so far, by outcome. If the input is a regular file, rows that earlier runs
            completed are counted at the start.
        planned: The rows of the whole input by outcome, counted before the first row is sent; None
            if the input is a stream.
        torn_bytes: The length in bytes of an incomplete last line of the output, left by an
            interrupted run. That line was removed.
        moved_lines: The number of damaged lines that were moved to another file.
        resumable: Whether a later run can continue the output. False for a pipe.

    Example:
        with BulkFiles.open("in.jsonl", "out.jsonl") as files:
            for row in files.rows():
                files.succeeded(row, send(row), attempts=1, seconds=0.5)
            files.finish(complete=True)
    """

    def __init__(
        self, source: InputFile | None, output: BulkOutput, rules: ResumeRules, manifest: Manifest
    ) -> None:
        self.counts = BulkCounts()
        self.planned: BulkCounts | None = None
        self.torn_bytes = output.torn_bytes
        self.moved_lines = output.moved_lines
        self.resumable = output.resumable
        self._source = source
        self._output = output
        self._rules = rules
        self._manifest = manifest
        self._occurrences: Occurrences | None = Occurrences()
        self._settled: bytearray | None = None
        self._finished = False
        self._opened = ExitStack()

    @classmethod
    def open(
        cls,
        source: Path | None,
        output: Path,
        *,
        template: Template | None = None,
        on_change: OnChange = "error",
        keep_failed: bool = False,
        repair: bool = False,
        sort: bool = False,
    ) -> Self:
        """Open the files of a run. If the input is a regular file, read and check all of it.

        Args:
            source: The input, "-" for stdin; None if rows are passed one by one to `admit`.
            output: The file for the answers, "-" for stdout.
            template: Converts rows that are not batch lines to requests. Default: every row is a
                batch line.
            on_change: How to treat rows whose body differs from the body that was answered under
                the same custom_id: "error", "redo" (send again) or "keep" (the earlier answer).
            keep_failed: Whether to skip rows that failed in an earlier run instead of sending them
                again.
            repair: Whether to move damaged lines of the output to NAME.damaged.jsonl.
            sort: Whether to also write the answers to NAME.sorted.jsonl, in input order, when all
                rows are done.

        Raises:
            RequestError: The input is invalid, or the platform is Windows.
            BulkFileError: The output cannot be used.
        """
        refuse_windows()
        rules = ResumeRules(on_change, keep_failed)
        with ExitStack() as opened:
            input_file = None
            if source is not None:
                input_file = opened.enter_context(InputFile(source, template))
            target = open_output(output, input_file, repair=repair, sort=sort)
            opened.callback(target.release)
            files = cls(input_file, target, rules, _manifest(output, input_file))
            files._start()
            files._opened = opened.pop_all()
        return files

    @classmethod
    def plan(
        cls,
        source: Path,
        output: Path,
        *,
        template: Template | None = None,
        on_change: OnChange = "error",
        keep_failed: bool = False,
    ) -> BulkPlan:
        """Read and check the whole input, and return what would be sent. Nothing is written.

        The arguments and errors are the same as for `open`.
        """
        refuse_windows()
        rules = ResumeRules(on_change, keep_failed)
        path = output_path(output)
        with InputFile(source, template) as input_file:
            earlier = EarlierLines.none() if path is None else EarlierLines.scan(path)
            try:
                check = check_input(input_file, rules, earlier, lambda request, standing: None)
            finally:
                earlier.close()
        return BulkPlan(check.counts, earlier.output.torn_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with nullcontext() if error is None else suppress(BulkFileError):
            self.close()

    @property
    def total(self) -> int | None:
        """The number of rows of the input; None if it is not known before the input ends."""
        return None if self.planned is None else self.planned.rows

    def rows(self) -> Iterator[BulkRow]:
        """Yield the rows of the input that must be sent.

        Raises:
            RequestError: A row of a stream is invalid, has a duplicate custom_id, or has changed
                since it was answered; or a regular file has changed since it was checked.
        """
        assert self._source is not None, "rows are given to admit()"
        checked = None if self.planned is None else self.planned.rows
        for numbered in self._source.requests(self._settled, checked):
            place = self._source.place(numbered.line)
            row = self._row(numbered.request, numbered.index, place)
            if row is not None:
                yield row

    def admit(self, request: BulkRequest) -> BulkRow | None:
        """Register the next row of the input; return it, or None if it need not be sent.

        Raises:
            RequestError: The row has a duplicate custom_id, or has changed since it was answered.
        """
        index = self.counts.rows
        return self._row(request, index, f"row {index}")

    def _row(self, request: BulkRequest, index: int, place: str) -> BulkRow | None:
        named = NamedRow.of(request, self._occurrences)
        if named.is_duplicate:
            raise duplicate_id(named.key, place)
        standing = self._output.earlier.standing(named, self._rules)
        if standing.verdict is Verdict.CHANGED:
            raise changed_rows([f"{named.key!r} ({place})"], 1)
        if self.planned is None:
            self._observe(request, standing)
            self.counts.add(standing.verdict)
        elif standing.verdict is Verdict.SEND:  # the others were counted by `_check`
            self.counts.add(standing.verdict)
        if standing.verdict is not Verdict.SEND:
            return None
        return BulkRow(
            named.key,
            index,
            request.route,
            request.body,
            request.custom_id,
            named.body_hash,
            standing.failed_before,
        )

    def _observe(self, request: BulkRequest, standing: Standing) -> None:
        self._output.add_row(standing.success)
        self._manifest.add(request)

    def succeeded(
        self, row: BulkRow, answer: bytes, *, attempts: int, seconds: float, request_id: str = ""
    ) -> None:
        """Write the answer to a row.

        Args:
            row: The row.
            answer: The JSON body that the server sent.
            attempts: The number of times the row was sent.
            seconds: The time from the first attempt to the end of the answer.
            request_id: The X-Request-Id of the last attempt. Default: unknown.

        Raises:
            BulkFileError: The answer cannot be written. The run must end; answers written before
                are safe.
        """
        line = success_line(
            row,
            answer,
            attempts=attempts,
            seconds=seconds,
            request_id=request_id,
            line_id=token_hex(16),
        )
        self._output.succeeded(row, line)
        self.counts.succeeded += 1

    def failed(self, row: BulkRow, error: VllmError, *, attempts: int, seconds: float) -> None:
        """Write the failure of a row.

        Args:
            row: The row.
            error: The error it failed with.
            attempts: The number of times the row was sent.
            seconds: The time from the first attempt to the error.

        Raises:
            BulkFileError: The failure cannot be written. The run must end; answers written before
                are safe.
        """
        line = failure_line(
            row,
            error,
            attempts=attempts,
            seconds=seconds,
            line_id=token_hex(16),
            with_body=self._output.resumable,
        )
        self._output.failed(row, line)
        self.counts.failed += 1

    def finish(self, *, complete: bool) -> None:
        """Sync the output to disk, and write the manifest and the other files beside it.

        Args:
            complete: Whether the input was read to its end and every row was sent.

        Raises:
            BulkFileError: A file cannot be written.
        """
        self._finished = True
        manifest = self._manifest.to_json(self.counts, _now(), complete=complete)
        self._output.finish(manifest, complete=complete)

    def close(self) -> None:
        """Close all files. If `finish` was not called, first finish the run as incomplete.

        Raises:
            BulkFileError: A file cannot be written.
        """
        with self._opened:
            if not self._finished:
                self.finish(complete=False)

    def _start(self) -> None:
        if self._source is not None and self._source.regular:
            self._check(self._source)
        self._output.start(self._manifest.to_json(self.counts, None, complete=False))

    def _check(self, source: InputFile) -> None:
        """Read and check the whole input. Raises RequestError."""
        check = check_input(source, self._rules, self._output.earlier, self._observe)
        self.planned = check.counts
        self.counts = attrs.evolve(check.counts, rows=check.counts.rows - check.counts.to_send)
        if not check.any_repeated:
            # Row keys do not depend on earlier rows, so completed rows need not be parsed again.
            self._settled = check.settled
            self._occurrences = None


def _manifest(output: Path, source: InputFile | None) -> Manifest:
    return Manifest(
        started=_now(),
        output=os.fspath(output),
        input_path=None if source is None else source.name,
        input_size=None if source is None else source.size,
        versions={"vllm-client-sdk": __version__, "python": platform.python_version()},
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
