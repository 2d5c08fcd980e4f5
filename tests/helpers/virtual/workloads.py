"""Rows of bulk runs: the numbers of tokens of prompts and answers."""

import random
from collections.abc import Callable, Iterator, Mapping
from math import log

Row = tuple[int, int]
"""Tokens of the prompt, tokens of the answer."""


def rows(workload: str, seed: int, longest: int) -> Iterator[Row]:
    """Yield rows without end. `longest`: the maximum length of a prompt or an answer."""
    chance, make = random.Random(seed), WORKLOADS[workload]
    while True:
        prompt, answer = make(chance)
        yield min(max(prompt, 1), longest), min(answer, longest)


def _lognormal(chance: random.Random, mean: float, sigma: float) -> int:
    return int(chance.lognormvariate(log(mean) - sigma * sigma / 2, sigma))


def _short(chance: random.Random) -> Row:
    return _lognormal(chance, 200, 0.3), max(_lognormal(chance, 30, 0.3), 1)


def _reasoning(chance: random.Random) -> Row:
    return _lognormal(chance, 300, 0.3), max(_lognormal(chance, 3000, 1.0), 1)


def _long(chance: random.Random) -> Row:
    return min(_lognormal(chance, 20_000, 0.2), 26_000), max(_lognormal(chance, 200, 0.3), 1)


def _embedding(chance: random.Random) -> Row:
    return _lognormal(chance, 300, 0.5), 0


def _mixed(chance: random.Random) -> Row:
    if chance.random() < 0.2:
        return _lognormal(chance, 8000, 0.3), max(_lognormal(chance, 1500, 0.7), 1)
    return _lognormal(chance, 200, 0.3), max(_lognormal(chance, 50, 0.5), 1)


WORKLOADS: Mapping[str, Callable[[random.Random], Row]] = {
    "short": _short,
    "reasoning": _reasoning,
    "long": _long,
    "embedding": _embedding,
    "mixed": _mixed,
}
