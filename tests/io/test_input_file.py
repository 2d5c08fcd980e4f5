"""Reading the input from files, streams and gzip, with positions in error messages."""

import gzip
import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.bulk_lines import batch_line, body_of, write_lines
from vllm_client._io import input_file
from vllm_client._io.input_file import InputFile
from vllm_client.bulk.batch_file import Template
from vllm_client.errors import RequestError
from vllm_client.vllm.routes import CHAT_COMPLETIONS

CHAT = Template(CHAT_COMPLETIONS, lambda row: body_of(str(row)))


def ids(source: InputFile) -> list[str | None]:
    return [numbered.request.custom_id for numbered in source.requests()]


def contents(source: InputFile) -> list[Any]:
    return [numbered.request.body["messages"][0]["content"] for numbered in source.requests()]


def test_batch_lines_are_read_with_their_numbers(tmp_path: Path) -> None:
    lines = ["\ufeff" + batch_line("a", "1"), "", "  ", batch_line("b", "2") + "\r"]
    with InputFile(write_lines(tmp_path / "in.jsonl", lines)) as source:
        found = [(row.index, row.line, row.request.custom_id) for row in source.requests()]

        assert found == [(0, 1, "1"), (1, 4, "2")]
        assert ids(source) == ["1", "2"]
        assert source.size == (tmp_path / "in.jsonl").stat().st_size


def test_the_last_line_needs_no_line_end(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(batch_line("a", "1"))

    with InputFile(path) as source:
        assert ids(source) == ["1"]


def test_gzip_is_recognized_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(gzip.compress(f"{batch_line('a', '1')}\n{batch_line('b', '2')}".encode()))

    with InputFile(path) as source:
        assert ids(source) == ids(source) == ["1", "2"]


@pytest.mark.parametrize("damage", [lambda octets: octets[:-12], lambda octets: octets[:4] + b"x"])
def test_damaged_gzip_is_rejected(tmp_path: Path, damage: Any) -> None:
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(damage(gzip.compress(batch_line("a", "1").encode() * 9)))

    with InputFile(path) as source, pytest.raises(RequestError, match=r"in.jsonl.gz:1: the gzip"):
        ids(source)


def test_a_stream_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(batch_line("a", "1"),))
    writer.start()
    with InputFile(path) as source:
        writer.join()

        assert not source.regular
        assert source.size is None
        assert ids(source) == ["1"]


@pytest.mark.parametrize("regular", [True, False])
def test_stdin_may_be_a_pipe_or_a_partly_read_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, regular: bool
) -> None:
    text = f"{batch_line('a', '1')}\n"
    if regular:
        path = write_lines(tmp_path / "in", ["read before", text])
        descriptor = os.open(path, os.O_RDONLY)
        os.lseek(descriptor, len("read before\n"), os.SEEK_SET)
    else:
        descriptor, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
    before = os.dup(0)
    try:
        os.dup2(descriptor, 0)
        with InputFile("-") as source:
            assert source.regular is regular
            assert ids(source) == ["1"]
            with pytest.raises(RequestError, match=r"stdin:1: odd"):
                raise source._error("odd", 1)
        os.fstat(0)
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(descriptor)


def test_rows_appended_after_opening_are_not_read(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", [batch_line("a", "1"), batch_line("b", "2")])
    with InputFile(path) as source:
        rows = source.requests()
        next(rows)
        with open(path, "a") as file:
            file.write(batch_line("c", "3"))

        assert [numbered.request.custom_id for numbered in rows] == ["2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", r"in.jsonl:2:2: not valid JSON: Expecting property name"),
        (b"\xff", r"in.jsonl:2:1: not valid UTF-8: invalid start byte"),
        (b'{"url": "/v1/x"}', r"in.jsonl:2:2: url: '/v1/x' is not a route"),
        (b"NaN", r"in.jsonl:2: not valid JSON: NaN"),
    ],
)
def test_an_invalid_line_is_rejected_with_file_line_and_column(
    tmp_path: Path, line: bytes, message: str
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(batch_line("a", "1").encode() + b"\n" + line + b"\n")

    with InputFile(path) as source, pytest.raises(RequestError, match=message):
        ids(source)


def test_a_line_that_is_too_long_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(input_file, "MAX_LINE_BYTES", 1024 * 1024)
    path = tmp_path / "in.jsonl"
    path.write_bytes(b" " * 1024 * 1024 + b"{}\n")

    with InputFile(path) as source, pytest.raises(RequestError, match="longer than 1 MiB"):
        ids(source)


def test_a_missing_file_and_a_folder_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"cannot read .*/in.jsonl: No such file or directory"):
        InputFile(tmp_path / "in.jsonl")
    with pytest.raises(RequestError, match=r"cannot read .*: Is a directory"):
        InputFile(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.txt", '{"q": 1}\nHi  \n\n', ['{"q": 1}', "Hi  "]),
        ("a.jsonl", '{"q": 1}\n"Hi"\n', ["{'q': 1}", "Hi"]),
        ("a.jsonl", "7\n", ["7"]),
        ("a", '{"q": 1}\n', ["{'q': 1}"]),
        ("a", "[1]\n", ["[1]"]),
        ("a", "Hi\n{}\n", ["Hi", "{}"]),
    ],
)
def test_rows_for_a_template_are_json_or_text(
    tmp_path: Path, name: str, text: str, expected: list[str]
) -> None:
    path = tmp_path / name
    path.write_text(text)

    with InputFile(path, CHAT) as source:
        assert contents(source) == expected


def test_text_without_a_template_is_rejected(tmp_path: Path) -> None:
    with (
        InputFile(write_lines(tmp_path / "a.txt", ["", "Hi"])) as source,
        pytest.raises(RequestError, match=r"a.txt:2:1: expected a batch line, a JSON object with"),
    ):
        ids(source)


def test_an_error_of_the_body_function_names_the_row(tmp_path: Path) -> None:
    template = Template(CHAT_COMPLETIONS, lambda row: body_of(row["q"]))
    path = write_lines(tmp_path / "a.jsonl", ['{"q": "Hi"}', '{"x": 1}'])

    with InputFile(path, template) as source, pytest.raises(KeyError) as caught:
        ids(source)
    assert caught.value.__notes__ == [f"in {path}:2"]


def test_a_body_that_is_not_json_serializable_is_rejected_with_its_line(tmp_path: Path) -> None:
    template = Template(CHAT_COMPLETIONS, lambda row: {"x": object()})

    with (
        InputFile(write_lines(tmp_path / "a.txt", ["Hi"]), template) as source,
        pytest.raises(RequestError, match=r"a.txt:1: the request cannot be written as JSON"),
    ):
        ids(source)


def test_a_file_knows_its_path(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", [])
    (tmp_path / "link").symlink_to(path)
    with InputFile(path) as source:
        assert source.is_at(tmp_path / "link")
        assert not source.is_at(tmp_path / "other")


def test_long_inputs_are_read_row_by_row(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", [batch_line("a", "1"), "{broken"])
    with InputFile(path) as source:
        rows = source.requests()

        assert next(rows).request.custom_id == "1"
        with pytest.raises(RequestError):
            next(rows)


def test_rows_can_be_skipped_unread(tmp_path: Path) -> None:
    lines = [batch_line("a", "1"), "broken", batch_line("b", "2")]
    with InputFile(write_lines(tmp_path / "in.jsonl", lines)) as source:
        found = [(row.index, row.request.custom_id) for row in source.requests(bytes([1, 1, 0]))]

        assert found == [(2, "2")]


def test_keys_of_rows_come_from_the_column(tmp_path: Path) -> None:
    template = Template(CHAT_COMPLETIONS, lambda row: body_of(row["q"]), "id")
    rows = [json.dumps({"id": name, "q": "Hi"}) for name in ("x", "y")]

    with InputFile(write_lines(tmp_path / "a.jsonl", rows), template) as source:
        assert ids(source) == ["x", "y"]


def test_a_stream_can_be_closed_while_a_thread_waits_for_its_next_line(tmp_path: Path) -> None:
    fifo = tmp_path / "in.jsonl"
    os.mkfifo(fifo)
    writing = os.open(fifo, os.O_RDWR)  # opened for reading too, so that opening does not block
    source = InputFile(fifo)
    os.write(writing, batch_line("a", "1").encode() + b"\n")
    rows = source.requests()
    next(rows)

    def read() -> None:
        with suppress(ValueError):  # raised since the file is closed
            list(rows)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(0.05)
    assert reader.is_alive()

    closer = threading.Thread(target=source.close, daemon=True)
    closer.start()
    closer.join(30)

    assert not closer.is_alive()
    os.write(writing, b"\n")
    os.close(writing)
    reader.join(30)


def test_a_changed_number_of_rows_is_rejected(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", [batch_line("a", "1"), batch_line("b", "2")])
    with InputFile(path) as source:
        for number in (1, 3):
            with pytest.raises(RequestError, match=f"it had {number} rows when it was checked"):
                list(source.requests(rows=number))


def test_an_impossible_file_name_is_rejected() -> None:
    with pytest.raises(RequestError, match="cannot read a\0b"):
        InputFile("a\0b")
