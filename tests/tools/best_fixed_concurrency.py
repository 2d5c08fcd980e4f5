"""Find the best fixed concurrency of each engine and workload, known only in hindsight.

    python -m tests.tools.best_fixed_concurrency     # some minutes; writes TABLE

tests/bulk/test_concurrency_on_engine.py and benchmarks/concurrency.py compare the controller with
this table. Run this again after a change to the engine model or to tests/helpers/virtual.
"""

import json
import sys
from pathlib import Path

from attrs import asdict, frozen

from tests.helpers.virtual.client import FixedLimit
from tests.helpers.virtual.runs import run_alone

TABLE = Path(__file__).resolve().parents[1] / "bulk" / "best_fixed_concurrency.json"

# The constants of the controller were chosen with other seeds, and with another model.
SEEDS = (101, 202, 303)

PAIRS = (
    *((engine, work) for engine in ("h100", "a10g") for work in ("short", "reasoning", "long")),
    ("h100", "embedding"),
    ("a10g", "embedding"),
    ("4xh100-70b", "reasoning"),
)

# Each limit is some 20 % above the one before.
LIMITS = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128),
    *(160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536),
)
MAX_WORSE = 5


@frozen
class Best:
    """A fixed limit and its tokens of useful work per second."""

    limit: int
    rate: float


def key(engine: str, workload: str, seed: int) -> str:
    return f"{engine}/{workload}/{seed}"


def read_table() -> dict[str, Best]:
    """Return the best fixed limit of each engine, workload and seed."""
    rows = json.loads(TABLE.read_text(encoding="utf-8"))
    return {name: Best(**row) for name, row in rows.items()}


def best_fixed(engine: str, workload: str, seed: int) -> Best:
    """Search from the lowest limit until MAX_WORSE higher ones in a row are not better."""
    best, worse = Best(0, 0.0), 0
    for limit in LIMITS:
        found = Best(limit, run_alone(engine, workload, FixedLimit(limit), seed).rate)
        best, worse = (found, 0) if found.rate > best.rate else (best, worse + 1)
        if worse == MAX_WORSE:
            break
    return best


def main() -> int:
    found = {}
    for engine, workload in PAIRS:
        for seed in SEEDS:
            name = key(engine, workload, seed)
            found[name] = best_fixed(engine, workload, seed)
            print(name, found[name], flush=True)
    text = json.dumps({name: asdict(best) for name, best in found.items()}, indent=2)
    TABLE.write_text(f"{text}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
