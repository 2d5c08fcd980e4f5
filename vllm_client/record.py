"""The record of one call: its attempts, how long each part took, and what the answer says of it.

While a call runs, the package stores a few moments of a monotonic clock here, and references to
objects that exist anyhow: the attributes whose names begin with an underscore, which the loops that
carry a call and `call/recording.py` write. All else is worked out when somebody asks for it.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import attrs

CallState: TypeAlias = Literal["running", "complete", "failed", "abandoned"]


@attrs.frozen
class Timing:
    """How long the parts of a call took, in seconds. None is not known, or not yet.

    Attributes:
        queued: the wait for one of `max_connections`, in the last attempt. None over httpx.
        connect: making the connection of the last attempt, TLS included; 0 for one that was used
            before. None over httpx.
        first_byte: from the start of the call to the head of the answer.
        first_token: from the start of the call to the first delta of a stream.
        last_token: from the start of the call to the last delta so far.
        total: from the start of the call to its end, retries and waits included.
        tokens_per_second: output tokens by the time to the last token; of a plain answer, by
            `total`.
        inter_token_latency: mean time between two tokens: the time from the first to the last, by
            the number of tokens without the first.
        p99_inter_token_latency: 99 of 100 reads that brought tokens came within this time of the
            read before. Measured with `timing=True`, or for an observer that asks.
    """

    queued: float | None = None
    connect: float | None = None
    first_byte: float | None = None
    first_token: float | None = None
    last_token: float | None = None
    total: float | None = None
    tokens_per_second: float | None = None
    inter_token_latency: float | None = None
    p99_inter_token_latency: float | None = None

    @property
    def time_to_first_token(self) -> float | None:
        """The same as `first_token`, by its usual name (TTFT)."""
        return self.first_token


@attrs.frozen
class CallAttempt:
    """One attempt of a call.

    Attributes:
        server: the base URL of the server, without credentials.
        request_id: the X-Request-Id that was sent.
        started: seconds from the start of the call to the start of this attempt.
        wait: seconds between the end of the attempt before and this start.
        seconds: how long it took; None while it runs.
        queued: seconds that it waited for one of `max_connections`. None over httpx.
        connect: seconds that making the connection took, TLS included; 0 for one that was used
            before. None over httpx.
        reused: whether an earlier request had used the connection. None over httpx, and where
            nothing was sent.
        status: the HTTP status; None before the head of the answer, and where none came.
        error: why it failed, without secrets; None if it did not.
        error_type: the class of that error, such as "IoError".
    """

    server: str
    request_id: str
    started: float
    wait: float = 0.0
    seconds: float | None = None
    queued: float | None = None
    connect: float | None = None
    reused: bool | None = None
    status: int | None = None
    error: str | None = None
    error_type: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the attributes by name."""
        return attrs.asdict(self)


class _Route(Protocol):
    @property
    def method(self) -> str: ...

    @property
    def full_path(self) -> str: ...


class _Secrets(Protocol):
    def hide(self, text: str, /) -> str: ...


class _Headers(Protocol):
    def without(self, secrets: Any, /) -> Mapping[str, str]: ...


class _Request(Protocol):
    """The parts of a request that a record reads."""

    @property
    def route(self) -> _Route: ...

    @property
    def server(self) -> object: ...

    @property
    def model(self) -> str | None: ...

    @property
    def secrets(self) -> _Secrets: ...


class Failure(NamedTuple):
    """Why a call or an attempt did not complete. `message` is None if the caller abandoned it."""

    moment: float
    type: str | None
    message: str | None


class Facts(NamedTuple):
    """The fields of an answer that a record shows."""

    model: str | None = None
    id: str | None = None
    finish_reasons: tuple[str, ...] = ()
    usage: Any = None
    metrics: Any = None
    deltas: int | None = None


class Call:
    """The record of one call. Answers, streams and errors have it as `.call`.

    Attributes:
        streamed: whether the answer was to be streamed.
    """

    # Defaults stand in the class, so that a call that goes well sets only a few of them. There are
    # fewer than 30 names: with more, Python makes a dict of its own for each object.
    streamed = False
    _ended: float | None = None
    _failure: Failure | None = None
    _facts = Facts()
    _is_described = False
    _first_token: float | None = None
    _last_token: float | None = None
    _gaps: array[float] | None = None
    _watch: Any = None  # its observers: a Watch of telemetry/
    # the current attempt; `_earlier` has those before it
    _earlier: tuple[CallAttempt, ...] = ()
    _request_id: str | None = None
    _attempt_began = 0.0
    _attempt_failure: Failure | None = None
    _wait = 0.0
    _queueing: float | None = None
    _connecting: float | None = None
    _sent: float | None = None
    _first_byte: float | None = None
    _connection_is_known = True
    _status: int | None = None
    _headers: _Headers | None = None

    def __init__(self, request: _Request, moment: float) -> None:
        self._began = moment
        self._route = request.route
        self._server = request.server
        self._model = request.model
        self._secrets = request.secrets

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self._route.method

    @property
    def route(self) -> str:
        """The path of the route, with the names of its parameters: /v1/responses/{response_id}."""
        return self._route.full_path

    @property
    def state(self) -> CallState:
        """The state of the call: "running"; "complete"; "failed", with `error`; or "abandoned", if
        the caller left a stream early, or was interrupted or cancelled.
        """
        if self._ended is None:
            return "running"
        if self._failure is None:
            return "complete"
        return "abandoned" if self._failure.message is None else "failed"

    @property
    def error(self) -> str | None:
        """Why it failed, without secrets; None if it did not."""
        return self._failure.message if self._failure else None

    @property
    def error_type(self) -> str | None:
        """The class of that error, such as "NotFoundError"; of an abandoned call the class of the
        interruption, if there was one.
        """
        return self._failure.type if self._failure else None

    @property
    def attempts(self) -> tuple[CallAttempt, ...]:
        """The attempts, in order; empty before the first, and if nothing could be sent."""
        return self._earlier if self._request_id is None else (*self._earlier, self._attempt())

    @property
    def server(self) -> str:
        """The base URL of the server that the last attempt goes to, without credentials."""
        return str(self._server)

    @property
    def request_id(self) -> str | None:
        """The X-Request-Id of the last attempt."""
        return self._request_id

    @property
    def status(self) -> int | None:
        """The HTTP status of the last attempt."""
        return self._status

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields of the answer, without secrets; empty before its head is there."""
        return {} if self._headers is None else self._headers.without(self._secrets)

    @property
    def model(self) -> str | None:
        """The model that answered; before the answer, the one that was asked for, if any was."""
        return self._facts.model or self._model

    @property
    def response_id(self) -> str | None:
        """The `id` of the answer."""
        return self._facts.id

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """Why each choice ended, as far as they have."""
        return self._facts.finish_reasons

    @property
    def usage(self) -> Any:
        """The token counts as the answer has them, once they have arrived."""
        return self._facts.usage

    @property
    def metrics(self) -> Any:
        """The server's own times of the request. Only a vLLM that was started with
        --enable-per-request-metrics sends them.
        """
        return self._facts.metrics

    @property
    def input_tokens(self) -> int | None:
        """The tokens of the prompt, once the server has sent their number."""
        return _count(self.usage, "prompt_tokens", "input_tokens")

    @property
    def output_tokens(self) -> int | None:
        """The generated tokens; of a stream, the deltas so far until the server sends the count.

        vLLM sends a delta for each token, except with --stream-interval or speculative decoding.
        """
        counted = _count(self.usage, "completion_tokens", "output_tokens")
        return counted or self._facts.deltas or counted

    @property
    def timing(self) -> Timing:
        """How long the parts of it took so far."""
        total = _between(self._began, self._ended)
        first_token = _between(self._began, self._first_token)
        last_token = _between(self._began, self._last_token)
        tokens = self.output_tokens
        generating = last_token if self.streamed else total
        return Timing(
            queued=self._queued,
            connect=self._connect,
            first_byte=_between(self._began, self._first_byte),
            first_token=first_token,
            last_token=last_token,
            total=total,
            tokens_per_second=tokens / generating if tokens and generating else None,
            inter_token_latency=_mean_gap(first_token, last_token, tokens),
            p99_inter_token_latency=_p99(self._gaps) if self._gaps else None,
        )

    @property
    def token_gaps(self) -> tuple[float, ...]:
        """Seconds between the reads that brought tokens, in order. Empty unless asked for, as by
        `timing=True`.
        """
        return tuple(self._gaps or ())

    def __getstate__(self) -> dict[str, Any]:
        """All but the observers and what may hold secrets."""
        headers = self._headers and self.headers
        own = {"_watch": None, "_secrets": (), "_headers": headers, "_server": self.server}
        return vars(self) | own

    def __repr__(self) -> str:
        model = f" {self.model}" if self.model else ""
        attempts = f", {len(self._earlier) + 1} attempts" if self._earlier else ""
        total = _between(self._began, self._ended)
        took = "" if total is None else f", {total:.3f} s"
        return f"<Call {self.method} {self.route}{model}: {self.state}{took}{attempts}>"

    def _attempt(self) -> CallAttempt:
        """The current attempt."""
        failure = self._attempt_failure or self._failure
        was_sent = self._sent is not None and self._connection_is_known
        return CallAttempt(
            self.server,
            self._request_id or "",
            self._attempt_began - self._began,
            self._wait,
            _between(self._attempt_began, self._attempt_ended),
            self._queued,
            self._connect,
            self._connecting is None if was_sent else None,
            self._status,
            failure.message if failure else None,
            failure.type if failure else None,
        )

    @property
    def _attempt_ended(self) -> float | None:
        return self._attempt_failure.moment if self._attempt_failure else self._ended

    @property
    def _queued(self) -> float | None:
        """Seconds that the current attempt waited for one of `max_connections`."""
        if not self._connection_is_known:
            return None
        until = self._connecting or self._sent or self._attempt_ended
        return _between(self._queueing, until) or 0.0

    @property
    def _connect(self) -> float | None:
        """Seconds that making the connection of the current attempt took."""
        if not self._connection_is_known:
            return None
        return _between(self._connecting, self._sent or self._attempt_ended) or 0.0

    def _describe(
        self, answer: Any, finish_reasons: tuple[str, ...] | None = None, deltas: int | None = None
    ) -> None:
        """Take in what the answer says of itself, or as much of it as has arrived of a stream."""
        self._is_described = True
        self._facts = Facts(
            _hidden(self._secrets, getattr(answer, "model", None)),
            _hidden(self._secrets, getattr(answer, "id", None)),
            finish_reasons or _finish_reasons(answer),
            getattr(answer, "usage", None),
            getattr(answer, "metrics", None),
            deltas,
        )


class Recorded:
    """Base class of answers, which have the record of their call."""

    __slots__ = ("_call",)

    _call: Call

    @property
    def call(self) -> Call:
        """The record of the call that gave this answer: attempts, times, tokens.

        It is no part of equality, `to_dict` or pickles. A part of an answer has none, nor has an
        answer that was unpickled, copied, or made by hand: that is an AttributeError.
        """
        try:
            call = self._call
        except AttributeError:
            kind = type(self).__name__
            raise AttributeError(
                f"this {kind} has no call: it is a part of an answer, or a copy, or made by hand"
            ) from None
        if not call._is_described:
            call._describe(self)
        return call


def _hidden(secrets: _Secrets, value: object) -> str | None:
    return secrets.hide(value) if isinstance(value, str) else None


def _finish_reasons(answer: object) -> tuple[str, ...]:
    """Why the choices of an answer ended; of a Messages answer its stop_reason."""
    choices = getattr(answer, "choices", None)
    if not isinstance(choices, list):
        stop_reason = getattr(answer, "stop_reason", None)
        return (stop_reason,) if isinstance(stop_reason, str) else ()
    reasons = (getattr(choice, "finish_reason", None) for choice in choices)
    return tuple(reason for reason in reasons if isinstance(reason, str))


def _between(began: float | None, ended: float | None) -> float | None:
    return None if began is None or ended is None else ended - began


_MAX_COUNT = 2**63 - 1


def _count(usage: object, *names: str) -> int | None:
    """The first of these fields that the usage has; families call the same count differently.

    A number that can be none of tokens is not one.
    """
    counts = (getattr(usage, name, None) for name in names)
    return next((count for count in counts if count is not None and 0 <= count <= _MAX_COUNT), None)


def _mean_gap(first: float | None, last: float | None, tokens: int | None) -> float | None:
    if first is None or last is None or tokens is None or tokens < 2:
        return None
    return (last - first) / (tokens - 1)


def _p99(gaps: array[float]) -> float:
    """The nearest-rank percentile."""
    return sorted(gaps)[-(-99 * len(gaps) // 100) - 1]
