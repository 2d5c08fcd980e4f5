"""The base class of observers, and those of a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from ..errors import RequestError, VllmError
from ..record import Call, CallAttempt


class Observer:
    """Sees what happens in each call of a client; give it in `observers=[…]`.

    Override what you need; each method does nothing by itself. They are called in this order, on
    the caller's thread or in its event loop, with the same `call` each time, which grows:
    `started`, then for each attempt `attempt`, and `retrying` between two attempts, `first_token`
    for streams, and `ended` exactly once. They must not block. An exception in one is
    logged; the call and the other observers go on.

    A stream that is dropped without being closed ends when it is collected: in its event loop; of
    the sync client at once, or if another thread collects it, with the next call of any client.

    Attributes:
        wants_token_gaps: whether calls should measure the times between tokens, for
            `call.token_gaps` and `call.timing.p99_inter_token_latency`.
    """

    wants_token_gaps: bool = False

    def started(self, call: Call) -> None:
        """A call begins; nothing was sent yet."""

    def attempt(self, call: Call, attempt: CallAttempt) -> Mapping[str, str] | None:
        """An attempt is about to be sent. Return header fields to add to it, or None."""
        return None

    def retrying(self, call: Call, error: VllmError, wait: float) -> None:
        """An attempt has failed; the next one begins after `wait` seconds."""

    def first_token(self, call: Call) -> None:
        """The first delta of a stream has arrived."""

    def ended(self, call: Call) -> None:
        """The call is over; `call.state` says how. Called exactly once, whatever happened."""


@attrs.frozen
class Observers:
    """The observers of a client, and whether times between tokens are measured for its calls."""

    each: tuple[Observer, ...]
    timing: bool

    @classmethod
    def of(cls, observers: Iterable[Observer], timing: bool) -> Observers | None:
        """The observers of a client's keywords; None if there are none. Raises RequestError."""
        each = tuple(observers)
        for observer in each:
            if not isinstance(observer, Observer):
                raise RequestError(f"observers: expected Observers, got {type(observer).__name__}")
        if not isinstance(timing, bool):
            raise RequestError(f"timing: expected True or False, got {timing!r:.80}")
        timing = timing or any(observer.wants_token_gaps for observer in each)
        return cls(each, timing) if each or timing else None
