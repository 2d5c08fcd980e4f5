"""Choose the server of each attempt of a call."""

from __future__ import annotations

from collections import Counter
from math import inf

from ..call.retry import OWN_LIMITS, Progress, Retry, RetryPolicy, decide_retry
from ..call.routing import Routing
from ..errors import ApiError, IoError, IoTimeout, RequestError, VllmError
from .affinity import key_of, prefix_keys
from .failover import MOVES, Failure, Move, failure_of
from .server import Server
from .servers import ServerSet
from .wanted import Wanted

# After these statuses the engine of the server may be dead, so /health is probed.
_DOUBTFUL_CODES = range(500, 600)
_REFUSED = 503


def wanted_of(routing: Routing, model: str | None, servers: ServerSet) -> Wanted:
    """Return which servers may get a request.

    Raises:
        RequestError: The request uses a stored response, and it is unknown which server stores it.
    """
    fields = routing.fields or {}
    if routing.server is not None:
        return Wanted(servers[routing.server].name)
    if routing.response_id is not None:
        return Wanted(_holder_of(routing.response_id, servers))
    session = fields.get("session_id")
    if session is not None:
        return Wanted(keys=(key_of(str(session)),) * 2, session=True, model=model)
    keys = prefix_keys(fields) if servers.policy == "prefix" else ()
    return Wanted(keys=keys, model=model)


def _holder_of(response_id: str, servers: ServerSet) -> str:
    holder = servers.holder_of(response_id)
    if holder is None:
        raise RequestError(
            f"response {response_id} was not created by this client, so the server that stores it "
            "is unknown: pass server=…"
        )
    return holder


class CallRoute:
    """Choose the server of each attempt of a call, and whether another attempt follows.

    Attributes:
        servers: The servers of the client.
        wanted: The requirements of the call for its server.
        server: The server of the current attempt; None before the first.
        unknown_model: The first error of a server that does not serve the model; None without one.
    """

    def __init__(self, servers: ServerSet, wanted: Wanted, now: float) -> None:
        self.servers = servers
        self.wanted = wanted
        self.server: Server | None = None
        self.unknown_model: ApiError | None = None
        self._failures: Counter[Failure] = Counter()
        servers.ratio.requested(now)

    def choose(self, now: float) -> Server:
        """Choose the server of the next attempt. Raise RequestError if there is none."""
        self.server = self.servers.choose(self.wanted, now)
        return self.server

    def after(
        self, error: VllmError, policy: RetryPolicy, progress: Progress, now: float
    ) -> Retry | None:
        """Return the next attempt after a failed one, or None to give up.

        Where `MOVES` allows it, the next attempt goes to another server at once. Otherwise
        `decide_retry` decides.
        """
        failure = failure_of(error)
        self._failures[failure] += 1
        move = MOVES[failure]
        if move is None or not policy.max_retries:
            return None
        if isinstance(error, IoError) and error.died_in_pool and not progress.fresh:
            return decide_retry(error, policy, progress)
        if failure is Failure.UNKNOWN_MODEL:
            return self._ask_for_models(error)
        return self._move(error, failure, move, policy, progress, now)

    def _ask_for_models(self, error: VllmError) -> Retry | None:
        """Allow one more attempt, made after all servers were asked which models they serve."""
        if self.unknown_model is not None or not isinstance(error, ApiError):
            return None
        if self.wanted.server is not None or self.wanted.model is None:
            return None
        self.unknown_model = error
        return Retry(0.0, counts=False)

    def refuse_unknown_model(self) -> None:
        """Raise the unknown-model error unless another server may serve the model."""
        error, model = self.unknown_model, self.wanted.model
        if error is None or model is None or self.servers.has_model(model):
            return
        name_models(error, self.servers)
        raise error

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
        if move.max_servers is not None and self._failures[failure] > move.max_servers:
            return None
        retry = self._at_once(move, policy, progress)
        if retry is None:
            retry = self._after_a_wait(error, policy, progress)
        if retry is not None and move.worked_on and not self.servers.ratio.take(now):
            return None
        return retry

    def _at_once(self, move: Move, policy: RetryPolicy, progress: Progress) -> Retry | None:
        """Return an attempt without a wait if an available server has not yet failed this call."""
        if self.server is not None:
            self.wanted = self.wanted.without(self.server.name)
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
        """Return the retry that the policy allows. If every server has failed, allow all again."""
        if not self.servers.has_another(self.wanted):
            self.wanted = self.wanted.anew()
        return decide_retry(error, policy, progress)


def name_models(error: VllmError, servers: ServerSet) -> None:
    """Append the known models of each server to the message of an unknown-model error."""
    known = "; ".join(f"{name} has {', '.join(have)}" for name, have in servers.models())
    error.message = f"{error.message} Models of this client's servers: {known}."


def report_answer(servers: ServerSet, server: Server, status: int, now: float) -> None:
    """Update the state of a server that sent a response head."""
    servers.answered(server, now)
    if status in _DOUBTFUL_CODES:
        servers.failed(server, now, refused=status == _REFUSED)


def report_failure(servers: ServerSet, server: Server, error: VllmError, now: float) -> None:
    """Update the state of a server that failed an attempt before the response was complete."""
    if failure_of(error) is Failure.CONNECT:
        servers.connect_failed(server, now, error.message)
    elif isinstance(error, IoError) and not (error.died_in_pool or _is_own_limit(error)):
        servers.failed(server, now)


def _is_own_limit(error: VllmError) -> bool:
    return isinstance(error, IoTimeout) and error.clock in OWN_LIMITS


def _may_have_arrived(error: VllmError) -> bool:
    return not isinstance(error, IoError) or error.may_have_arrived
