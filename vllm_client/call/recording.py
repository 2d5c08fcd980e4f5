"""Write the record of a call while it runs. Moments are of the monotonic clock, and handed in.

A call with a single attempt that goes well passes by few of these functions: the loops that carry
it set the moments themselves.
"""

from __future__ import annotations

from array import array
from typing import Any, Protocol, TypeVar

from ..errors import VllmError
from ..record import Call, Failure, Recorded

T = TypeVar("T")

# Sets the slot of a frozen class, which refuses the usual assignment.
set_call = Recorded.__dict__["_call"].__set__


class StreamFacts(Protocol):
    """The state of a stream at any moment, without joining its texts."""

    @property
    def described(self) -> Any:
        """Has `id`, `model`, `usage` and `metrics`, as far as they have arrived."""
        ...

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """Why each choice ended, as far as they have."""
        ...

    @property
    def deltas(self) -> int | None:
        """How many pieces of text have arrived; None where there are none to count."""
        ...


def measure_gaps(call: Call) -> None:
    """Have the time between reads measured."""
    call._gaps = array("d")


def fail_attempt(call: Call, error: VllmError, moment: float) -> None:
    """The attempt at hand has failed."""
    call._attempt_failure = _failure_of(error, moment)
    call._status = call._status or error.status


_OF_ATTEMPT = (
    "_attempt_failure", "_queueing", "_connecting", "_sent", "_first_byte", "_status", "_headers",
)  # fmt: skip


def begin_another_attempt(call: Call, moment: float, wait: float) -> None:
    """Another attempt begins, after a wait of so many seconds from now."""
    call._earlier = (*call._earlier, call._attempt())
    for name in _OF_ATTEMPT:
        setattr(call, name, None)
    call._wait = wait
    call._attempt_began = moment + wait


def first_token_came(call: Call) -> None:
    """A stream has begun, with what the last read brought."""
    call._first_token = call._last_token
    if call._gaps:
        del call._gaps[:]  # those of reads before it


def token_came(call: Call, moment: float) -> None:
    """A read brought tokens, or an event beside them."""
    if call._gaps is not None and call._last_token is not None:
        call._gaps.append(moment - call._last_token)
    call._last_token = moment


def end_call(call: Call, moment: float, error: BaseException | None = None) -> None:
    """A call has ended: complete, or with this error. Once it has, nothing changes that.

    Args:
        call: the call.
        moment: of its end.
        error: a VllmError, for a call that failed; any other interruption leaves it abandoned.
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
    """The caller has left the stream."""
    if call._ended is None:
        call._ended = moment
        call._failure = Failure(moment, None, None)


def _failure_of(error: BaseException, moment: float) -> Failure:
    message = error.message if isinstance(error, VllmError) else None
    return Failure(moment, type(error).__name__, message)


def attach(call: Call, answer: T) -> T:
    """The same answer; this is its `call`, if it is of a class that has one.

    So it is of the answers in a list, and of the `response` of what carries one.
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
    """Take in what an answer says of itself. Without observers it waits until somebody asks."""
    call._describe(getattr(answer, "response", answer))


def describe_stream(call: Call, machine: StreamFacts) -> Call:
    """The record with what has arrived of a stream."""
    call._describe(machine.described, machine.finish_reasons, machine.deltas)
    return call
