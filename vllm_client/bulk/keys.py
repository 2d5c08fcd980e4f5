"""Keys of rows, by which a run that continues finds the finished rows."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from ..codec.json_codec import canonical
from .requests import BulkRequest

# The salt decides only which cached prefixes a request may use; it does not change the answer. It
# is a secret: if it has low entropy, it could be recovered from a hash by trying all salts.
NEVER_HASHED = frozenset({"cache_salt"})


def body_hash(request: BulkRequest) -> str:
    """Return 128 bits of BLAKE2b over the route and the canonical JSON of the body, as hex digits.

    Bodies that differ only in the order of keys, in white space or in `cache_salt` have equal
    hashes.

    Raises:
        RequestError: The body has a number that JSON cannot represent.
    """
    octets = request.route.full_path.encode() + b"\n" + canonical(without_salt(request.body))
    return blake2b(octets, digest_size=16).hexdigest()


def without_salt(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the body without `cache_salt`, which must not be written to a file or hashed."""
    if NEVER_HASHED.isdisjoint(body):
        return body
    return {name: value for name, value in body.items() if name not in NEVER_HASHED}


def unnamed_key(digest: str, occurrence: int) -> str:
    """Return the key of a row without custom_id: its hash, and a suffix if the hash is not new.

    Args:
        digest: The hash of the row.
        occurrence: The number of rows with this hash so far, this row included.
    """
    return digest if occurrence == 1 else f"{digest}-{occurrence}"


def hash64(key: bytes) -> int:
    """Return a 64-bit hash of a key, for an index. Different keys may have the same hash."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")
