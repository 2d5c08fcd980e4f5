"""Update the record of a call while it runs.

Times (`moment`) come from a monotonic clock and are passed as arguments. For a call that succeeds
at the first attempt few of these functions are used, because the code that runs the call sets the
times in the record directly.
"""

from __future__ import annotations

from array import array
from typing import Any, Protocol, TypeVar

from ..errors import VllmError
from ..record import Call, Failure, Recorded

T = TypeVar("T")

# Sets the slot of a frozen class, in which normal assignment raises an error.
set_call = Recorded.__dict__["_call"].__set__


class StreamFacts(Protocol):
    """The metadata of a stream, available at any time without joining its texts."""

    @property
    def described(self) -> Any:
        """An object with `id`, `model`, `usage` and `metrics`, as far as they have arrived."""
        ...

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """The finish reasons of the choices that have ended."""
        ...

    @property
    def deltas(self) -> int | None:
        """The number of deltas that have arrived; None if the stream has no deltas."""
        ...


def measure_gaps(call: Call) -> None:
    """Measure the times between reads for a call."""
    call._gaps = array("d")


def fail_attempt(call: Call, error: VllmError, moment: float) -> None:
    """Record the failure of the current attempt."""
    call._attempt_failure = _failure_of(error, moment)
    call._status = call._status or error.status


_OF_ATTEMPT = (
    "_attempt_failure", "_queueing", "_connecting", "_sent", "_first_byte", "_status", "_headers",
)  # fmt: skip


def begin_another_attempt(call: Call, moment: float, wait: float) -> None:
    """Record that another attempt begins `wait` seconds after `moment`."""
    call._earlier = (*call._earlier, call._attempt())
    for name in _OF_ATTEMPT:
        setattr(call, name, None)
    call._wait = wait
    call._attempt_began = moment + wait


def first_token_came(call: Call) -> None:
    """Record that the last read brought the first token of a stream."""
    call._first_token = call._last_token
    if call._gaps:
        del call._gaps[:]  # drop the gaps before the first token


def token_came(call: Call, moment: float) -> None:
    """Record the time of a read that brought tokens or another event."""
    if call._gaps is not None and call._last_token is not None:
        call._gaps.append(moment - call._last_token)
    call._last_token = moment


def end_call(call: Call, moment: float, error: BaseException | None = None) -> None:
    """Record the end of a call, unless it has ended already.

    Args:
        call: The call.
        moment: The time of the end.
        error: None if the call is complete; a VllmError if it failed. With any other exception,
            such as a cancellation, it is abandoned.
    """
    if call._ended is not None:
        return
    call._ended = moment
    if error is None:
        return
    call._failure = _failure_of(error, moment)
    if isinstance(error, VllmError):
        call._status = call._status or error.status
        error.call = call


def abandon_call(call: Call, moment: float) -> None:
    """Record that the caller closed a stream early, unless the call has ended already."""
    if call._ended is None:
        call._ended = moment
        call._failure = Failure(moment, None, None)


def _failure_of(error: BaseException, moment: float) -> Failure:
    message = error.message if isinstance(error, VllmError) else None
    return Failure(moment, type(error).__name__, message)


def attach(call: Call, answer: T) -> T:
    """Set the `call` of an answer, if its class has one; return the answer.

    For a list, the `call` of each item is set; for another object, that of its `response`.
    """
    if isinstance(answer, Recorded):
        set_call(answer, call)
    elif isinstance(answer, list):
        for each in answer:
            attach(call, each)
    elif (response := getattr(answer, "response", None)) is not None:
        attach(call, response)
    return answer


def describe_answer(call: Call, answer: object) -> None:
    """Store the metadata of an answer in the record.

    Without observers this is not called; the record then reads the metadata on first access.
    """
    call._describe(getattr(answer, "response", answer))


def describe_stream(call: Call, machine: StreamFacts) -> Call:
    """Store the metadata of a stream so far in the record; return the record."""
    call._describe(machine.described, machine.finish_reasons, machine.deltas)
    return call
