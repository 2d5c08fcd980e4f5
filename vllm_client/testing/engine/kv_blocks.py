"""The blocks of the KV cache: in use, cached for reuse, or free."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence


class KvBlocks:
    """Counters of blocks. An unused prefix block stays cached until its space is needed.

    As in vLLM, the least recently used block is evicted first; within a prefix, the last block.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.used = 0
        self._users: dict[Hashable, int] = {}
        self._cached: OrderedDict[Hashable, None] = OrderedDict()

    @property
    def usage(self) -> float:
        """The used share, 0 to 1. Blocks that are only cached count as free."""
        return self.used / self.total

    def has_room(self, count: int, prefix: Sequence[Hashable]) -> bool:
        """Whether `count` blocks and the blocks of the prefix fit."""
        unused = sum(key not in self._users for key in prefix)
        return self.used + count + unused <= self.total

    def take(self, count: int) -> None:
        """Use `count` blocks; evict cached blocks if too few are free."""
        self.used += count
        while self._cached and self.used + len(self._cached) > self.total:
            self._cached.popitem(last=False)

    def free(self, count: int) -> None:
        self.used -= count

    def take_prefix(self, prefix: Sequence[Hashable]) -> int:
        """Use the blocks of a prefix; return how many of the leading ones were cached."""
        hits = 0
        for position, key in enumerate(prefix):
            hits += hits == position and (key in self._users or key in self._cached)
            self._use(key)
        return hits

    def free_prefix(self, prefix: Sequence[Hashable]) -> None:
        for key in reversed(prefix):
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key]
                self.used -= 1
                self._cached[key] = None

    def _use(self, key: Hashable) -> None:
        if key in self._users:
            self._users[key] += 1
        else:
            self._users[key] = 1
            self._cached.pop(key, None)
            self.take(1)
