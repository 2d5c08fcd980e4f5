"""`vllm-client servers`: print the state of several servers as a table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import Metrics, MetricSample, Servers, SyncVllmClient, VllmError
from .text import fit_for

# Max seconds for each answer of a server.
SECONDS = 5.0

_HEADER = (
    *("server", "state", "version", "running", "waiting"),
    *("KV cache", "concurrency", "errors"),
)


def servers(options: argparse.Namespace) -> int:
    """Print the table; return 0 if any server is ready, else 1."""
    given = options.base_url or os.environ.get("VLLM_BASE_URL") or "http://localhost:8000/v1"
    urls = [url.strip() for url in given.split(",") if url.strip()]
    with SyncVllmClient(Servers(urls), timeout=SECONDS, retry=None) as client:
        found = client.on_all_servers(_row)
    rows = [
        (name, "away", *["-"] * (len(_HEADER) - 2)) if isinstance(row, VllmError) else (name, *row)
        for name, row in found.items()
    ]
    for line in _table([_HEADER, *rows]):
        print(fit_for(sys.stdout, line))
    for name, row in found.items():
        if isinstance(row, VllmError):
            print(fit_for(sys.stderr, f"vllm-client: {name}: {row}"), file=sys.stderr)
    return 0 if any(row[1] == "ready" for row in rows) else 1


def _row(server: SyncVllmClient) -> tuple[str, ...]:
    """Query a server and return its row, without the name. Raises VllmError."""
    state = "ready" if server.health() else "not ready"
    metrics = server.metrics()
    return (
        state,
        server.version(),
        _number(metrics, "vllm:num_requests_running"),
        _number(metrics, "vllm:num_requests_waiting"),
        _usage(metrics),
        _concurrency(metrics),
        _errors(metrics),
    )


def _number(metrics: Metrics, name: str) -> str:
    return f"{metrics.value(name):.0f}" if name in metrics else "-"


def _usage(metrics: Metrics) -> str:
    """Return the highest KV cache usage of the server's engines."""
    name = "vllm:kv_cache_usage_perc"
    samples = _samples(metrics, name)
    return f"{max(sample.value for sample in samples):.0%}" if samples else "-"


def _concurrency(metrics: Metrics) -> str:
    """Return how many requests of max length fit into the KV caches of all engines."""
    label = "kv_cache_max_concurrency"
    rooms = [sample.labels.get(label) for sample in _samples(metrics, "vllm:cache_config_info")]
    known = [float(room) for room in rooms if room not in (None, "None")]
    return f"{sum(known):.0f}" if known else "-"


def _errors(metrics: Metrics) -> str:
    """Return how many requests the server has answered with status 500 or above since its start."""
    samples = _samples(metrics, "http_requests_total")
    if not samples:
        return "-"
    failed = (s.value for s in samples if s.labels.get("status", "").startswith("5"))
    return f"{sum(failed):.0f}"


def _samples(metrics: Metrics, name: str) -> Sequence[MetricSample]:
    try:
        return metrics.samples(name)
    except KeyError:
        return ()


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines with columns of equal width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
