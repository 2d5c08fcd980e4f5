"""Check a whole input before the first request: invalid lines, duplicate ids, changed rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import attrs

from ..bulk.hash_index import Occurrences
from ..bulk.keys import hash64
from ..bulk.requests import BulkRequest
from ..bulk.resume import BulkCounts, NamedRow, ResumeRules, Verdict
from ..errors import RequestError
from .earlier_lines import EarlierLines, Standing
from .input_file import InputFile

_MAX_NAMED = 3


@attrs.define
class InputCheck:
    """The result of checking an input.

    Attributes:
        counts: The rows, by outcome.
        settled: One byte a row: 1 if the row need not be sent, else 0.
        any_repeated: Whether two rows without custom_id have equal bodies.
    """

    counts: BulkCounts = attrs.field(factory=BulkCounts)
    settled: bytearray = attrs.field(factory=bytearray)
    any_repeated: bool = False


def check_input(
    source: InputFile,
    rules: ResumeRules,
    earlier: EarlierLines,
    observe: Callable[[BulkRequest, Standing], None],
) -> InputCheck:
    """Read and check an input to its end.

    Args:
        source: A regular file.
        rules: The rules for rows of earlier runs.
        earlier: The lines of earlier runs.
        observe: Called with each row and its state after earlier runs.

    Raises:
        RequestError: A line is invalid, a custom_id occurs twice, or the body of a row has changed
            since it was answered.
    """
    check, occurrences = InputCheck(), Occurrences()
    repeated_ids: set[int] = set()
    changed: list[str] = []
    for numbered in source.requests():
        row = NamedRow.of(numbered.request, occurrences)
        if row.is_duplicate:
            repeated_ids.add(hash64(row.token))
            continue
        standing = earlier.standing(row, rules)
        observe(numbered.request, standing)
        check.counts.add(standing.verdict)
        check.settled.append(standing.verdict is not Verdict.SEND)
        if standing.verdict is Verdict.CHANGED and len(changed) < _MAX_NAMED:
            changed.append(f"{row.key!r} ({source.place(numbered.line)})")
    _refuse_duplicates(source, repeated_ids)
    if changed:
        raise changed_rows(changed, check.counts.changed)
    check.any_repeated = occurrences.any_repeated
    return check


def changed_rows(named: list[str], number: int) -> RequestError:
    """Return the error for rows whose body has changed since they were answered."""
    names = ", ".join(named) + (", …" if number > len(named) else "")
    rows = "1 row has" if number == 1 else f"{number} rows have"
    return RequestError(
        f"{rows} a different body than the one answered under the same custom_id: {names}. "
        'on_change="redo" (--on-change redo) sends them again, "keep" keeps the earlier answers'
    )


def duplicate_id(custom_id: str, place: str, other: str = "") -> RequestError:
    """Return the error for a custom_id that occurs twice."""
    return RequestError(f"{place}: custom_id {custom_id!r} occurs a second time{other}")


def _refuse_duplicates(source: InputFile, repeated: set[int]) -> None:
    """Raise RequestError for the first custom_id that occurs twice, naming both lines."""
    if not repeated:
        return
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for numbered in source.requests():
        row = NamedRow.of(numbered.request, None)
        if hash64(row.token) in repeated:
            lines[row.key].append(numbered.line)
            if len(lines[row.key]) > 1:
                first, second = lines[row.key]
                other = f"; the first is on line {first}"
                raise duplicate_id(row.key, source.place(second), other)
