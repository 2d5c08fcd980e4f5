"""Appending whole lines to an output, and syncing it to disk."""

import errno
import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from tests.helpers.small_files import small_files
from vllm_client._io import journal_writer
from vllm_client._io.journal_writer import JournalWriter, opened_for_appending
from vllm_client.errors import BulkFileError


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list of the names of the threads that have synced."""
    found: list[str] = []
    done = threading.Event()

    def note(descriptor: int) -> None:
        found.append(threading.current_thread().name)
        done.set()

    monkeypatch.setattr(journal_writer, "sync", note)
    monkeypatch.setattr(journal_writer, "_test_done", done, raising=False)
    return found


def writer_of(path: Path) -> JournalWriter:
    return JournalWriter(opened_for_appending(path), path)


def test_lines_are_appended_and_their_offsets_returned(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"old\n")
    writer = writer_of(path)

    assert [writer.append(line) for line in (b"a\n", b"bb\n")] == [4, 6]
    assert path.read_bytes() == b"old\na\nbb\n"
    writer.close()


def test_a_new_file_is_private(tmp_path: Path) -> None:
    writer_of(tmp_path / "out.jsonl").close()

    assert stat.S_IMODE((tmp_path / "out.jsonl").stat().st_mode) == 0o600


def test_each_line_is_written_by_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    real_write = os.write

    def note(descriptor: int, octets: bytes) -> int:
        written.append(octets)
        return real_write(descriptor, octets)

    writer = writer_of(tmp_path / "out.jsonl")
    monkeypatch.setattr(os, "write", note)
    writer.append(b"x" * 1_000_000 + b"\n")
    writer.append(b"y\n")

    assert [len(octets) for octets in written] == [1_000_001, 2]
    writer.close()


def test_a_full_disk_is_a_clear_error_and_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    writer = writer_of(path)
    writer.append(b"a" * 99 + b"\n")
    with small_files(150), pytest.raises(BulkFileError, match="too large; the limit on file sizes"):
        writer.append(b"b" * 99 + b"\n")
    with pytest.raises(BulkFileError, match="File too large"):
        writer.append(b"c\n")  # it would fit, but every call after a failure raises
    writer.close()

    assert path.read_bytes() == b"a" * 99 + b"\n"


def test_a_full_device_is_a_clear_error() -> None:
    writer = JournalWriter(os.open("/dev/full", os.O_WRONLY), "/dev/full")

    with pytest.raises(BulkFileError, match="No space left on device; free some space") as caught:
        writer.append(b"a\n")
    assert caught.value.errno == errno.ENOSPC
    writer.close()


def test_a_long_line_is_written_to_a_pipe_in_pieces() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, True)
    writer = JournalWriter(writing, "pipe")
    line = b"x" * 300_000 + b"\n"
    received: list[bytes] = []

    def read() -> None:
        received.extend(iter(lambda: os.read(reading, 9999), b""))

    reader = threading.Thread(target=read)
    reader.start()

    assert writer.append(line) == 0
    writer.close()
    reader.join()
    assert b"".join(received) == line
    os.close(reading)


def test_a_pipe_without_a_reader_is_a_clear_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    writer = JournalWriter(writing, "stdout")

    with pytest.raises(BulkFileError, match="cannot write stdout: Broken pipe; the program"):
        writer.append(b"a\n")
    writer.close()


def test_a_thread_syncs_at_an_interval(
    tmp_path: Path, syncs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_writer, "SYNC_SECONDS", 0.01)
    writer = writer_of(tmp_path / "out.jsonl")
    writer.append(b"a\n")

    assert journal_writer._test_done.wait(60)  # type: ignore[attr-defined]
    assert syncs == ["bulk-sync"]
    writer.close()
    assert syncs == ["bulk-sync"]


def test_a_thread_syncs_after_a_number_of_bytes(
    tmp_path: Path, syncs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_writer, "SYNC_BYTES", 3)
    writer = writer_of(tmp_path / "out.jsonl")
    writer.append(b"a\n")
    assert syncs == []
    writer.append(b"b\n")

    assert journal_writer._test_done.wait(60)  # type: ignore[attr-defined]
    writer.close()


def test_close_syncs_the_rest(tmp_path: Path, syncs: list[str]) -> None:
    writer = writer_of(tmp_path / "out.jsonl")
    writer.append(b"a\n")
    writer.sync()
    assert len(syncs) == 1
    writer.append(b"b\n")
    writer.close()

    assert syncs == [threading.current_thread().name] * 2


def test_a_failed_sync_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.EIO, "x")

    monkeypatch.setattr(journal_writer, "sync", fail)
    writer = writer_of(tmp_path / "out.jsonl")
    writer.append(b"a\n")

    for action in (writer.sync, lambda: writer.append(b"b\n"), writer.close):
        with pytest.raises(BulkFileError, match=r"cannot sync .*: Input/output error"):
            action()


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_fsync_is_used_on_a_system_without_fdatasync(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(os, "fdatasync", lambda _: called.append("linux"))
    monkeypatch.setattr(os, "fsync", lambda _: called.append("darwin"))

    journal_writer.sync(0)

    assert called == [platform]


def test_a_path_that_is_not_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BulkFileError, match=r"cannot write .*: Not a directory"):
        opened_for_appending(tmp_path / "file" / "out.jsonl")


def test_a_truncated_or_removed_file_is_an_error_at_sync(tmp_path: Path) -> None:
    writer = writer_of(tmp_path / "out")
    writer.append(b"line\n")
    os.truncate(tmp_path / "out", 2)
    with pytest.raises(BulkFileError, match="program replaced or truncated"):
        writer.sync()
    (tmp_path / "out").unlink()
    with pytest.raises(BulkFileError, match="cannot find"):
        writer.sync()
    writer.close()
