"""The index of the keys in an existing output."""

import json
from pathlib import Path

import pytest

from tests.helpers.bulk_lines import api_error
from vllm_client._io import journal_index
from vllm_client._io.journal_index import JournalIndex
from vllm_client.bulk.journal import failure_line, key_token, success_line
from vllm_client.bulk.requests import BulkRow
from vllm_client.errors import BulkFileError
from vllm_client.vllm.routes import CHAT_COMPLETIONS


def row(key: str, index: int = 0, body_hash: str = "0" * 32) -> BulkRow:
    return BulkRow(key, index, CHAT_COMPLETIONS, {}, key, body_hash)


def success(key: str, index: int = 0, body_hash: str = "0" * 32) -> bytes:
    line_of = row(key, index, body_hash)
    return success_line(line_of, b"{}", attempts=1, seconds=1, request_id="", line_id="")


def failure(key: str) -> bytes:
    return failure_line(row(key), api_error(), attempts=1, seconds=1, line_id="", with_body=True)


def indexed(path: Path, *lines: bytes) -> JournalIndex:
    path.write_bytes(b"".join(lines))
    return JournalIndex.scan(path)


def test_successes_and_failures_are_found_by_key(tmp_path: Path) -> None:
    lines = [success("a"), b"\n", failure("b"), success("é\n", 7)]
    index = indexed(tmp_path / "out", *lines)

    found = index.success(key_token("é\n"))
    assert found is not None
    assert (found.head.index, found.offset) == (7, sum(map(len, lines[:3])))
    assert index.failure(b'"b"') is not None
    assert index.failure(b'"a"') is index.success(b'"b"') is index.success(b'"c"') is None
    assert (index.successes, index.torn_bytes, index.end) == (2, 0, sum(map(len, lines)))
    index.close()
    index.close()


def test_the_last_line_of_a_key_counts(tmp_path: Path) -> None:
    index = indexed(tmp_path / "out", success("a"), success("b"), success("a", body_hash="1" * 32))

    found = index.success(b'"a"')
    assert found is not None
    assert found.head.body_hash == "1" * 32
    index.close()


def test_an_equal_hash_is_not_an_equal_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_index, "hash64", lambda token: 42)
    index = indexed(tmp_path / "out", success("a", 1), success("b", 2))

    found = [index.success(token) for token in (b'"a"', b'"b"', b'"c"')]
    assert [item and item.head.index for item in found] == [1, 2, None]
    index.close()


def test_a_line_rewritten_by_another_program_is_found(tmp_path: Path) -> None:
    fields = json.loads(success("a" * 3000, 5))
    again = json.dumps(dict(reversed(fields.items()))).encode() + b"\n"
    index = indexed(tmp_path / "out", again, success("b"))

    found = index.success(key_token("a" * 3000))
    assert found is not None
    assert found.head.index == 5
    index.close()


def test_a_missing_file_has_no_lines(tmp_path: Path) -> None:
    index = JournalIndex.scan(tmp_path / "out")

    assert index.success(b'"a"') is None
    assert index.end == 0


def test_lines_written_after_the_scan_can_be_added(tmp_path: Path) -> None:
    path = tmp_path / "out"
    index = JournalIndex.scan(path)
    path.write_bytes(success("a") + failure("b"))
    index.add_success(b'"a"', 0)
    index.add_failure(b'"b"', len(success("a")))

    assert index.success(b'"a"') is not None
    assert index.failure(b'"b"') is not None
    index.close()


def test_a_file_that_another_program_changes_is_a_clear_error(tmp_path: Path) -> None:
    index = indexed(tmp_path / "out", success("a"), success("b"))
    (tmp_path / "out").write_bytes(b"x" * 5000)

    with pytest.raises(BulkFileError, match="out was changed by another program"):
        index.success(b'"b"')
    index.close()


def test_the_length_of_an_incomplete_line_is_reported(tmp_path: Path) -> None:
    index = indexed(tmp_path / "out", success("a"), success("b")[:50])

    assert (index.end, index.torn_bytes) == (len(success("a")), 50)
    index.close()


@pytest.mark.parametrize("bad", [b"hello\n", b"hello", success("b")[:50] + b"\n"])
def test_a_damaged_line_is_rejected_with_its_offset(tmp_path: Path, bad: bytes) -> None:
    with pytest.raises(BulkFileError, match=r"the line at byte \d+ is not a line") as caught:
        indexed(tmp_path / "out", success("a"), bad)

    assert caught.value.offset == len(success("a"))


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BulkFileError, match=r"cannot read .*: Is a directory"):
        JournalIndex.scan(tmp_path)
