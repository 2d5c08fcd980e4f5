"""The consequence of a failed request in a bulk run.

The table `RULES` has all rules about errors in a run. The rules of single calls are in
`call/retry.py`. They differ because a single call ends within a minute, while a run may wait ten
minutes for its server, and must not keep sending a row that crashes the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from ..call.server_errors import lacks_route
from ..errors import ApiError, IoError, IoTimeout, VllmError


class Rule(Enum):
    """The consequence of an error for the row and for the run."""

    REFUSED = auto()
    """The server is at capacity: send the row again after a wait, any number of times."""
    SERVER_ERROR = auto()
    """The server or a proxy failed: send the row again after a wait, at most MAX_RESENDS times."""
    LOST = auto()
    """The connection was lost: send the row again at once, at most MAX_RESENDS times."""
    AWAY = auto()
    """The server is unreachable: close the gate, and send the row again when it opens.

    This does not count as an attempt.
    """
    FAILED = auto()
    """The row fails."""
    ENDS = auto()
    """The run ends, because no row can succeed."""
    ENDS_UNLESS_ANY_SUCCEEDED = auto()
    """The run ends if no row has succeeded so far; otherwise the row fails."""
    ENDS_UNLESS_IT_WAS_THERE = auto()
    """The run ends if no row has succeeded so far; otherwise like AWAY."""


MAX_RESENDS = 2

_FAULTS: Mapping[object, Rule] = dict.fromkeys(
    (500, 502, 504, 520, 521, 522, 523, 525, 530), Rule.SERVER_ERROR
)

# Error class -> value of one attribute -> rule. The comments name the attribute. A subclass that is
# not in the table uses the entry of its base class. A value that is not in the table is FAILED.
RULES: Mapping[type[VllmError], Mapping[object, Rule]] = {
    # `failure`. If rows have succeeded before, an invalid host name or certificate is probably
    # temporary, as during a deployment
    IoError: {
        "refused": Rule.AWAY,
        "lost": Rule.LOST,
        "tls": Rule.ENDS_UNLESS_IT_WAS_THERE,
        "no_address": Rule.ENDS_UNLESS_IT_WAS_THERE,
    },
    # `clock`; "total" and "token" are limits of the caller, so the row fails
    IoTimeout: {"connect": Rule.AWAY, "queue": Rule.REFUSED, "idle": Rule.LOST},
    # `code`; 429 and 503: at capacity; _FAULTS: server or proxy failed (see `call/retry.py`); 401
    # and 403: the API key is wrong
    ApiError: {429: Rule.REFUSED, 503: Rule.REFUSED, **_FAULTS, 401: Rule.ENDS, 403: Rule.ENDS},
}

# Seconds before a refused row is sent again; each wait is twice the one before.
FIRST_WAIT = 1.0
MAX_WAIT = 15.0


def rule_of(error: Exception) -> Rule:
    """Return the rule for an error of a request."""
    if isinstance(error, ApiError) and (lacks_route(error) or _lacks_model(error)):
        return Rule.ENDS if lacks_route(error) else Rule.ENDS_UNLESS_ANY_SUCCEEDED
    if isinstance(error, IoError) and not error.may_have_arrived and error.failure == "lost":
        return Rule.AWAY  # the connection was lost while it was being opened
    rows = (RULES[cls] for cls in type(error).__mro__ if cls in RULES)
    return next(rows, {}).get(_fact(error), Rule.FAILED)


def wait_before(retry: int) -> float:
    """Return the seconds to wait before a retry; `retry` is 0 for the first one."""
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
    """Return whether the server lacks the model: vLLM then sends 404 with `param` "model"."""
    return error.code == 404 and error.param == "model"
