"""Status of the server: health, readiness, version, load, metrics and configuration."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from ...call.option_checks import with_hidden_headers
from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, reader, unexpected
from ...call.retry import NO_RETRY
from ...call.server_errors import lacks_route
from ...call.settings import ClientSettings
from ...codec.answer import Answer
from ...codec.answer_fields import CONTENT
from ...errors import ApiError, IoError, ParseError, RequestError, VllmError
from ...http.timeouts import Timeout
from ...vllm import routes
from ..common.calls import QueryCall, nothing
from ..control.dev_mode import IS_PAUSED, IS_SLEEPING
from .metrics import Metrics

# Max seconds for one check of a server, and the pause between checks. vLLM takes seconds to minutes
# to load, so a check every half second delays the caller little.
LOOK_SECONDS = 5.0
PAUSE_SECONDS = 0.5

# Max seconds for GET /version while a call waits for it. vLLM answers it without its engine.
VERSION_SECONDS = 10.0


class Readiness(StrEnum):
    """The state of a server. Only READY is true in a condition."""

    ABSENT = "absent"
    """It cannot be reached: it is absent or loading, as vLLM listens only after loading."""
    NOT_READY = "not ready"
    """It responds with an error: its engine has died, or a gateway has no server behind it."""
    PAUSED = "paused"
    """It is paused or asleep, so requests wait. Known only of a server in development mode. vLLM
    0.32 does not distinguish the two: sleeping pauses, and /is_sleeping is true while paused."""
    READY = "ready"
    """It is healthy and not paused."""

    def __bool__(self) -> bool:
        return self is Readiness.READY


@attrs.frozen(repr=False)
class VersionResponse(Answer):
    """The response of GET /version.

    Attributes:
        version: The version of vLLM, such as "0.33.0".
    """

    version: str = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class LoadResponse(Answer):
    """The response of GET /load.

    Attributes:
        server_load: The number of requests in progress.
    """

    server_load: int


@attrs.frozen(repr=False)
class ServerInfo(Answer):
    """The response of GET /server_info.

    Attributes:
        vllm_config: The configuration: a string, or an object with config_format="json".
        vllm_env: vLLM's environment variables, except those with KEY in their name.
        system_env: The machine: operating system, Python, torch, GPUs and drivers.
    """

    vllm_config: Any = None
    vllm_env: dict[str, Any] = attrs.field(factory=dict)
    system_env: dict[str, Any] = attrs.field(factory=dict)


def _metrics(reply: HttpResponse) -> Metrics:
    try:
        return Metrics.parse(reply.body.decode())
    except UnicodeDecodeError as error:
        raise unexpected(reply, f"the metrics are not UTF-8: {error}") from error
    except ParseError as error:
        raise unexpected(reply, error.message, error.where) from error


def _load(reply: HttpResponse) -> int:
    return read_answer(reply, LoadResponse).server_load


def _version(reply: HttpResponse) -> str:
    return read_answer(reply, VersionResponse).version


def _alive(reply: HttpResponse) -> bool:
    return reply.status < 400


@attrs.frozen
class _AliveCall(QueryCall[bool]):
    """Return whether the server is alive: False for status 503, which a dead engine causes.

    The call is not retried by default.
    """

    def __call__(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[bool]:
        spec = super().__call__(settings, {"retry": NO_RETRY, **with_hidden_headers(options)})
        return attrs.evolve(spec, expected=frozenset({503}))


HEALTH = _AliveCall(routes.HEALTH, _alive)
PING = _AliveCall(routes.PING, _alive)
LOAD = QueryCall(routes.LOAD, _load)
METRICS = QueryCall(routes.METRICS, _metrics)
SERVER_INFO = QueryCall(routes.SERVER_INFO, reader(ServerInfo), optional=("config_format",))
VERSION = QueryCall(routes.VERSION, _version)

# One check of a server; `readiness_of` converts its error to a state.
LOOK = QueryCall(routes.HEALTH, nothing)


def build_version_for(
    settings: ClientSettings, waiting: RequestSpec[Any], left: float
) -> RequestSpec[str]:
    """Build the request for the version of the server that another request waits for.

    Args:
        settings: The settings of the client.
        waiting: The request that waits for the version. Its headers, API key, connect timeout and
            retry policy are used.
        left: Seconds that the waiting call has left. The total timeout is no longer than this, nor
            than the sum of the connect timeout, the max time of retries and VERSION_SECONDS.
    """
    connect, retry = waiting.timeout.connect, waiting.retry
    retrying = min(retry.budget, retry.max_retries * retry.max_wait)
    enough = (connect or VERSION_SECONDS) + retrying + VERSION_SECONDS
    timeout = Timeout(
        connect=connect,
        token=VERSION_SECONDS,
        idle=VERSION_SECONDS,
        total=max(0.001, min(left, enough)),
    )
    question = VERSION(settings, {"timeout": timeout, "retry": retry})
    headers = tuple(field for field in waiting.headers if not field[0].startswith("content-"))
    return attrs.evolve(
        question,
        headers=headers,
        secrets=waiting.secrets,
        key_function=waiting.key_function,
    )


def tells_no_version(error: VllmError) -> bool:
    """Return whether the server has no /version route, so that asking again is useless.

    This is vLLM's own 404 for an unknown route. Any other failure may be temporary, or concern
    only the API key of this request.
    """
    return isinstance(error, ApiError) and error.code == 404 and lacks_route(error)


def refuses_key(error: VllmError) -> bool:
    """Return whether the server rejected the API key, so that another key may work."""
    return isinstance(error, ApiError) and error.code in (401, 403)


def look_options(left: float) -> dict[str, Any]:
    """Return the options of a call without retries that takes at most `left` seconds."""
    return {"retry": NO_RETRY, "timeout": Timeout(total=max(0.05, min(LOOK_SECONDS, left)))}


def readiness_of(failure: VllmError | None) -> Readiness:
    """Convert the error of a check to a state. Raises errors that waiting cannot change."""
    if failure is None:
        return Readiness.READY
    if isinstance(failure, RequestError):
        raise failure
    if not isinstance(failure, IoError):
        return Readiness.NOT_READY
    if failure.failure == "tls":
        raise failure
    return Readiness.ABSENT


# Calls to a healthy server in development mode; it is paused if one of them returns True.
QUESTIONS = (IS_SLEEPING, IS_PAUSED)


def is_no_answer(error: VllmError) -> bool:
    """Return whether the server lacks or rejects the route, so that its value is unknown.

    This includes 401: readiness does not depend on the API key, and /health needs none.
    """
    return isinstance(error, ApiError) and error.code in (401, 403, 404, 405)
