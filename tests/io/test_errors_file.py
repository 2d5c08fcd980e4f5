"""The file of failed rows."""

from pathlib import Path

import pytest

from tests.helpers.small_files import small_files
from tests.io.test_journal_index import failure, success
from vllm_client._io.errors_file import ErrorsFile
from vllm_client.errors import BulkFileError


def none_succeeded(token: bytes) -> bool:
    return False


def test_without_failures_there_is_no_file(tmp_path: Path) -> None:
    ErrorsFile(tmp_path / "errors").finish(none_succeeded)

    assert list(tmp_path.iterdir()) == []


def test_failures_are_appended_and_found(tmp_path: Path) -> None:
    path = tmp_path / "errors"
    path.write_bytes(failure("a"))
    errors = ErrorsFile(path)
    errors.append(b'"b"', failure("b"))

    assert path.read_bytes() == failure("a") + failure("b")
    assert errors.index.failure(b'"a"') is not None
    assert errors.index.failure(b'"b"') is not None
    errors.finish(none_succeeded)
    assert path.read_bytes() == failure("a") + failure("b")
    errors.index.close()


def test_the_last_failure_of_each_row_without_a_success_remains(tmp_path: Path) -> None:
    path = tmp_path / "errors"
    old = failure("a").replace(b"too long", b"too late")
    path.write_bytes(old + failure("b") + failure("c") + b"\n")
    errors = ErrorsFile(path)
    errors.append(b'"a"', failure("a"))

    errors.finish(lambda token: token == b'"b"')

    assert path.read_bytes() == failure("c") + failure("a")
    errors.index.close()


def test_a_failure_of_this_run_counts_despite_an_earlier_success(tmp_path: Path) -> None:
    errors = ErrorsFile(tmp_path / "errors")
    errors.append(b'"a"', failure("a"))
    errors.finish(lambda token: True)

    assert (tmp_path / "errors").read_bytes() == failure("a")
    errors.index.close()


def test_when_all_rows_have_succeeded_the_file_is_removed(tmp_path: Path) -> None:
    (tmp_path / "errors").write_bytes(failure("a"))
    errors = ErrorsFile(tmp_path / "errors")
    errors.finish(lambda token: True)

    assert list(tmp_path.iterdir()) == []
    errors.index.close()


def test_an_incomplete_line_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "errors"
    path.write_bytes(failure("a") + failure("b")[:-1])
    ErrorsFile(path)

    assert path.read_bytes() == failure("a")


def test_a_damaged_line_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "errors").write_bytes(b"hello\n")

    with pytest.raises(BulkFileError, match="the line at byte 0 is not a line of a bulk run"):
        ErrorsFile(tmp_path / "errors")


def test_a_full_disk_leaves_the_longer_file(tmp_path: Path) -> None:
    path = tmp_path / "errors"
    path.write_bytes(failure("a") + failure("b"))
    errors = ErrorsFile(path)

    with small_files(10), pytest.raises(BulkFileError, match="File too large"):
        errors.finish(lambda token: token == b'"a"')
    assert path.read_bytes() == failure("a") + failure("b")
    errors.index.close()


def test_a_success_is_not_found_as_a_failure(tmp_path: Path) -> None:
    (tmp_path / "errors").write_bytes(success("a") + failure("b"))
    errors = ErrorsFile(tmp_path / "errors")
    errors.finish(none_succeeded)

    assert (tmp_path / "errors").read_bytes() == failure("b")
    errors.index.close()
