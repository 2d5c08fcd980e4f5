"""The record of one call: its attempts, its timing, and metadata of its answer.

While a call runs, only a few times of a monotonic clock and references to existing objects are
stored, in the attributes with a leading underscore. `call/recording.py` and the code that runs a
call write them. Everything else is computed when it is read.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias

import attrs

if TYPE_CHECKING:
    CallState: TypeAlias = Literal["running", "complete", "failed", "abandoned"]
else:
    # jedi 0.20 fails on an object with a property that returns a Literal: `call.<Tab>` in a
    # notebook would list nothing.
    CallState = str


@attrs.frozen
class Timing:
    """Durations of the parts of a call, in seconds; None if unknown or not yet known.

    Attributes:
        queued: The time that the last attempt waited for one of `max_connections`. None with
            httpx, which does not report it.
        connect: The time to open the connection of the last attempt, TLS included; 0 for a reused
            connection. None with httpx.
        first_byte: The time from the start of the call to the response head.
        first_token: The time from the start of the call to the first delta of a stream.
        last_token: The time from the start of the call to the last delta so far.
        total: The time from the start of the call to its end, including retries and waits.
        tokens_per_second: The number of output tokens divided by `last_token`; for a plain answer,
            divided by `total`.
        inter_token_latency: The mean time between two tokens:
            (last_token - first_token) / (output tokens - 1).
        p99_inter_token_latency: The 99th percentile of the times between reads that brought tokens.
            Measured only with `timing=True` or an observer with `wants_token_gaps`.
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
        """The same as `first_token`, under its usual name (TTFT)."""
        return self.first_token


@attrs.frozen
class CallAttempt:
    """One attempt of a call.

    Attributes:
        server: The base URL of the server, without credentials.
        request_id: The X-Request-Id that was sent.
        started: The seconds from the start of the call to the start of this attempt.
        wait: The seconds between the end of the previous attempt and the start of this one.
        seconds: The duration in seconds; None while the attempt is running.
        queued: The seconds of waiting for one of `max_connections`. None with httpx, which does not
            report it.
        connect: The seconds to open the connection, TLS included; 0 for a reused connection. None
            with httpx.
        reused: Whether an earlier request had used the connection. None with httpx, or if nothing
            was sent.
        status: The HTTP status; None without a response head.
        error: The error message, without secrets; None if the attempt did not fail.
        error_type: The class of the error, such as "IoError".
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
    """The attributes of a request that a record uses."""

    @property
    def route(self) -> _Route: ...

    @property
    def server(self) -> object: ...

    @property
    def model(self) -> str | None: ...

    @property
    def secrets(self) -> _Secrets: ...


class Failure(NamedTuple):
    """Why a call or an attempt did not complete; `message` is None if the caller abandoned it."""

    moment: float
    type: str | None
    message: str | None


class Facts(NamedTuple):
    """The metadata of an answer that a record shows."""

    model: str | None = None
    id: str | None = None
    finish_reasons: tuple[str, ...] = ()
    usage: Any = None
    metrics: Any = None
    deltas: int | None = None


class Call:
    """The record of one call, which answers, streams and errors have as `.call`.

    Attributes:
        streamed: Whether a stream was requested.
    """

    # Defaults are class attributes, so that a successful call sets only a few instance attributes.
    # There are fewer than 30 names: with more, Python stops sharing keys between instance dicts.
    streamed = False
    _ended: float | None = None
    _failure: Failure | None = None
    _facts = Facts()
    _is_described = False
    _first_token: float | None = None
    _last_token: float | None = None
    _gaps: array[float] | None = None
    _watch: Any = None  # the observers of the call: a Watch of telemetry/watch.py

    # The current attempt; `_earlier` has the attempts before it.
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
        """The state of the call: "running", "complete", "failed" (see `error`) or "abandoned".

        A call is abandoned if the caller closes a stream early, or is interrupted or cancelled.
        """
        if self._ended is None:
            return "running"
        if self._failure is None:
            return "complete"
        return "abandoned" if self._failure.message is None else "failed"

    @property
    def error(self) -> str | None:
        """The error message of a failed call, without secrets; None if it did not fail."""
        return self._failure.message if self._failure else None

    @property
    def error_type(self) -> str | None:
        """The class of the error, such as "NotFoundError"; None if the call did not fail.

        For an abandoned call, the class of the exception that interrupted it, if there was one.
        """
        return self._failure.type if self._failure else None

    @property
    def attempts(self) -> tuple[CallAttempt, ...]:
        """The attempts, in order; empty before the first one and if nothing could be sent."""
        return self._earlier if self._request_id is None else (*self._earlier, self._attempt())

    @property
    def server(self) -> str:
        """The base URL of the server of the last attempt, without credentials."""
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
        """The response headers, without secrets; empty before the response head has arrived."""
        return {} if self._headers is None else self._headers.without(self._secrets)

    @property
    def model(self) -> str | None:
        """The model that the answer names; before the answer, the requested model, if any."""
        return self._facts.model or self._model

    @property
    def response_id(self) -> str | None:
        """The `id` of the answer."""
        return self._facts.id

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """The finish reasons of the choices that have ended."""
        return self._facts.finish_reasons

    @property
    def usage(self) -> Any:
        """The token counts of the answer; None until they have arrived."""
        return self._facts.usage

    @property
    def metrics(self) -> Any:
        """The server's own timing of the request, or None.

        vLLM sends it only if it was started with --enable-per-request-metrics.
        """
        return self._facts.metrics

    @property
    def input_tokens(self) -> int | None:
        """The number of prompt tokens; None until the server has sent it."""
        return _count(self.usage, "prompt_tokens", "input_tokens")

    @property
    def output_tokens(self) -> int | None:
        """The number of generated tokens; None if unknown.

        As long as the server has not sent the token count of a stream, this is the number of deltas
        so far. vLLM sends one delta per token, except with --stream-interval or speculative
        decoding.
        """
        counted = _count(self.usage, "completion_tokens", "output_tokens")
        return counted or self._facts.deltas or counted

    @property
    def timing(self) -> Timing:
        """The durations of the parts of the call so far."""
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
        """The seconds between successive reads that brought tokens.

        Empty unless measured: with `timing=True` or an observer with `wants_token_gaps`.
        """
        return tuple(self._gaps or ())

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the observers and without values that may contain secrets."""
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
        """Return the current attempt."""
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
        """The seconds that the current attempt waited for one of `max_connections`."""
        if not self._connection_is_known:
            return None
        until = self._connecting or self._sent or self._attempt_ended
        return _between(self._queueing, until) or 0.0

    @property
    def _connect(self) -> float | None:
        """The seconds to open the connection of the current attempt."""
        if not self._connection_is_known:
            return None
        return _between(self._connecting, self._sent or self._attempt_ended) or 0.0

    def _describe(
        self, answer: Any, finish_reasons: tuple[str, ...] | None = None, deltas: int | None = None
    ) -> None:
        """Store the metadata of an answer, or of the part of a stream that has arrived."""
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
    """Base class of answers that have the record of their call."""

    __slots__ = ("_call",)

    _call: Call

    @property
    def call(self) -> Call:
        """The record of the call that returned this answer: attempts, timing, tokens.

        Equality, `to_dict` and pickles ignore it.

        Raises:
            AttributeError: This is a part of an answer, such as a choice, or it was copied,
                unpickled or constructed directly.
        """
        try:
            call = self._call
        except AttributeError:
            kind = type(self).__name__
            raise AttributeError(
                f"this {kind} has no call: it is part of an answer, a copy, or constructed directly"
            ) from None
        if not call._is_described:
            call._describe(self)
        return call


def _hidden(secrets: _Secrets, value: object) -> str | None:
    return secrets.hide(value) if isinstance(value, str) else None


def _finish_reasons(answer: object) -> tuple[str, ...]:
    """Return the finish reasons of the choices; for the Messages API, the stop_reason."""
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
    """Return the first of these fields that the usage has, or None.

    The fields of usage have different names in different APIs. Negative or huge values are
    skipped, because they cannot be token counts.
    """
    counts = (getattr(usage, name, None) for name in names)
    return next((count for count in counts if count is not None and 0 <= count <= _MAX_COUNT), None)


def _mean_gap(first: float | None, last: float | None, tokens: int | None) -> float | None:
    if first is None or last is None or tokens is None or tokens < 2:
        return None
    return (last - first) / (tokens - 1)


def _p99(gaps: array[float]) -> float:
    """Return the 99th percentile by the nearest-rank method."""
    return sorted(gaps)[-(-99 * len(gaps) // 100) - 1]
