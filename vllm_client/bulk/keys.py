"""Keys of rows: by them a run that continues knows which rows are done."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from ..codec.json_codec import canonical
from ..vllm.routes import Route

# A salt decides which cached prefixes a request may use, never what the answer is. Low in entropy,
# it could be found by trying salts until the hash fits.
NEVER_HASHED = frozenset({"cache_salt"})


def body_hash(route: Route, body: Mapping[str, Any]) -> str:
    """128 bits of BLAKE2b over the route and the canonical JSON of the body, in hexadecimal.

    Equal for bodies that differ only in the order of keys, in white space or in `cache_salt`.

    Raises:
        ValueError: The body has a number that JSON has no form for.
    """
    hashed = without_salt(body)
    octets = route.full_path.encode() + b"\n" + canonical(hashed)
    return blake2b(octets, digest_size=16).hexdigest()


def without_salt(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body without what no file and no hash may hold."""
    if NEVER_HASHED.isdisjoint(body):
        return body
    return {name: value for name, value in body.items() if name not in NEVER_HASHED}


def unnamed_key(body_hash: str, occurrence: int) -> str:
    """The key of a row without custom_id: the occurrence counts equal bodies, from 1."""
    return body_hash if occurrence == 1 else f"{body_hash}-{occurrence}"


def hash64(key: bytes) -> int:
    """64 bits of a key, which find it in an index; an equal hash is not yet an equal key."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")
