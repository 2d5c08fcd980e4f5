"""The lock on the output of a run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vllm_client._io.file_lock import FileLock
from vllm_client.errors import BulkFileError


def test_a_lock_is_held_once_and_names_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "out.lock"
    lock = FileLock(path)
    lock.acquire()

    owner = rf"another run .*\(process {os.getpid()} on "
    with pytest.raises(BulkFileError, match=owner) as caught:
        FileLock(path).acquire()
    assert str(path) in str(caught.value)

    lock.release()
    assert not path.exists()
    FileLock(path).acquire()


def test_the_lock_file_contains_only_host_and_pid_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "out.lock"
    lock = FileLock(path)
    lock.acquire()

    assert json.loads(path.read_text()).keys() == {"host", "pid"}
    assert path.stat().st_mode & 0o777 == 0o600
    lock.release()
    lock.release()


def test_a_lock_ends_with_its_process_whatever_its_file_contains(
    tmp_path: Path,
) -> None:
    path = tmp_path / "out.lock"
    program = (
        "import os, pathlib, sys; from vllm_client._io.file_lock import FileLock; "
        "FileLock(pathlib.Path(sys.argv[1])).acquire(); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program, path], check=False)
    assert done.returncode == -9
    assert path.exists()
    path.write_text(json.dumps({"host": "h", "pid": os.getpid()}))

    FileLock(path).acquire()


@pytest.mark.parametrize("content", ["", "[]", '{"pid": null, "host": "h"}'])
def test_a_lock_is_held_before_its_owner_has_written_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "out.lock"
    lock = FileLock(path)
    lock.acquire()
    path.write_text(content)

    with pytest.raises(BulkFileError, match="another run writes this output; its lock is"):
        FileLock(path).acquire()
    lock.release()


def test_a_lock_file_just_removed_by_its_owner_is_created_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.lock"
    opened = []

    def open_and_lose(*arguments: object) -> int:
        descriptor = real_open(*arguments)  # type: ignore[arg-type]
        if not opened:
            path.unlink()
        opened.append(descriptor)
        return descriptor

    real_open = os.open
    monkeypatch.setattr(os, "open", open_and_lose)
    lock = FileLock(path)
    lock.acquire()

    assert len(opened) == 2
    assert path.exists()
    lock.release()


def test_a_lock_in_a_path_that_is_not_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BulkFileError, match=r"cannot lock .*: Not a directory"):
        FileLock(tmp_path / "file" / "out.lock").acquire()
