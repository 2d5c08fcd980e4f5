"""The consequence of a failed request in a bulk run.

`RULES` is the whole rule about errors in a run. A single call has another one, in `call/retry.py`:
it ends within a minute, while a run may wait ten for its server, and must not send a row that
kills the server for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from ..call.server_errors import lacks_route
from ..errors import ApiError, IoError, IoTimeout, VllmError


class Rule(Enum):
    """The consequence of an error for the row, and for the run."""

    REFUSED = auto()
    """The server has no room: send the row again after a while, however often."""
    SERVER_ERROR = auto()
    """The server, or a proxy before it, failed: send the row MAX_RESENDS times more."""
    LOST = auto()
    """The answer was lost on its way: the same, at once."""
    AWAY = auto()
    """The server is away: close the gate, and send the row again once it opens, uncounted."""
    FAILED = auto()
    """The row has failed."""
    ENDS = auto()
    """No row can succeed: the run ends."""
    ENDS_UNLESS_ANY_SUCCEEDED = auto()
    """The run ends if no row has succeeded so far; else the row has failed."""
    ENDS_UNLESS_IT_WAS_THERE = auto()
    """The run ends if no row has succeeded so far; else the server is away."""


MAX_RESENDS = 2

_FAULTS: Mapping[object, Rule] = dict.fromkeys(
    (500, 502, 504, 520, 521, 522, 523, 525, 530), Rule.SERVER_ERROR
)

# Class of error -> one of its facts -> the rule. A subclass without a row has its base's; a fact
# that is not there has FAILED.
RULES: Mapping[type[VllmError], Mapping[object, Rule]] = {
    # failure: a name or a certificate that was good before may be so again after a deployment
    IoError: {
        "refused": Rule.AWAY,
        "lost": Rule.LOST,
        "tls": Rule.ENDS_UNLESS_IT_WAS_THERE,
        "no_address": Rule.ENDS_UNLESS_IT_WAS_THERE,
    },
    # clock: "total" and "token" are limits that the caller set
    IoTimeout: {"connect": Rule.AWAY, "queue": Rule.REFUSED, "idle": Rule.LOST},
    # code: busy; failed itself, or the proxy before it (see `call/retry.py`); the key is wrong
    ApiError: {429: Rule.REFUSED, 503: Rule.REFUSED, **_FAULTS, 401: Rule.ENDS, 403: Rule.ENDS},
}

# Seconds before a refused row is sent again: they double.
FIRST_WAIT = 1.0
MAX_WAIT = 15.0


def rule_of(error: Exception) -> Rule:
    """The rule for an error of a request."""
    if isinstance(error, ApiError) and (lacks_route(error) or _lacks_model(error)):
        return Rule.ENDS if lacks_route(error) else Rule.ENDS_UNLESS_ANY_SUCCEEDED
    if isinstance(error, IoError) and not error.may_have_arrived and error.failure == "lost":
        return Rule.AWAY  # while the connection was being made
    rows = (RULES[cls] for cls in type(error).__mro__ if cls in RULES)
    return next(rows, {}).get(_fact(error), Rule.FAILED)


def wait_before(retry: int) -> float:
    """Seconds before a row is sent again for that time, from 0."""
    return min(MAX_WAIT, FIRST_WAIT * 2.0 ** min(retry, 10))


def _fact(error: Exception) -> object:
    match error:
        case IoTimeout(clock=clock):
            return clock
        case IoError(failure=failure):
            return failure
        case ApiError(code=code):
            return code
    return None


def _lacks_model(error: ApiError) -> bool:
    """Whether the server has no model of that name: `param` of vLLM's 404 says so."""
    return error.code == 404 and error.param == "model"
