"""All routes of vLLM 0.33: method, path, availability, and whether a request may be repeated.

Availability is taken from the conditions under which vLLM attaches its routers
(entrypoints/launchers/api_server).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeAlias

import attrs

Capability: TypeAlias = Literal[
    "chat",
    "completions",
    "responses",
    "messages",
    "inference",
    "render",
    "generative_scoring",
    "embeddings",
    "pooling",
    "score",
    "rerank",
    "classify",
    "transcriptions",
    "translations",
    "tokenize",
    "tokenizer_info",
    "lora",
    "dev_mode",
    "profile",
    "elastic",
    "fault_tolerance",
]
"""A group of routes that vLLM registers for a task of the model, by a flag or in dev mode."""

# The path of the API below the root of the server. A proxy may add a prefix before it.
_API_PREFIX = "/v1"

_OF_SOME_MODELS = re.compile(r"(^|, )for ")
_PARAMETER = re.compile(r"\{([a-z_]+)\}")


@attrs.frozen
class Route:
    """A method at a path of the server.

    Attributes:
        method: The HTTP method.
        path: The path relative to `base`; path parameters are in braces, as in
            `/responses/{response_id}`.
        servers: The condition under which a server has the route. Error messages append it to
            "vLLM 0.33 has it".
        since: The first version that has the route; None if vLLM 0.10.2 has it. Source: the routers
            of each version from 0.10.2 on.
        base: Whether the path is relative to the root of the server or to its API (/v1).
        replayable: Whether it does no harm if the server receives the same request twice.
        capability: The capability that this route proves: if a server has the route, it has the
            capability.
        adapted: Whether the request body is adapted to the version of the server.
        per_server: Whether the call changes a server or returns data of a single server, so that a
            client of several servers needs `server=`.
        bulk: Whether rows of bulk files may use the route: a JSON request with one JSON answer.
    """

    method: str
    path: str
    servers: str
    since: str | None = attrs.field(default=None, kw_only=True)
    base: Literal["root", "api"] = "root"
    replayable: bool = True
    capability: Capability | None = None
    adapted: bool = False
    per_server: bool = False
    bulk: bool = False

    @property
    def full_path(self) -> str:
        """The path from the root of a server whose API is at /v1."""
        return self.path if self.base == "root" else _API_PREFIX + self.path

    @property
    def depends_on_model(self) -> bool:
        """Whether only servers with certain models have the route."""
        return _OF_SOME_MODELS.search(self.servers) is not None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the path parameters."""
        return tuple(_PARAMETER.findall(self.path))

    def __str__(self) -> str:
        return f"{self.method} {self.full_path}"


_ALWAYS = "always, so this server is of another kind or version"
_GENERATES = "for models that generate text (--runner generate)"
_DEV_MODE = "in dev mode (VLLM_SERVER_DEV_MODE=1)"
_SCALE_OUT = (
    "with --enable-scale-out, for models that generate text (also with --tokens-only; the render "
    "routes also with `vllm launch render`)"
)
_EMBEDS = "for embedding models (--runner pooling)"
_SCORES = (
    "for embedding models and for classifiers of a single label, such as rerankers "
    "(--runner pooling)"
)
_HEARS = "for speech models, such as Whisper"
_LORA = "with VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 (and --enable-lora)"
_PROFILER = "with --profiler-config that names a profiler"
_FAULT_TOLERANCE = "with --enable-fault-tolerance"


def _api(method: str, path: str, servers: str, **facts: Any) -> Route:
    return Route(method, path, servers, base="api", **facts)


def _change(method: str, path: str, servers: str, **facts: Any) -> Route:
    """Return a route that changes the server, so that its requests are never sent twice."""
    return Route(method, path, servers, replayable=False, **{"per_server": True, **facts})


HEALTH = Route("GET", "/health", _ALWAYS)
PING = Route("GET", "/ping", _ALWAYS)
PING_BY_POST = Route("POST", "/ping", _ALWAYS)
VERSION = Route("GET", "/version", _ALWAYS, per_server=True)
LOAD = Route("GET", "/load", _ALWAYS, per_server=True)
METRICS = Route("GET", "/metrics", _ALWAYS, per_server=True)
KV_EVENT_SOURCES = Route("GET", "/kv_event_sources", _ALWAYS, per_server=True, since="0.31")
OPENAPI = Route("GET", "/openapi.json", "unless it is started with --disable-fastapi-docs")
MODELS = _api("GET", "/models", _ALWAYS)
TOKENIZE = Route("POST", "/tokenize", _ALWAYS, capability="tokenize", adapted=True)
DETOKENIZE = Route("POST", "/detokenize", _ALWAYS)
TOKENIZER_INFO = Route(
    "GET",
    "/tokenizer_info",
    "with --enable-tokenizer-info-endpoint",
    capability="tokenizer_info",
)
INVOCATIONS = Route("POST", "/invocations", _ALWAYS)
SYSTEMONE = _api("POST", "/systemone", _ALWAYS, adapted=True, since="0.32")
DECISIONS = _api("POST", "/decisions", _ALWAYS, since="0.33")

CHAT_COMPLETIONS = _api(
    "POST", "/chat/completions", _GENERATES, capability="chat", adapted=True, bulk=True
)
CHAT_COMPLETIONS_BATCH = _api(
    "POST", "/chat/completions/batch", _GENERATES, adapted=True, since="0.19"
)
COMPLETIONS = _api(
    "POST", "/completions", _GENERATES, capability="completions", adapted=True, bulk=True
)
RESPONSES = _api("POST", "/responses", _GENERATES, capability="responses", bulk=True, adapted=True)
RETRIEVE_RESPONSE = _api("GET", "/responses/{response_id}", _GENERATES)
# not replayable: vLLM 0.32 rejects a second cancel
CANCEL_RESPONSE = _change(
    "POST", "/responses/{response_id}/cancel", _GENERATES, base="api", per_server=False
)
MESSAGES = _api(
    "POST", "/messages", _GENERATES, capability="messages", bulk=True, adapted=True, since="0.11.1"
)
COUNT_TOKENS = _api("POST", "/messages/count_tokens", _GENERATES, adapted=True, since="0.17")
GENERATIVE_SCORING = Route(
    "POST",
    "/generative_scoring",
    _GENERATES,
    capability="generative_scoring",
    bulk=True,
    adapted=True,
    since="0.20",
)
COHERE_CHAT = Route(
    "POST",
    "/cohere/v2/chat",
    f"with VLLM_ENABLE_COHERE_API=1 and Cohere's package, {_GENERATES}",
    since="0.27",
)

RENDER_CHAT = _api(
    "POST", "/chat/completions/render", _SCALE_OUT, capability="render", adapted=True, since="0.15"
)
DERENDER_CHAT = _api("POST", "/chat/completions/derender", _SCALE_OUT, since="0.24")
RENDER_COMPLETION = _api("POST", "/completions/render", _SCALE_OUT, adapted=True, since="0.15")
DERENDER_COMPLETION = _api("POST", "/completions/derender", _SCALE_OUT, since="0.24")
RENDER_MESSAGES = _api("POST", "/messages/render", _SCALE_OUT, since="0.29")
RENDER_RESPONSE = _api("POST", "/responses/render", _SCALE_OUT, since="0.30")
INFERENCE_GENERATE = Route(
    "POST",
    "/inference/v1/generate",
    _SCALE_OUT,
    capability="inference",
    bulk=True,
    adapted=True,
    since="0.11.1",
)
INFERENCE_ABORT_REQUESTS = _change("POST", "/inference/v1/abort_requests", _SCALE_OUT, since="0.32")

TRANSCRIPTIONS = _api(
    "POST", "/audio/transcriptions", _HEARS, capability="transcriptions", adapted=True
)
TRANSLATIONS = _api("POST", "/audio/translations", _HEARS, capability="translations", adapted=True)

EMBEDDINGS = _api("POST", "/embeddings", _EMBEDS, capability="embeddings", bulk=True, adapted=True)
EMBED_V2 = Route("POST", "/v2/embed", _EMBEDS, bulk=True, since="0.18")
POOLING = Route(
    "POST",
    "/pooling",
    "for pooling models (--runner pooling)",
    capability="pooling",
    bulk=True,
    adapted=True,
)
CLASSIFY = Route(
    "POST",
    "/classify",
    "for classifiers (--runner pooling)",
    capability="classify",
    bulk=True,
    adapted=True,
)
SCORE = Route("POST", "/score", _SCORES, capability="score", bulk=True, adapted=True)
SCORE_V1 = _api("POST", "/score", _SCORES, bulk=True, adapted=True)
RERANK = Route("POST", "/rerank", _SCORES, capability="rerank", bulk=True, adapted=True)
RERANK_V1 = _api("POST", "/rerank", _SCORES, bulk=True, adapted=True)
RERANK_V2 = Route("POST", "/v2/rerank", _SCORES, bulk=True, adapted=True)

LOAD_LORA_ADAPTER = _change(
    "POST", "/load_lora_adapter", _LORA, base="api", capability="lora", adapted=True
)
UNLOAD_LORA_ADAPTER = _change("POST", "/unload_lora_adapter", _LORA, base="api")
REGISTER_ADAPTER = _change("POST", "/adapters", _LORA)
UNREGISTER_ADAPTER = _change("DELETE", "/adapters/{adapter_name}", _LORA)

SCALE_ELASTIC_EP = _change("POST", "/scale_elastic_ep", _GENERATES, capability="elastic")
IS_SCALING_ELASTIC_EP = Route("POST", "/is_scaling_elastic_ep", _GENERATES, per_server=True)
FAULT_TOLERANCE_APPLY = _change("POST", "/fault_tolerance/apply", _FAULT_TOLERANCE, since="0.27")
FAULT_TOLERANCE_STATUS = Route(
    "GET",
    "/fault_tolerance/status",
    _FAULT_TOLERANCE,
    per_server=True,
    capability="fault_tolerance",
    since="0.27",
)
START_PROFILE = _change("POST", "/start_profile", _PROFILER, capability="profile", adapted=True)
STOP_PROFILE = _change("POST", "/stop_profile", _PROFILER)

SERVER_INFO = Route("GET", "/server_info", _DEV_MODE, per_server=True, capability="dev_mode")
SLEEP = _change("POST", "/sleep", _DEV_MODE)
WAKE_UP = _change("POST", "/wake_up", _DEV_MODE)
IS_SLEEPING = Route("GET", "/is_sleeping", _DEV_MODE, per_server=True)
RELEASE_KV_CACHE_MEMORY = _change("POST", "/release_kv_cache_memory", _DEV_MODE, since="0.31")
PAUSE = _change("POST", "/pause", _DEV_MODE, since="0.12")
RESUME = _change("POST", "/resume", _DEV_MODE, since="0.12")
IS_PAUSED = Route("GET", "/is_paused", _DEV_MODE, per_server=True, since="0.12")
ABORT_REQUESTS = _change(
    "POST", "/abort_requests", f"{_DEV_MODE} and with --tokens-only", since="0.11.1"
)
RESET_PREFIX_CACHE = _change("POST", "/reset_prefix_cache", _DEV_MODE)
RESET_MM_CACHE = _change("POST", "/reset_mm_cache", _DEV_MODE, since="0.11.1")
RESET_ENCODER_CACHE = _change("POST", "/reset_encoder_cache", _DEV_MODE, since="0.16")
COLLECTIVE_RPC = _change("POST", "/collective_rpc", _DEV_MODE)

INIT_WEIGHT_TRANSFER_ENGINE = _change(
    "POST", "/init_weight_transfer_engine", _DEV_MODE, since="0.16"
)
SHUTDOWN_WEIGHT_TRANSFER_ENGINE = _change(
    "POST", "/shutdown_weight_transfer_engine", _DEV_MODE, since="0.32"
)
START_WEIGHT_UPDATE = _change("POST", "/start_weight_update", _DEV_MODE, since="0.21")
START_DRAFT_WEIGHT_UPDATE = _change("POST", "/start_draft_weight_update", _DEV_MODE, since="0.26")
UPDATE_WEIGHTS = _change("POST", "/update_weights", _DEV_MODE, since="0.16")
FINISH_WEIGHT_UPDATE = _change("POST", "/finish_weight_update", _DEV_MODE, since="0.21")
UPDATE_WEIGHT_VERSION = _change("POST", "/update_weight_version", _DEV_MODE, since="0.27")
WEIGHT_INFO = Route("GET", "/weight_info", _DEV_MODE, per_server=True, since="0.27")
# not replayable: it may reset the weights
WEIGHT_CHECKER = _change("POST", "/weight_checker", _DEV_MODE, since="0.32")
GET_WORLD_SIZE = Route("GET", "/get_world_size", _DEV_MODE, per_server=True, since="0.16")

ROUTES: tuple[Route, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Route)
)

# Bodies that vLLM's web framework sends for a missing route or method. vLLM's own errors, for
# example for an unknown model, have the form {"error": …}.
MISSING_ROUTE_BODIES: Mapping[int, Mapping[str, str]] = {
    404: {"detail": "Not Found"},
    405: {"detail": "Method Not Allowed"},
}

# The prefix of a path up to and including the API, as in /proxy/v1.
_BEFORE_API_PATH = re.compile(rf".*(?<!/inference){_API_PREFIX[:-1]}[0-9]+(?=/)", re.DOTALL)


def missing_route_hint(method: str, path: str) -> str | None:
    """Return a hint on which servers have a route that the connected server lacks.

    Args:
        method: The method of the request.
        path: The path of the request, including any prefix of a proxy.

    Returns:
        The hint; None if no vLLM server has the route.
    """
    root = _BEFORE_API_PATH.sub("", path)
    at_root, at_api = f"{method} {root}", f"{method} {_API_PREFIX}{root}"
    if root != path and at_root in _by_name() and at_api not in _by_name():
        return f"no such route here; vLLM has it at {root}, not below its API"
    route = _longest_match(method, path)
    if route is None:
        return None
    has = f"vLLM has it since {route.since}," if route.since else "vLLM 0.33 has it"
    return f"no such route here. If base_url is right: {has} {route.servers}"


@cache
def _by_name() -> Mapping[str, Route]:
    return {str(route): route for route in ROUTES}


def is_per_server(method: str, path: str) -> bool:
    """Return `Route.per_server` of the route at a path, which may have the prefix of a proxy."""
    route = _longest_match(method, path)
    return route is not None and route.per_server


def _longest_match(method: str, path: str) -> Route | None:
    """Return the route with the longest path among those that match the end of a path."""
    for pattern, route in _patterns():
        if pattern.fullmatch(f"{method} {path}"):
            return route
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], Route]]:
    longest_first = sorted(ROUTES, key=lambda route: len(str(route)), reverse=True)
    return [(_pattern(route), route) for route in longest_first]


def _pattern(route: Route) -> re.Pattern[str]:
    fixed = _PARAMETER.sub("{}", route.full_path).split("{}")
    return re.compile(f"{route.method} .*{'[^/]+'.join(map(re.escape, fixed))}", re.DOTALL)
