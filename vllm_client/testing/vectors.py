"""Numbers derived from texts: equal for equal texts, similar for texts that share words."""

import hashlib
import math
from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache


def vector_of(tokens: Sequence[str], size: int) -> list[float]:
    """Return a unit vector: the sum of a pseudo-random vector for each word, ignoring case."""
    words = [word for token in tokens if (word := token.strip().lower())]
    columns = zip(*(_direction(word, size) for word in words or [""]), strict=True)
    return normalized([sum(column) for column in columns])


def normalized(vector: Sequence[float]) -> list[float]:
    """Scale a vector to length 1."""
    length = math.sqrt(sum(x * x for x in vector)) or 1.0
    return rounded(x / length for x in vector)


def rounded(numbers: Iterable[float]) -> list[float]:
    """Round numbers to float32, the precision of a model's output."""
    return array("f", numbers).tolist()


@lru_cache(maxsize=4096)
def _direction(word: str, size: int) -> tuple[int, ...]:
    # A hash instead of `random`, whose numbers may differ between versions of Python.
    digest = hashlib.shake_256(word.encode("utf-8", "replace")).digest(2 * size)
    return tuple(int.from_bytes(digest[i : i + 2], "big") - 32768 for i in range(0, 2 * size, 2))


def similarity(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the cosine similarity of two unit vectors."""
    return rounded([sum(x * y for x, y in zip(one, other, strict=True))])[0]


def probabilities_of(tokens: Sequence[str], classes: int) -> list[float]:
    """Return probabilities that add up to 1; for a single class, one number from 0 to 1."""
    logits = [4 * x for x in vector_of(tokens, max(classes, 2))]
    weights = [math.exp(x) for x in logits]
    total = sum(weights)
    return rounded(weight / total for weight in weights[:classes])
