"""Bytes as JSON."""

import json

import pytest

from vllm_client.testing.cassette.pieces import from_json, to_json


@pytest.mark.parametrize(
    "piece", [b"", b"data: {}\n\n", "Grüße 👋\u2028".encode(), b"\xff\x00", b"\xe2\x80"]
)
def test_bytes_round_trip_through_json(piece: bytes) -> None:
    assert from_json(json.loads(json.dumps(to_json(piece)))) == piece


def test_text_stays_readable() -> None:
    assert to_json("Grüße".encode()) == "Grüße"
