"""The output of a run: a file that a later run continues, or a pipe."""

import os
import stat
from pathlib import Path

import attrs
import pytest

from tests.helpers.plain_user import read_only_folder
from tests.io.test_journal_index import failure, row, success
from vllm_client._io.bulk_output import JournalOutput, PipeOutput, output_path
from vllm_client.errors import BulkFileError, RequestError


def opened(path: Path, *, repair: bool = False, sort: bool = False) -> JournalOutput:
    return JournalOutput(path, repair=repair, sort=sort)


def test_files_that_a_run_leaves(tmp_path: Path) -> None:
    output = opened(tmp_path / "out.jsonl", sort=True)
    output.start(b"started")
    assert (tmp_path / "out.lock").exists()
    assert (tmp_path / "out.run.json").read_bytes() == b"started"
    for _ in range(3):
        output.add_row(None)
    output.succeeded(row("b", 1), success("b", 1))
    output.failed(row("c", 2), failure("c"))
    output.succeeded(row("a", 0), success("a", 0))
    output.finish(b"finished", complete=True)
    output.release()

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "out.jsonl": success("b", 1) + success("a", 0),
        "out.errors.jsonl": failure("c"),
        "out.sorted.jsonl": success("a", 0) + success("b", 1),
        "out.run.json": b"finished",
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_an_incomplete_run_is_not_sorted(tmp_path: Path) -> None:
    output = opened(tmp_path / "out.jsonl", sort=True)
    output.start(b"")
    output.finish(b"", complete=False)
    output.release()

    assert not (tmp_path / "out.sorted.jsonl").exists()


def test_a_success_after_a_failure_removes_the_failure(tmp_path: Path) -> None:
    (tmp_path / "out.errors.jsonl").write_bytes(failure("a") + failure("b"))
    output = opened(tmp_path / "out.jsonl")
    output.start(b"")
    output.succeeded(attrs.evolve(row("a"), failed_before=True), success("a"))
    output.finish(b"", complete=True)
    output.release()

    assert (tmp_path / "out.errors.jsonl").read_bytes() == failure("b")


def test_an_output_is_locked_under_all_its_names(tmp_path: Path) -> None:
    first = opened(tmp_path / "out.jsonl")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "out.jsonl")

    path = output_path(tmp_path / "link.jsonl")
    assert path == tmp_path / "out.jsonl"
    with pytest.raises(BulkFileError, match="another run writes this output"):
        opened(path)

    first.release()
    opened(path).release()


def test_an_incomplete_line_is_removed_and_reported(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_bytes(success("a") + success("b")[:60])
    output = opened(tmp_path / "out.jsonl")

    assert output.torn_bytes == 60
    assert (tmp_path / "out.jsonl").read_bytes() == success("a")
    output.release()


def test_damaged_lines_stop_a_run_or_are_moved(tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_bytes(b"hello\n" + success("a"))
    (tmp_path / "out.errors.jsonl").write_bytes(failure("b") + b"bye\n")
    with pytest.raises(BulkFileError, match=r"out.jsonl: the line at byte 0"):
        opened(tmp_path / "out.jsonl")
    assert not (tmp_path / "out.lock").exists()

    output = opened(tmp_path / "out.jsonl", repair=True)
    assert output.moved_lines == 2
    assert (tmp_path / "out.jsonl").read_bytes() == success("a")
    assert (tmp_path / "out.errors.jsonl").read_bytes() == failure("b")
    assert (tmp_path / "out.damaged.jsonl").read_bytes() == b"hello\nbye\n"
    output.release()


def test_a_read_only_folder_is_a_clear_error() -> None:
    with (
        read_only_folder() as folder,
        pytest.raises(BulkFileError, match=r"cannot lock .*out.lock: Permission denied; choose"),
    ):
        opened(folder / "out.jsonl")


def test_a_read_only_file_is_a_clear_error() -> None:
    with (
        read_only_folder("out.lock", "out.jsonl") as folder,
        pytest.raises(BulkFileError, match="Permission denied; choose another output"),
    ):
        opened(folder / "out.jsonl")


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BulkFileError, match="No such file or directory; the folder does not"):
        opened(tmp_path / "missing" / "out.jsonl")


def test_a_folder_cannot_be_an_output(tmp_path: Path) -> None:
    assert output_path(tmp_path) == tmp_path
    with pytest.raises(BulkFileError, match="Is a directory"):
        opened(tmp_path)


@pytest.mark.parametrize("output", ["-", "/dev/null"])
def test_stdout_and_devices_have_no_path(output: str) -> None:
    assert output_path(output) is None


def test_a_compressed_output_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="the output cannot be compressed"):
        output_path(tmp_path / "out.jsonl.gz")


def test_a_pipe_gets_successes_and_failures(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    output = PipeOutput(fifo)
    output.start(b"")
    output.add_row(None)
    output.succeeded(row("a"), success("a"))
    output.failed(row("b"), failure("b"))
    output.finish(b"", complete=True)
    output.release()
    output.release()

    assert os.read(reading, 65536) == success("a") + failure("b")
    os.close(reading)
    assert list(tmp_path.iterdir()) == [fifo]


def test_stdout_stays_open(capfd: pytest.CaptureFixture[str]) -> None:
    output = PipeOutput("-")
    output.start(b"")
    output.succeeded(row("a"), success("a"))
    output.release()
    os.write(1, b"more\n")

    assert capfd.readouterr().out == success("a").decode() + "more\n"


def test_a_device_that_cannot_be_opened_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(BulkFileError, match=r"cannot write .*: No such file"):
        PipeOutput(tmp_path / "missing").start(b"")
