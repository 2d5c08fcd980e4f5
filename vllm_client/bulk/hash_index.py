"""Sets and tables of 64-bit hashes in sorted arrays: 8 bytes for a hash, 8 for its number.

A set of Python ints would take 100 bytes a hash. The arrays are split into buckets by the leading
bits of a hash, so that an insertion moves some kilobytes at most.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

# With 4,096 buckets, a million hashes make arrays of 244 items, and a hundred millions of 24,400.
_BUCKET_BITS = 12
_SHIFT = 64 - _BUCKET_BITS


class HashSet:
    """A set of 64-bit hashes."""

    def __init__(self) -> None:
        self._buckets: dict[int, array[int]] = {}

    def add(self, hash64: int) -> bool:
        """Add a hash; say whether it is new."""
        hashes = self._buckets.get(hash64 >> _SHIFT)
        if hashes is None:
            hashes = self._buckets[hash64 >> _SHIFT] = array("Q")
        place = bisect_left(hashes, hash64)
        if place < len(hashes) and hashes[place] == hash64:
            return False
        hashes.insert(place, hash64)
        return True


class HashTable:
    """Numbers by 64-bit hash; a hash may have several."""

    def __init__(self) -> None:
        self._buckets: dict[int, tuple[array[int], array[int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def add(self, hash64: int, number: int) -> None:
        """Add a number, after those that the hash has already."""
        bucket = self._buckets.get(hash64 >> _SHIFT)
        if bucket is None:
            bucket = self._buckets[hash64 >> _SHIFT] = array("Q"), array("Q")
        hashes, numbers = bucket
        place = bisect_right(hashes, hash64)
        hashes.insert(place, hash64)
        numbers.insert(place, number)

    def latest_first(self, hash64: int) -> list[int]:
        """The numbers of a hash, beginning with the one that was added last."""
        bucket = self._buckets.get(hash64 >> _SHIFT)
        if bucket is None:
            return []
        hashes, numbers = bucket
        end = bisect_right(hashes, hash64)
        begin = bisect_left(hashes, hash64, 0, end)
        return numbers[begin:end].tolist()[::-1]

    def increment(self, hash64: int, first: int) -> int:
        """Add 1 to the number of a hash; `first` if it has none. Returns the new number."""
        hashes, numbers = self._buckets.setdefault(hash64 >> _SHIFT, (array("Q"), array("Q")))
        place = bisect_left(hashes, hash64)
        if place == len(hashes) or hashes[place] != hash64:
            hashes.insert(place, hash64)
            numbers.insert(place, first)
        else:
            numbers[place] += 1
        return numbers[place]


class Occurrences:
    """Counts how often each hash occurs."""

    def __init__(self) -> None:
        self._seen = HashSet()
        self._repeated = HashTable()

    @property
    def any_repeated(self) -> bool:
        """Whether a hash has occurred more than once."""
        return bool(self._repeated)

    def count(self, hash64: int) -> int:
        """Count one occurrence of a hash. Returns how many there are now."""
        return 1 if self._seen.add(hash64) else self._repeated.increment(hash64, first=2)
