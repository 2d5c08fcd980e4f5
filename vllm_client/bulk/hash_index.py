"""Compact sets and multimaps of 64-bit hashes, stored in sorted arrays.

A hash takes 8 bytes, and an integer stored for it another 8; a set of Python ints would take 100
bytes for each hash. The arrays are split into buckets by the leading bits of the hashes, so that an
insertion moves at most some kilobytes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

# With 4,096 buckets, the arrays of 1 million hashes have 244 items, those of 100 million 24,400.
_BUCKET_BITS = 12
_SHIFT = 64 - _BUCKET_BITS


class HashSet:
    """A set of 64-bit hashes."""

    def __init__(self) -> None:
        self._buckets: dict[int, array[int]] = {}

    def add(self, hash64: int) -> bool:
        """Add a hash; return whether it is new."""
        hashes = self._buckets.get(hash64 >> _SHIFT)
        if hashes is None:
            hashes = self._buckets[hash64 >> _SHIFT] = array("Q")
        place = bisect_left(hashes, hash64)
        if place < len(hashes) and hashes[place] == hash64:
            return False
        hashes.insert(place, hash64)
        return True


class HashTable:
    """A multimap from 64-bit hashes to integers: a hash may have several numbers."""

    def __init__(self) -> None:
        self._buckets: dict[int, tuple[array[int], array[int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def add(self, hash64: int, number: int) -> None:
        """Store a number under a hash, beside earlier ones."""
        bucket = self._buckets.get(hash64 >> _SHIFT)
        if bucket is None:
            bucket = self._buckets[hash64 >> _SHIFT] = array("Q"), array("Q")
        hashes, numbers = bucket
        place = bisect_right(hashes, hash64)
        hashes.insert(place, hash64)
        numbers.insert(place, number)

    def latest_first(self, hash64: int) -> list[int]:
        """Return the numbers of a hash, last added first."""
        bucket = self._buckets.get(hash64 >> _SHIFT)
        if bucket is None:
            return []
        hashes, numbers = bucket
        end = bisect_right(hashes, hash64)
        begin = bisect_left(hashes, hash64, 0, end)
        return numbers[begin:end].tolist()[::-1]

    def increment(self, hash64: int, first: int) -> int:
        """Add 1 to the number of a hash, or set it to `first` if it has none; return the result."""
        hashes, numbers = self._buckets.setdefault(hash64 >> _SHIFT, (array("Q"), array("Q")))
        place = bisect_left(hashes, hash64)
        if place == len(hashes) or hashes[place] != hash64:
            hashes.insert(place, hash64)
            numbers.insert(place, first)
        else:
            numbers[place] += 1
        return numbers[place]


class Occurrences:
    """Count how often each hash occurs."""

    def __init__(self) -> None:
        self._seen = HashSet()
        self._repeated = HashTable()

    @property
    def any_repeated(self) -> bool:
        """Whether any hash has occurred more than once."""
        return bool(self._repeated)

    def count(self, hash64: int) -> int:
        """Count one occurrence of a hash; return the number of occurrences so far."""
        return 1 if self._seen.add(hash64) else self._repeated.increment(hash64, first=2)
