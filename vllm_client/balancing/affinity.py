"""Find the server that is likely to have the beginning of a prompt in its prefix cache.

A prompt is seen as a chain of blocks: pieces of its messages, or of its text. The hash of a block
covers all blocks before it, so that equal hashes mean equal prefixes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice, pairwise
from typing import Any, TypeGuard, TypeVar

# Blocks of a prompt that are looked at. What two prompts have in common begins at their front; a
# longer chain would cost more than it can tell.
MAX_BLOCKS = 16
# A message or text is cut at these characters, or token ids, and ignored after the last. So prompts
# that ask different questions about one document share blocks even if all of it is one message.
CUTS = (512, 1024, 2048, 4096)
# Prefixes that are remembered for a whole set of servers.
MAX_REMEMBERED = 65_536

_Sequence = TypeVar("_Sequence", str, Sequence[int])

_MASK = (1 << 64) - 1
# The golden ratio as an odd number of 64 bits (Knuth, "The Art of Computer Programming", 6.4): keys
# and seeds are hashes already, so that one multiplication mixes them well enough.
_MULTIPLIER = 0x9E3779B97F4A7C15

# Fields that stand before the conversation in the prompt, and those that hold it.
_FIRST_FIELDS = ("system", "instructions")
_PROMPT_FIELDS = ("messages", "input", "prompt", "token_ids")


def key_of(text: str) -> int:
    """A hash of 64 bits, the same in every process."""
    octets = text.encode(errors="surrogatepass")
    return int.from_bytes(blake2b(octets, digest_size=8).digest(), "big")


def prefix_keys(fields: Mapping[str, Any] | None) -> tuple[int, ...]:
    """The hashes of the chain of leading blocks of a request body; none if it has no prompt."""
    if fields is None:
        return ()
    keys: list[int] = []
    chain = blake2b(digest_size=8)
    for block in islice(_blocks(fields), MAX_BLOCKS):
        chain.update(block.encode(errors="surrogatepass"))
        chain.update(b"\0")
        keys.append(int.from_bytes(chain.digest(), "big"))
    return tuple(keys)


def _blocks(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in _FIRST_FIELDS:
        if fields.get(name):
            yield from _pieces(_text_of(fields[name]))
    prompt = next((fields[name] for name in _PROMPT_FIELDS if fields.get(name)), ())
    if isinstance(prompt, str):
        yield from _pieces(prompt)
    elif _is_token_ids(prompt):
        yield from map(str, _pieces(prompt))
    elif isinstance(prompt, Iterable):
        for message in prompt:
            yield from _pieces(_text_of(message))


def _pieces(prompt: _Sequence) -> Iterator[_Sequence]:
    yield prompt[: CUTS[0]]
    for start, end in pairwise(CUTS):
        if len(prompt) <= start:
            return
        yield prompt[start:end]


def _is_token_ids(prompt: object) -> TypeGuard[Sequence[int]]:
    return isinstance(prompt, Sequence) and len(prompt) > 0 and isinstance(prompt[0], int)


def _text_of(value: object, room: int = CUTS[-1]) -> str:
    """The beginning of a message as text. Images in it may be megabytes, so it is cut inside."""
    if isinstance(value, str):
        return value[:room]
    parts: list[str] = []
    if isinstance(value, Mapping):
        items: Iterable[object] = (part for pair in value.items() for part in pair)
    elif isinstance(value, list | tuple):
        items = value
    else:
        return str(value)[:room]
    for item in items:
        if room <= 0:
            break
        parts.append(_text_of(item, room))
        room -= len(parts[-1]) + 1
    return "\1".join(parts)


def preferred(key: int, seeds: Sequence[int]) -> int:
    """The index of the seed that the key prefers: rendezvous hashing (Thaler and Ravishankar).

    With a seed more or less, only the keys that prefer it move.
    """
    scores = [(key ^ seed) * _MULTIPLIER & _MASK for seed in seeds]
    return scores.index(max(scores))


class PrefixMemory:
    """The server that got each prefix last; the longest known prefix of a prompt decides.

    The first block is not remembered, since it alone is what rendezvous hashing spreads; so a
    conversation that had to move to another server stays there, while new ones still prefer the
    first server of their system prompt.
    """

    def __init__(self) -> None:
        self._servers: OrderedDict[int, str] = OrderedDict()

    def find(self, keys: Sequence[int]) -> str | None:
        """The server that got the longest prefix, if any did."""
        for key in reversed(keys[1:]):
            server = self._servers.get(key)
            if server is not None:
                return server
        return None

    def has_nearly_all(self, keys: Sequence[int], server: str) -> bool:
        """Whether a server got all blocks of a prompt, or all but the last."""
        return any(self._servers.get(key) == server for key in keys[1:][-2:])

    def remember(self, keys: Sequence[int], server: str) -> None:
        """The server gets a prompt with these prefixes."""
        for key in keys[1:]:
            self._servers[key] = server
        while len(self._servers) > MAX_REMEMBERED:
            self._servers.popitem(last=False)

    def forget(self, server: str) -> None:
        """The server has lost its cache, or is gone."""
        gone = [key for key, holder in list(self._servers.items()) if holder == server]
        for key in gone:
            self._servers.pop(key, None)
