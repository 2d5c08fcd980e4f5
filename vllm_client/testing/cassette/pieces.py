"""Bytes as JSON: text where they are UTF-8, else base64."""

from base64 import b64decode, b64encode
from typing import Any


def to_json(piece: bytes) -> Any:
    """The text of these bytes, or `{"base64": …}`."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(piece).decode()}


def from_json(value: Any) -> bytes:
    """The bytes that `to_json` was given."""
    return value.encode() if isinstance(value, str) else b64decode(value["base64"])
