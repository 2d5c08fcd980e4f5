"""Where the attempts of one call go."""

from __future__ import annotations

from collections import Counter
from math import inf

import attrs

from ..call.retry import OWN_LIMITS, Progress, Retry, RetryPolicy, decide_retry
from ..errors import ApiError, IoError, IoTimeout, VllmError
from .failover import MOVES, Failure, Move, failure_of
from .server import Server
from .servers import ServerSet, Wanted

# What a server answers while its engine may be dead.
_DOUBTFUL_CODES = range(500, 600)


class CallRoute:
    """Chooses a server for each attempt of a call, and says what follows a failed one.

    Attributes:
        servers: Those of the client.
        wanted: What the call wants of its server.
        server: The one that has the current attempt; None before the first.
        unknown_model: The error of a server that does not have the model, once one has said so.
    """

    def __init__(self, servers: ServerSet, wanted: Wanted, now: float) -> None:
        self.servers = servers
        self.wanted = wanted
        self.server: Server | None = None
        self.unknown_model: ApiError | None = None
        self._failures: Counter[Failure] = Counter()
        servers.ratio.requested(now)

    def choose(self, now: float) -> Server:
        """The server of the next attempt. Raises RequestError."""
        self.server = self.servers.choose(self.wanted, now)
        return self.server

    def after(
        self, error: VllmError, policy: RetryPolicy, progress: Progress, now: float
    ) -> Retry | None:
        """The attempt that follows a failed one; None to give up.

        As `decide_retry` says; before that at once at another server, where `MOVES` says so.
        """
        failure = failure_of(error)
        self._failures[failure] += 1
        self._report(error, failure, now)
        move = MOVES[failure]
        if move is None or not policy.max_retries:
            return None
        if isinstance(error, IoError) and error.died_in_pool and not progress.fresh:
            return decide_retry(error, policy, progress)
        if failure is Failure.UNKNOWN_MODEL:
            return self._ask_for_models(error)
        return self._move(error, failure, move, policy, progress, now)

    def _report(self, error: VllmError, failure: Failure, now: float) -> None:
        """Tell the state of the server what has happened."""
        server = self.server
        if server is None or _is_own_limit(error):
            return
        if failure is Failure.CONNECT:
            self.servers.connect_failed(server, now, error.message)
        elif failure in (Failure.LOST, Failure.REFUSED) or error.status in _DOUBTFUL_CODES:
            self.servers.failed(server, now, refused=failure is Failure.REFUSED)

    def _ask_for_models(self, error: VllmError) -> Retry | None:
        """Another attempt, once, after all servers were asked which models they have."""
        if self.unknown_model is not None or not isinstance(error, ApiError):
            return None
        if self.wanted.server is not None or self.wanted.model is None:
            return None
        self.unknown_model = error
        return Retry(0.0, counts=False)

    def _move(
        self,
        error: VllmError,
        failure: Failure,
        move: Move,
        policy: RetryPolicy,
        progress: Progress,
        now: float,
    ) -> Retry | None:
        if not progress.replayable and _may_have_arrived(error):
            return None
        if move.most is not None and self._failures[failure] > move.most:
            return None
        retry = self._at_once(move, policy, progress)
        if retry is None:
            retry = self._after_a_wait(error, policy, progress)
        if retry is not None and move.worked_on and not self.servers.ratio.take(now):
            return None
        return retry

    def _at_once(self, move: Move, policy: RetryPolicy, progress: Progress) -> Retry | None:
        """The attempt at another server, if there is one that is in and has not failed."""
        if self.server is not None:
            avoid = {*self.wanted.avoid, self.server.name}
            self.wanted = attrs.evolve(self.wanted, avoid=frozenset(avoid))
        total = inf if progress.total is None else progress.total
        is_late = progress.elapsed >= min(policy.budget, total)
        is_one_too_many = move.counts and progress.tries > policy.max_retries
        if not move.at_once or is_late or is_one_too_many:
            return None
        if not self.servers.has_another(self.wanted):
            return None
        return Retry(0.0, counts=move.counts)

    def _after_a_wait(
        self, error: VllmError, policy: RetryPolicy, progress: Progress
    ) -> Retry | None:
        """The attempt that one server would get. If each server has failed, all are tried anew."""
        if not self.servers.has_another(self.wanted):
            self.wanted = attrs.evolve(self.wanted, avoid=frozenset())
        return decide_retry(error, policy, progress)


def _is_own_limit(error: VllmError) -> bool:
    return isinstance(error, IoTimeout) and error.clock in OWN_LIMITS


def _may_have_arrived(error: VllmError) -> bool:
    return not isinstance(error, IoError) or error.may_have_arrived
