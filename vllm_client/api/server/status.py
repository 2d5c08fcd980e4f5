"""The server itself: whether it is there and ready, what it counts, and how it was set up."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs

from ...call.request import RequestSpec
from ...call.response import HttpResponse, read_answer, reader, unexpected
from ...call.retry import NO_RETRY
from ...call.server_errors import lacks_route
from ...call.settings import ClientSettings
from ...codec.answer import CONTENT, Answer
from ...errors import ApiError, IoError, ParseError, RequestError, VllmError
from ...http.timeouts import Timeout
from ...vllm import routes
from ..common.calls import QueryCall, nothing
from ..control.dev_mode import IS_PAUSED, IS_SLEEPING
from .metrics import Metrics

# How long one look at a server may take, and the pause before the next: vLLM loads for seconds to
# minutes, so a look each half second loses little.
LOOK_SECONDS = 5.0
PAUSE_SECONDS = 0.5

# How long GET /version may take while a call waits for it. vLLM answers it without its engine.
VERSION_SECONDS = 10.0


class Readiness(StrEnum):
    """What a look at a server tells. Only READY is true in an `if`."""

    ABSENT = "absent"
    """Nobody answers: the server is not there, or still loads (vLLM listens only then)."""
    NOT_READY = "not ready"
    """It answers, but not 200: its engine is dead, or a gateway has no server behind it."""
    PAUSED = "paused"
    """It is paused or asleep, and lets requests hang. Only a server in dev mode can say so; vLLM
    0.32 tells the two not apart, since sleeping pauses and /is_sleeping is true of a pause."""
    READY = "ready"

    def __bool__(self) -> bool:
        return self is Readiness.READY


@attrs.frozen(repr=False)
class VersionResponse(Answer):
    """The answer of GET /version."""

    version: str = attrs.field(metadata=CONTENT)


@attrs.frozen(repr=False)
class LoadResponse(Answer):
    """The answer of GET /load."""

    server_load: int


@attrs.frozen(repr=False)
class ServerInfo(Answer):
    """The answer of GET /server_info.

    vllm_config: one long text, or with config_format="json" an object.
    vllm_env: vLLM's own environment variables, but for those that hold keys.
    system_env: what the machine has: its system, Python, torch, GPUs and drivers.
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
    """Whether the server is alive: False where it answers 503, as with a dead engine.

    It is not repeated unless `retry` says so.
    """

    def __call__(self, settings: ClientSettings, options: Mapping[str, Any]) -> RequestSpec[bool]:
        spec = super().__call__(settings, {"retry": NO_RETRY, **options})
        return attrs.evolve(spec, expected=frozenset({503}))


HEALTH = _AliveCall(routes.HEALTH, _alive)
PING = _AliveCall(routes.PING, _alive)
LOAD = QueryCall(routes.LOAD, _load)
METRICS = QueryCall(routes.METRICS, _metrics)
SERVER_INFO = QueryCall(routes.SERVER_INFO, reader(ServerInfo), optional=("config_format",))
VERSION = QueryCall(routes.VERSION, _version)

# One look at a server, which raises what is wrong with it: see `readiness_of`.
LOOK = QueryCall(routes.HEALTH, nothing)


def build_version_for(
    settings: ClientSettings, waiting: RequestSpec[Any], left: float
) -> RequestSpec[str]:
    """The request for the server's version on behalf of a call that has so many seconds left.

    It carries that call's header fields, so its key. It connects and is retried as patiently, but
    it takes no longer than that and VERSION_SECONDS, even if bytes keep coming.
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
    """Whether the server has no version to tell, and need not be asked again.

    That is vLLM's own word for a route that is not there. Any other failure may pass, or be one of
    a single key.
    """
    return isinstance(error, ApiError) and error.code == 404 and lacks_route(error)


def refuses_key(error: VllmError) -> bool:
    """Whether the answer is about the key of the request, so that another may do."""
    return isinstance(error, ApiError) and error.code in (401, 403)


def look_options(left: float) -> dict[str, Any]:
    """The options of a call that is made once, and takes no longer than there is time left."""
    return {"retry": NO_RETRY, "timeout": Timeout(total=max(0.05, min(LOOK_SECONDS, left)))}


def readiness_of(failure: VllmError | None) -> Readiness:
    """What a look at the server tells: it failed in this way, or not. Raises what stays so."""
    if failure is None:
        return Readiness.READY
    if isinstance(failure, RequestError):
        raise failure
    if not isinstance(failure, IoError):
        return Readiness.NOT_READY
    if failure.failure == "tls":
        raise failure
    return Readiness.ABSENT


# What a server in dev mode is asked once it is healthy; a yes means that it is paused.
QUESTIONS = (IS_SLEEPING, IS_PAUSED)


def is_no_answer(error: VllmError) -> bool:
    """Whether the server only lacks or refuses the route; then its yes or no is not to be had.

    401 is among them: a server is ready whoever asks, and /health asks for no key.
    """
    return isinstance(error, ApiError) and error.code in (401, 403, 404, 405)
