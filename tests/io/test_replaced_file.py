"""Replacing a file atomically."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.small_files import small_files
from vllm_client._io.replaced_file import replace_file
from vllm_client.errors import BulkFileError


def test_the_new_content_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    replace_file(path, [b"new", b"er"])

    assert path.read_bytes() == b"newer"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_keeps_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    with small_files(50), pytest.raises(BulkFileError, match="File too large"):
        replace_file(path, [b"x" * 100])

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_while_making_the_content_keeps_the_old_one(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x"
        raise RuntimeError("odd")

    path = tmp_path / "a"
    with pytest.raises(RuntimeError):
        replace_file(path, pieces())

    assert list(tmp_path.iterdir()) == []
