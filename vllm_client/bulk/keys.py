"""Keys of rows, by which a run that continues finds the rows that are done."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from ..codec.json_codec import canonical
from .requests import BulkRequest

# A salt decides which cached prefixes a request may use, never what the answer is. Low in entropy,
# it could be found by trying salts until the hash fits.
NEVER_HASHED = frozenset({"cache_salt"})


def body_hash(request: BulkRequest) -> str:
    """128 bits of BLAKE2b over the route and the canonical JSON of the body, in hexadecimal.

    Equal for bodies that differ only in the order of keys, in white space or in `cache_salt`.

    Raises:
        RequestError: The body has a number that JSON has no form for.
    """
    octets = request.route.full_path.encode() + b"\n" + canonical(without_salt(request.body))
    return blake2b(octets, digest_size=16).hexdigest()


def without_salt(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body without `cache_salt`, which no file and no hash may hold."""
    if NEVER_HASHED.isdisjoint(body):
        return body
    return {name: value for name, value in body.items() if name not in NEVER_HASHED}


def unnamed_key(digest: str, occurrence: int) -> str:
    """The key of a row without custom_id: its hash; `occurrence` counts equal bodies, from 1."""
    return digest if occurrence == 1 else f"{digest}-{occurrence}"


def hash64(key: bytes) -> int:
    """64 bits of a key, which find it in an index; an equal hash is not yet an equal key."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")
