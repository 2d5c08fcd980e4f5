"""Build the progress statistics of a run from its state."""

from __future__ import annotations

from collections import Counter

from .row_routes import SeveralServers
from .run_state import RunState
from .run_stats import RunStats
from .server_lane import ServerStats


def stats_of(state: RunState, now: float) -> RunStats:
    """Return a snapshot of the progress of a run."""
    meter, rates, lanes = state.meter, state.meter.rates(now), state.routes.lanes
    words = _words(state)
    servers = tuple(lane.stats(now, words) for lane in lanes)
    waiting = [server.waiting for server in servers if server.waiting is not None]
    return RunStats(
        done=meter.done,
        failed=meter.failed,
        failures=dict(meter.failures),
        in_flight=state.in_flight,
        waiting=sum(waiting) if waiting else None,
        total=state.total,
        prompt_tokens=meter.prompt_tokens,
        completion_tokens=meter.completion_tokens,
        rows_per_second=rates[0],
        prompt_tokens_per_second=rates[1],
        completion_tokens_per_second=rates[2],
        seconds=now - meter.began,
        eta=meter.eta(now, state.total),
        retries=meter.retries,
        concurrency=state.limit,
        reason=words or _reason(servers),
        servers=servers if isinstance(state.routes, SeveralServers) else (),
    )


def _words(state: RunState) -> str | None:
    """Return why the whole run sends no new rows; None to use the reasons of the servers."""
    if state.has_ended:
        return "ended"
    if not any(lane.gate.is_open for lane in state.routes.lanes):
        return None
    if state.stopping:
        return "stopping"
    if state.is_full and state.window.is_parking:
        return f"waiting for row {state.window.next_index}, which is the oldest"
    return "output-bound" if state.is_full else None


def _reason(servers: tuple[ServerStats, ...]) -> str:
    """Join the reasons of the reachable servers, else of all servers; most frequent first."""
    there = [server for server in servers if not server.is_away]
    counts = Counter(server.reason for server in there or servers)
    away = len(servers) - len(there) if there else 0
    note = [f"{away} of {len(servers)} servers away"] if away else []
    return "; ".join([reason for reason, _ in counts.most_common()] + note)
