"""Prefix affinity: find the server that probably has the beginning of a prompt in its prefix cache.

A prompt is split into a chain of blocks: pieces of its messages, or of its text. The hash of a
block also covers all blocks before it, so that equal hashes mean equal prefixes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice, pairwise
from typing import Any, TypeGuard, TypeVar

# Max blocks of a prompt to hash. Prompts that share a prefix share their first blocks; hashing more
# blocks costs time and rarely changes the choice.
MAX_BLOCKS = 16
# Offsets, in characters or token ids, at which a message or text is cut into blocks; the rest after
# the last offset is ignored. Because a long message has several blocks, prompts that ask different
# questions about the same document share blocks even if each prompt is a single message.
CUTS = (512, 1024, 2048, 4096)
# Max prefixes to remember, for all servers together.
MAX_REMEMBERED = 65_536

_Sequence = TypeVar("_Sequence", str, Sequence[int])

_MASK = (1 << 64) - 1
# Multiplicative hashing with the golden ratio as an odd 64-bit integer (Knuth, "The Art of Computer
# Programming", 6.4). Keys and seeds are hashes already, so one multiplication mixes them enough.
_MULTIPLIER = 0x9E3779B97F4A7C15

# Body fields that come before the conversation in the prompt, and the fields that hold it.
_FIRST_FIELDS = ("system", "instructions")
_PROMPT_FIELDS = ("messages", "input", "prompt", "token_ids")


def key_of(text: str) -> int:
    """Return a 64-bit hash of a text; it is the same in every process."""
    octets = text.encode(errors="surrogatepass")
    return int.from_bytes(blake2b(octets, digest_size=8).digest(), "big")


def prefix_keys(fields: Mapping[str, Any] | None) -> tuple[int, ...]:
    """Return the chained hashes of the first blocks of a request body; empty without a prompt."""
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
    """Return the first `room` characters of a message, nested values included.

    The limit applies while parts are collected, because inline images can have several megabytes.
    """
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
    """Return the index of the seed with the highest rendezvous hash for a key.

    When a seed is added or removed, only the keys that prefer this seed move (Thaler and
    Ravishankar, "A Name-Based Mapping Scheme for Rendezvous").
    """
    scores = [(key ^ seed) * _MULTIPLIER & _MASK for seed in seeds]
    return scores.index(max(scores))


class PrefixMemory:
    """A map from prefixes to the servers that got them last.

    The first block of a prompt, usually the system prompt, is not remembered: many conversations
    share it, and rendezvous hashing alone decides where they start. For longer prefixes, a
    conversation stays at the server that got it last, also after a move to another server.
    """

    def __init__(self) -> None:
        self._servers: OrderedDict[int, str] = OrderedDict()

    def find(self, keys: Sequence[int]) -> str | None:
        """Return the server that got the longest known prefix; None if no prefix is known."""
        for key in reversed(keys[1:]):
            server = self._servers.get(key)
            if server is not None:
                return server
        return None

    def has_nearly_all(self, keys: Sequence[int], server: str) -> bool:
        """Return whether a server got all blocks of a prompt, or all except the last."""
        return any(self._servers.get(key) == server for key in keys[1:][-2:])

    def remember(self, keys: Sequence[int], server: str) -> None:
        """Record that a server gets a prompt with these prefixes."""
        for key in keys[1:]:
            self._servers[key] = server
        while len(self._servers) > MAX_REMEMBERED:
            self._servers.popitem(last=False)

    def forget(self, server: str) -> None:
        """Delete all prefixes of a server that lost its cache or was removed."""
        gone = [key for key, holder in list(self._servers.items()) if holder == server]
        for key in gone:
            self._servers.pop(key, None)
