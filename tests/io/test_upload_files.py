"""Files to upload: a path, bytes, an open file, or a tuple with a name."""

import base64
import io
import os
from pathlib import Path
from typing import Any

import pytest

from vllm_client._io.files import MAX_UPLOAD_BYTES, upload_of
from vllm_client.errors import RequestError
from vllm_client.http.upload import Upload

WAV = b"RIFF$}\0\0WAVEfmt "


@pytest.mark.parametrize("as_text", [True, False])
def test_a_path_is_read_and_gives_the_name(tmp_path: Path, as_text: bool) -> None:
    path = tmp_path / "speech of today.wav"
    path.write_bytes(WAV)

    assert upload_of(str(path) if as_text else path) == Upload(path.name, WAV, "audio/wav")


@pytest.mark.parametrize("content", [WAV, bytearray(WAV), memoryview(WAV)])
def test_bytes_are_not_changed(content: Any) -> None:
    upload = upload_of(content)

    assert upload.content is content
    assert (upload.name, upload.media_type) == ("file", "audio/wav")


def test_an_open_file_is_read_from_its_position_and_left_open(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"skipped" + WAV)
    with path.open("rb") as file:
        file.seek(7)
        assert upload_of(file) == Upload("a.wav", WAV, "audio/wav")
        assert not file.closed


def test_an_open_file_without_a_name_is_named_file() -> None:
    assert upload_of(io.BytesIO(WAV)) == Upload("file", WAV, "audio/wav")


def test_a_name_and_a_type_may_be_given() -> None:
    assert upload_of(("b.wav", WAV)) == Upload("b.wav", WAV, "audio/wav")
    assert upload_of(("b", io.BytesIO(b"x"), "audio/x-new")) == Upload("b", b"x", "audio/x-new")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "application/octet-stream"),
        (b"no audio at all", "application/octet-stream"),
        (b"\0\0\0\x1cftypisom\0\0\x02\0isomiso2mp41", "audio/mp4"),
        (WAV + bytes(100_000), "audio/wav"),
    ],
)
def test_the_type_is_detected_from_the_first_bytes(content: bytes, media_type: str) -> None:
    assert upload_of(content).media_type == media_type


class Asynchronous:
    """A file object with asynchronous methods."""

    async def read(self) -> bytes:
        return WAV


def test_a_view_with_gaps_is_copied() -> None:
    assert upload_of(memoryview(bytes(range(8)))[::2]).content == bytes([0, 2, 4, 6])


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("there-is-none.wav", r"cannot read 'there-is-none.wav': No such file"),
        ("a\0b", "cannot read"),
        ("/dev/zero", "cannot read '/dev/zero': it is not a regular file"),
        ("/", "cannot read '/': it is not a regular file"),
        (base64.b64encode(WAV + bytes(99)).decode(), "'UklGRiR9AABXQVZF'… is base64"),
        ("https://example.com/a.wav", "cannot read 'https://example.com/a.wav'"),
        (7, "expected a path, bytes or an open file, got int"),
        (io.StringIO("text"), "expected binary mode .*returned str"),
        (("name",), r"expected \(name, content\)"),
        (("name", WAV, "type", "more"), r"expected \(name, content\)"),
        ((WAV, "name"), r"expected \(name, content\)"),
        (("name", WAV, 3), r"expected \(name, content\)"),
        (("name", None), "got NoneType"),
        (Asynchronous(), "its read.. is asynchronous; await it"),
    ],
)
def test_an_invalid_file_is_rejected(source: Any, problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        upload_of(source)


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")

    with pytest.raises(RequestError, match="it is not a regular file"):
        upload_of(tmp_path / "fifo")


def test_a_link_to_a_regular_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "speech").write_bytes(WAV)
    (tmp_path / "link.wav").symlink_to("speech")

    assert upload_of(tmp_path / "link.wav") == Upload("link.wav", WAV, "audio/wav")


def test_a_file_above_the_limit_is_rejected_unread(tmp_path: Path) -> None:
    with (tmp_path / "sparse.wav").open("wb") as file:
        file.truncate(MAX_UPLOAD_BYTES + 1)

    with pytest.raises(RequestError, match="it is larger than 1024 MiB"):
        upload_of(tmp_path / "sparse.wav")


def test_a_closed_file_is_rejected() -> None:
    closed = io.BytesIO(WAV)
    closed.close()

    with pytest.raises(RequestError, match="cannot be read: I/O operation on closed file"):
        upload_of(closed)
