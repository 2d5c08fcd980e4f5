"""Bytes in JSON: as text if they are valid UTF-8, otherwise as base64."""

from base64 import b64decode, b64encode
from typing import Any


def to_json(piece: bytes) -> Any:
    """Return the text of these bytes, or `{"base64": …}`."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(piece).decode()}


def from_json(value: Any) -> bytes:
    """Return the bytes that were given to `to_json`."""
    return value.encode() if isinstance(value, str) else b64decode(value["base64"])
