"""Cassette files: write line by line, read as a whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from vllm_client.testing.cassette.cassette_file import CassetteWriter, read_cassette
from vllm_client.testing.cassette.exchange import Exchange, RecordedResponse, RecordedTimes

REQUEST = {"method": "POST", "path": "/v1/x", "headers": {}, "json": {"a": "Grüße\u2028"}}
HEADERS = {"content-type": "x"}
FIRST = Exchange(1, REQUEST, RecordedResponse(200, HEADERS, (b"a", b"\xff"), "complete"))
SECOND = Exchange(
    2,
    {**REQUEST, "json": {"half": "\ud83d"}},
    RecordedResponse(None, {}, (), "reset", RecordedTimes(0.1, (), 0.2)),
)
THIRD = Exchange(3, REQUEST, RecordedResponse(500, {}, (b"\x16\r\n",), "closed", raw=True))


def written(path: Path, *exchanges: Exchange) -> Path:
    with CassetteWriter(path) as writer:
        for exchange in exchanges:
            writer.write(exchange)
    return path


def test_exchanges_are_read_in_the_order_of_their_requests(tmp_path: Path) -> None:
    path = written(tmp_path / "new folder" / "x.jsonl", SECOND, THIRD, FIRST)
    assert read_cassette(path) == [FIRST, SECOND, THIRD]


def test_each_exchange_is_readable_as_soon_as_it_is_written(tmp_path: Path) -> None:
    with CassetteWriter(tmp_path / "x") as writer:
        writer.write(FIRST)
        assert "Grüße" in (tmp_path / "x").read_text(encoding="utf-8")
        assert read_cassette(tmp_path / "x") == [FIRST]


def test_existing_file_is_overwritten(tmp_path: Path) -> None:
    written(tmp_path / "x", FIRST, SECOND)
    assert read_cassette(written(tmp_path / "x", THIRD)) == [THIRD]


@pytest.mark.parametrize("lost", [1, 30])
def test_incomplete_last_line_is_skipped_with_a_warning(tmp_path: Path, lost: int) -> None:
    path = written(tmp_path / "x", FIRST, SECOND)
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.warns(UserWarning, match=r"x: line 3 is incomplete .* interrupted") as warned:
        assert read_cassette(path) == [FIRST]
    assert len(warned) == 1


def without(*keys: str) -> bytes:
    value: Any = {"number": 1, "request": {"method": "GET", "path": "/"}, "response": {}}
    value["response"] = {"status": 200, "headers": {}, "body": [], "end": "complete"}
    inner = value
    for key in keys[:-1]:
        inner = inner[key]
    del inner[keys[-1]]
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"\xff",
        without("number"),
        without("request", "path"),
        without("response", "end"),
        without("response"),
    ],
)
def test_error_for_an_invalid_line_has_its_number(tmp_path: Path, line: bytes) -> None:
    path = written(tmp_path / "x", FIRST)
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(ValueError, match="x: line 3: not an exchange"):
        read_cassette(path)


@pytest.mark.parametrize("text", [b"", b"\n", b"{}\n", b"[]\n", b"something else\n"])
def test_other_files_are_rejected(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "x").write_bytes(text)
    with pytest.raises(ValueError, match="x: line 1: not a cassette"):
        read_cassette(tmp_path / "x")


def test_cassette_of_a_later_format_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "x").write_text('{"vllm_client_cassette": 2}\n')
    with pytest.raises(ValueError, match="format 2; this version reads format 1"):
        read_cassette(tmp_path / "x")


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_cassette(tmp_path / "x")
