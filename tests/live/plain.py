"""Plain requests without our client, and their answers."""

import struct
from typing import Any

import httpx

from tests.live.servers import Address


def post(address: Address, path: str, body: Any) -> httpx.Response:
    """Post JSON; raise HTTPStatusError for a status of 400 or more."""
    with httpx.Client(base_url=address.root, trust_env=False, timeout=60) as curl:
        return curl.post(path, json=body).raise_for_status()


def comparable(answer: Any) -> Any:
    """Return the answer's JSON without nulls and without fields that differ between requests.

    Floats are rounded to 32 bits, because vLLM 0.33 writes only as many digits.
    """
    if isinstance(answer, float):
        return struct.unpack("f", struct.pack("f", answer))[0]
    if isinstance(answer, list):
        return [comparable(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        name: comparable(value)
        for name, value in answer.items()
        if value is not None and name not in ("id", "created")
    }
