"""The lines that earlier runs wrote: answers in the output, failures in the errors file."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import attrs

from ..bulk.resume import NamedRow, ResumeRules, Verdict
from .journal_index import Found, JournalIndex


def beside(output: Path, ending: str) -> Path:
    """A file that belongs to an output: out.jsonl has out.errors.jsonl."""
    return output.with_name(output.name.removesuffix(".jsonl") + ending)


@attrs.frozen
class Standing:
    """The state of a row of the input.

    Attributes:
        verdict: Whether it is sent, and why.
        success: Its last success in the output.
        failed_before: Whether it has failed in an earlier run, and has no success.
    """

    verdict: Verdict
    success: Found | None
    failed_before: bool


@attrs.frozen
class EarlierLines:
    """Finds rows of the input among the lines of earlier runs.

    Attributes:
        output: The lines of the output.
        errors: The lines of the errors file.
    """

    output: JournalIndex
    errors: JournalIndex

    @classmethod
    def none(cls) -> Self:
        """No lines at all, as for a pipe."""
        return cls(JournalIndex(Path()), JournalIndex(Path()))

    @classmethod
    def scan(cls, output: Path) -> Self:
        """Read the files of an output. Raises BulkFileError."""
        return cls(JournalIndex.scan(output), JournalIndex.scan(beside(output, ".errors.jsonl")))

    def close(self) -> None:
        """Close both files."""
        self.output.close()
        self.errors.close()

    def has_success(self, token: bytes) -> bool:
        """Whether a key, given as JSON, has an answer. Raises BulkFileError."""
        return self.output.success(token) is not None

    def standing(self, row: NamedRow, rules: ResumeRules) -> Standing:
        """The state of a row. Raises BulkFileError."""
        success = self.output.success(row.token)
        if success is not None:
            return Standing(rules.verdict(row.body_hash, success.head, None), success, False)
        failure = self.errors.failure(row.token) or self.output.failure(row.token)
        if failure is not None:
            return Standing(rules.verdict(row.body_hash, None, failure.head), None, True)
        return _NEW


_NEW = Standing(Verdict.SEND, None, failed_before=False)
