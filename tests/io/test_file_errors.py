"""Conversion of the system's file errors to `BulkFileError`."""

import errno
import sys
from pathlib import Path

import pytest

from vllm_client._io.file_errors import refuse_windows, reported_errors
from vllm_client.errors import BulkFileError, RequestError


def test_a_system_error_has_advice() -> None:
    with (
        pytest.raises(
            BulkFileError, match=r"cannot write a: No space left on device; free"
        ) as caught,
        reported_errors("write", Path("a")),
    ):
        raise OSError(errno.ENOSPC, "x")

    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == "a"
    assert isinstance(caught.value.__cause__, OSError)


def test_a_missing_folder_is_distinguished_from_a_missing_file(tmp_path: Path) -> None:
    with (
        pytest.raises(BulkFileError, match=r"No such file or directory$"),
        reported_errors("read", tmp_path / "a"),
    ):
        (tmp_path / "a").read_bytes()
    with (
        pytest.raises(BulkFileError, match=r"directory; the folder does not exist$"),
        reported_errors("write", tmp_path / "b" / "a"),
    ):
        (tmp_path / "b" / "a").write_bytes(b"")


def test_an_error_without_errno_keeps_its_message() -> None:
    with pytest.raises(BulkFileError, match=r"cannot read a: odd$"), reported_errors("read", "a"):
        raise OSError("odd")


def test_a_bulk_file_error_is_passed_on_unchanged() -> None:
    error = BulkFileError("another run", "a")
    with pytest.raises(BulkFileError) as caught, reported_errors("read", "b"):
        raise error

    assert caught.value is error


def test_windows_is_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_windows()
    monkeypatch.setattr(sys, "platform", "win32")

    with pytest.raises(RequestError, match="bulk files are not supported on Windows"):
        refuse_windows()
