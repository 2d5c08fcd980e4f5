"""Checking a whole input before the first request."""

from pathlib import Path

import pytest

from tests.helpers.bulk_lines import batch_line, run, write_lines
from vllm_client._io.earlier_lines import EarlierLines
from vllm_client._io.input_check import InputCheck, check_input
from vllm_client._io.input_file import InputFile
from vllm_client.bulk.resume import BulkCounts, ResumeRules
from vllm_client.errors import RequestError


def checked(tmp_path: Path, lines: list[str], rules: ResumeRules | None = None) -> InputCheck:
    earlier = EarlierLines.scan(tmp_path / "out.jsonl")
    try:
        with InputFile(write_lines(tmp_path / "in.jsonl", lines)) as source:
            return check_input(source, rules or ResumeRules(), earlier, lambda *_: None)
    finally:
        earlier.close()


def answered(tmp_path: Path, lines: list[str]) -> None:
    run(write_lines(tmp_path / "in.jsonl", lines), tmp_path / "out.jsonl")


def test_rows_are_counted(tmp_path: Path) -> None:
    answered(tmp_path, [batch_line("a", "1")])
    check = checked(tmp_path, [batch_line("a", "1"), batch_line("b", "2"), batch_line("c")])

    counts = BulkCounts(rows=3, done_before=1)
    assert check == InputCheck(counts, bytearray([1, 0, 0]), any_repeated=False)


def test_equal_rows_without_custom_id_are_noted(tmp_path: Path) -> None:
    assert checked(tmp_path, [batch_line("a")] * 2).any_repeated


def test_a_custom_id_that_occurs_twice_is_rejected_with_both_lines(tmp_path: Path) -> None:
    lines = [batch_line("a", "1"), "", batch_line("a", "2"), batch_line("b", "1")]

    with pytest.raises(
        RequestError, match=r"in.jsonl:4: custom_id '1' occurs a second time; .* on line 1"
    ):
        checked(tmp_path, lines)


def test_the_first_of_several_duplicates_is_reported(tmp_path: Path) -> None:
    lines = [batch_line("a", name) for name in ("x", "y", "y", "x", "x")]

    with pytest.raises(RequestError, match=r"in.jsonl:3: custom_id 'y'"):
        checked(tmp_path, lines)


def test_changed_rows_are_rejected_and_three_are_named(tmp_path: Path) -> None:
    answered(tmp_path, [batch_line("a", str(number)) for number in range(5)])
    changed = [batch_line("b", str(number)) for number in range(1, 5)]

    with pytest.raises(
        RequestError,
        match=r"^4 rows have a different .*'1' \(.*in.jsonl:2\), '2' .*, '3' \(.*:4\), …\. on_ch",
    ):
        checked(tmp_path, [batch_line("a", "0"), *changed])


def test_a_single_changed_row_is_named(tmp_path: Path) -> None:
    answered(tmp_path, [batch_line("a", "1", temperature=0)])

    with pytest.raises(
        RequestError, match=r"^1 row has a different body .*: '1' \(.*in.jsonl:1\)\. "
    ):
        checked(tmp_path, [batch_line("a", "1", temperature=1)])


@pytest.mark.parametrize(("rule", "done"), [("redo", 0), ("keep", 1)])
def test_changed_rows_are_sent_or_kept_by_rule(tmp_path: Path, rule: str, done: int) -> None:
    answered(tmp_path, [batch_line("a", "1")])
    rules = ResumeRules(rule)  # type: ignore[arg-type]  # a parametrized str

    assert checked(tmp_path, [batch_line("b", "1")], rules).counts.done_before == done
