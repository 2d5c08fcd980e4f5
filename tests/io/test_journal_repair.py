"""Repairing an output: incomplete lines are removed, damaged lines are moved."""

from pathlib import Path

import pytest

from tests.helpers.small_files import small_files
from tests.io.test_journal_index import success
from vllm_client._io.journal_index import JournalIndex
from vllm_client._io.journal_repair import cut_torn_line, move_damaged_lines
from vllm_client.errors import BulkFileError


def test_an_incomplete_line_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(success("a") + success("b")[:70])
    cut_torn_line(path, JournalIndex.scan(path))

    assert path.read_bytes() == success("a")


def test_an_intact_file_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "out"
    cut_torn_line(path, JournalIndex.scan(path))

    assert not path.exists()


def test_damaged_lines_are_moved_and_the_others_are_kept_unchanged(tmp_path: Path) -> None:
    path, aside = tmp_path / "out", tmp_path / "aside"
    path.write_bytes(success("a") + b"bad\n" + success("b") + b"\xff\n" + success("c")[:9] + b"!")
    aside.write_bytes(b"before\n")

    assert move_damaged_lines(path, aside) == 3
    assert path.read_bytes() == success("a") + success("b")
    assert aside.read_bytes() == b"before\nbad\n\xff\n" + success("c")[:9] + b"!\n"
    assert move_damaged_lines(path, aside) == 0


def test_no_line_is_moved_from_a_missing_file(tmp_path: Path) -> None:
    assert move_damaged_lines(tmp_path / "out", tmp_path / "aside") == 0
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_both_files_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "out"
    before = success("a") * 3 + b"bad\n"
    path.write_bytes(before)

    with small_files(300), pytest.raises(BulkFileError, match="File too large"):
        move_damaged_lines(path, tmp_path / "aside")
    assert path.read_bytes() == before
