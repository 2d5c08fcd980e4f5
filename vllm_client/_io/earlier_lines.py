"""Look up lines of earlier runs: answers in the output, failures in the errors file."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import attrs

from ..bulk.resume import NamedRow, ResumeRules, Verdict
from .journal_index import Found, JournalIndex


def beside(output: Path, ending: str) -> Path:
    """Return the path of a file beside an output, such as out.errors.jsonl beside out.jsonl."""
    return output.with_name(output.name.removesuffix(".jsonl") + ending)


@attrs.frozen
class Standing:
    """The state of an input row after earlier runs.

    Attributes:
        verdict: Whether to send the row, and why.
        success: Its last success in the output.
        failed_before: Whether it failed in an earlier run and never succeeded.
    """

    verdict: Verdict
    success: Found | None
    failed_before: bool


@attrs.frozen
class EarlierLines:
    """An index of the lines of earlier runs, looked up by input row.

    Attributes:
        output: The lines of the output.
        errors: The lines of the errors file.
    """

    output: JournalIndex
    errors: JournalIndex

    @classmethod
    def none(cls) -> Self:
        """Return an empty index, as used for a pipe."""
        return cls(JournalIndex(Path()), JournalIndex(Path()))

    @classmethod
    def scan(cls, output: Path) -> Self:
        """Index an output file and its errors file. Raises BulkFileError."""
        return cls(JournalIndex.scan(output), JournalIndex.scan(beside(output, ".errors.jsonl")))

    def close(self) -> None:
        """Close both files."""
        self.output.close()
        self.errors.close()

    def has_success(self, token: bytes) -> bool:
        """Return whether a key, given as JSON text, has an answer. Raises BulkFileError."""
        return self.output.success(token) is not None

    def standing(self, row: NamedRow, rules: ResumeRules) -> Standing:
        """Return the state of a row. Raises BulkFileError."""
        success = self.output.success(row.token)
        if success is not None:
            return Standing(rules.verdict(row.body_hash, success.head, None), success, False)
        failure = self.errors.failure(row.token) or self.output.failure(row.token)
        if failure is not None:
            return Standing(rules.verdict(row.body_hash, None, failure.head), None, True)
        return _NEW


_NEW = Standing(Verdict.SEND, None, failed_before=False)
