"""The base class of observers, and the observers of a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from ..errors import RequestError, VllmError
from ..record import Call, CallAttempt


class Observer:
    """Base class of observers, which are notified of the events of each call.

    Pass instances to a client as `observers=[…]` and override the methods that you need; the
    methods of this class do nothing. For each call they are called in this order:

    1. `started`
    2. `attempt` for each attempt, and `retrying` between two attempts
    3. `first_token`, for streams
    4. `ended`, exactly once

    All methods of a call get the same `call` object, which is updated as the call proceeds. They
    run on the caller's thread or in its event loop, so they must not block. An exception in a
    method is logged; it affects neither the call nor other observers.

    `ended` is also called for a stream that is garbage-collected without being closed. An async
    stream then ends in its event loop. A sync stream ends at once, or at the start of the next call
    of any client if another thread collects it.

    Attributes:
        wants_token_gaps: Whether calls measure the times between tokens, for `call.token_gaps` and
            `call.timing.p99_inter_token_latency`.

    Example:
        class Printer(Observer):
            def ended(self, call: Call) -> None:
                print(call.state, call.timing.total)

        client = SyncVllmClient(observers=[Printer()])
    """

    wants_token_gaps: bool = False

    def started(self, call: Call) -> None:
        """Handle the start of a call, before anything is sent."""

    def attempt(self, call: Call, attempt: CallAttempt) -> Mapping[str, str] | None:
        """Handle an attempt that is about to be sent.

        Args:
            call: The call.
            attempt: The attempt.

        Returns:
            Header fields to add to the request, or None.
        """
        return None

    def retrying(self, call: Call, error: VllmError, wait: float) -> None:
        """Handle a failed attempt that is retried.

        Args:
            call: The call.
            error: The error of the failed attempt.
            wait: The seconds until the next attempt.
        """

    def first_token(self, call: Call) -> None:
        """Handle the first delta of a stream."""

    def ended(self, call: Call) -> None:
        """Handle the end of a call; `call.state` tells how it ended. Called exactly once."""


@attrs.frozen
class Observers:
    """The observers of a client, and whether its calls measure the times between tokens."""

    each: tuple[Observer, ...]
    timing: bool

    @classmethod
    def of(cls, observers: Iterable[Observer], timing: bool) -> Observers | None:
        """Convert and validate the keywords of a client; None if there is nothing to observe.

        Raises:
            RequestError: A value has a wrong type.
        """
        each = tuple(observers)
        for observer in each:
            if not isinstance(observer, Observer):
                raise RequestError(f"observers: expected Observers, got {type(observer).__name__}")
        if not isinstance(timing, bool):
            raise RequestError(f"timing: expected True or False, got {timing!r:.80}")
        timing = timing or any(observer.wants_token_gaps for observer in each)
        return cls(each, timing) if each or timing else None
