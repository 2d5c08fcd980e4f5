"""The routes of a simulated server, and the dispatch of a request to its route."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from attrs import evolve, frozen

from ..vllm import routes
from ..vllm.routes import MISSING_ROUTE_BODIES, Route
from .activity import Activity
from .endpoint import Endpoint, Refuse, refuse
from .engine.driver import EngineDriver
from .families import (
    control,
    derender,
    lora,
    profiler,
    render,
    response_store,
    scaling,
    server,
    tokens,
    weights,
)
from .families.batch import BATCH
from .families.chat import CHAT
from .families.classification import CLASSIFY
from .families.completions import COMPLETIONS
from .families.decisions import DECISIONS
from .families.embeddings import EMBED_V2, EMBEDDINGS
from .families.generate import GENERATE
from .families.generative_scoring import GENERATIVE_SCORING
from .families.invocations import INVOCATIONS
from .families.messages import MESSAGES
from .families.pooling import POOLING
from .families.response_store import RESPONSES
from .families.scoring import RERANK, SCORE
from .families.speech import TRANSCRIPTIONS, TRANSLATIONS
from .families.systemone import SYSTEMONE
from .replies import ErrorReply, RawReply, ReceivedRequest
from .request_checks import Refusal
from .script import Script, Scripted
from .server_state import ServerState
from .server_version import json_answer, raw_answer
from .settings import SimulatorSettings, Task
from .socket_steps import SocketResponse

Handler = Callable[..., SocketResponse]
"""Function that answers without the model, given the request, the state and path parameters."""

ALWAYS: Mapping[Route, Endpoint | Handler] = {
    routes.HEALTH: server.nothing,
    routes.PING: server.nothing,
    routes.PING_BY_POST: server.nothing,
    routes.VERSION: server.version,
    routes.LOAD: server.load,
    routes.METRICS: server.metrics,
    routes.KV_EVENT_SOURCES: server.kv_event_sources,
    routes.OPENAPI: server.openapi,
    routes.MODELS: server.models,
    routes.TOKENIZE: tokens.tokenize,
    routes.DETOKENIZE: tokens.detokenize,
    routes.INVOCATIONS: INVOCATIONS,
    routes.SYSTEMONE: SYSTEMONE,
    routes.DECISIONS: DECISIONS,
}
_SCORING: Mapping[Route, Endpoint] = {
    routes.SCORE: SCORE,
    routes.SCORE_V1: SCORE,
    routes.RERANK: RERANK,
    routes.RERANK_V1: RERANK,
    routes.RERANK_V2: RERANK,
}
BY_TASK: Mapping[Task, Mapping[Route, Endpoint | Handler]] = {
    "generate": {
        routes.CHAT_COMPLETIONS: CHAT,
        routes.CHAT_COMPLETIONS_BATCH: BATCH,
        routes.COMPLETIONS: COMPLETIONS,
        routes.RESPONSES: RESPONSES,
        routes.RETRIEVE_RESPONSE: response_store.retrieve,
        routes.CANCEL_RESPONSE: response_store.cancel,
        routes.MESSAGES: MESSAGES,
        routes.COUNT_TOKENS: tokens.count_tokens,
        routes.GENERATIVE_SCORING: GENERATIVE_SCORING,
        routes.SCALE_ELASTIC_EP: scaling.scale,
        routes.IS_SCALING_ELASTIC_EP: scaling.is_scaling,
    },
    "embed": {
        routes.EMBEDDINGS: EMBEDDINGS,
        routes.EMBED_V2: EMBED_V2,
        routes.POOLING: POOLING,
        **_SCORING,
    },
    "score": {routes.POOLING: POOLING, routes.CLASSIFY: CLASSIFY, **_SCORING},
    "transcription": {routes.TRANSCRIPTIONS: TRANSCRIPTIONS, routes.TRANSLATIONS: TRANSLATIONS},
    "classify": {routes.POOLING: POOLING, routes.CLASSIFY: CLASSIFY},
}
BY_FLAG: Mapping[Route, Endpoint | Handler] = {
    routes.INFERENCE_GENERATE: GENERATE,
    routes.INFERENCE_ABORT_REQUESTS: control.abort_inference,
    routes.RENDER_CHAT: render.chat,
    routes.RENDER_COMPLETION: render.completions,
    routes.RENDER_MESSAGES: render.messages,
    routes.RENDER_RESPONSE: render.responses,
    routes.DERENDER_CHAT: derender.chat,
    routes.DERENDER_COMPLETION: derender.completion,
    routes.TOKENIZER_INFO: tokens.tokenizer_info,
    routes.LOAD_LORA_ADAPTER: lora.load,
    routes.UNLOAD_LORA_ADAPTER: lora.unload,
    routes.REGISTER_ADAPTER: lora.register,
    routes.UNREGISTER_ADAPTER: lora.unregister,
    routes.START_PROFILE: profiler.start,
    routes.STOP_PROFILE: profiler.stop,
    routes.FAULT_TOLERANCE_APPLY: scaling.apply_fault_instruction,
    routes.FAULT_TOLERANCE_STATUS: scaling.fault_status,
}
IN_DEV_MODE: Mapping[Route, Handler] = {
    routes.SERVER_INFO: control.server_info,
    routes.SLEEP: control.sleep,
    routes.WAKE_UP: control.wake_up,
    routes.IS_SLEEPING: control.is_sleeping,
    routes.RELEASE_KV_CACHE_MEMORY: control.release_kv_cache_memory,
    routes.PAUSE: control.pause,
    routes.RESUME: control.resume,
    routes.IS_PAUSED: control.is_paused,
    routes.ABORT_REQUESTS: control.abort_requests,
    routes.RESET_PREFIX_CACHE: control.reset_prefix_cache,
    routes.RESET_MM_CACHE: server.nothing,
    routes.RESET_ENCODER_CACHE: server.nothing,
    routes.COLLECTIVE_RPC: control.collective_rpc,
    routes.GET_WORLD_SIZE: weights.get_world_size,
    routes.WEIGHT_INFO: weights.weight_info,
    routes.UPDATE_WEIGHT_VERSION: weights.update_weight_version,
    routes.INIT_WEIGHT_TRANSFER_ENGINE: weights.init_transfer,
    routes.SHUTDOWN_WEIGHT_TRANSFER_ENGINE: weights.shut_down_transfer,
    routes.START_WEIGHT_UPDATE: weights.start_update,
    routes.START_DRAFT_WEIGHT_UPDATE: weights.start_draft_update,
    routes.UPDATE_WEIGHTS: weights.update,
    routes.FINISH_WEIGHT_UPDATE: weights.finish_update,
    routes.WEIGHT_CHECKER: weights.check,
}
NOT_SIMULATED: Mapping[Route, str] = {
    routes.COHERE_CHAT: "needs Cohere's package, and this client does not offer it",
}
"""Routes that no simulated server has, and why. Like most real servers, it answers 404."""


def routes_of(settings: SimulatorSettings) -> Mapping[Route, Endpoint | Handler]:
    """Return the routes of a server with these settings; without a task, of all tasks and flags."""
    task = settings.task
    chosen = BY_TASK.values() if task is None else [BY_TASK[task]]
    table: Mapping[Route, Endpoint | Handler] = {
        **ALWAYS,
        **{route: answers for one in chosen for route, answers in one.items()},
        **(BY_FLAG if task is None else {}),
        **(IN_DEV_MODE if settings.dev_mode else {}),
    }
    return {route: table[route] for route in table if settings.dialect.has(route)}


@frozen
class _Path:
    """The routes of one path, by method."""

    pattern: re.Pattern[str]
    methods: Mapping[str, Endpoint | Handler]

    @classmethod
    def of(cls, path: str, found: Iterable[tuple[Route, Endpoint | Handler]]) -> "_Path":
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
        return cls(re.compile(pattern), {route.method: answers for route, answers in found})


class Routes:
    """Dispatch requests to routes, without a socket.

    `released` is an event that is cleared while the server is paused or asleep.
    """

    def __init__(self, settings: SimulatorSettings, script: Script, activity: Activity) -> None:
        self._settings = settings
        self._script = script
        engine = None if settings.engine is None else EngineDriver(settings.engine)
        self._state = ServerState(settings, activity, engine=engine)
        self.released = self._state.released
        table = routes_of(settings)
        self._state.routes = tuple(table)
        self._paths = [
            _Path.of(path, [one for one in table.items() if one[0].full_path == path])
            for path in dict.fromkeys(route.full_path for route in table)
        ]

    def generates(self, request: ReceivedRequest) -> bool:
        """Whether the request's route asks the model."""
        found, _ = self._find(self._route(request), request.method)
        return found is not None and isinstance(found.methods.get(request.method), Endpoint)

    def answer(self, request: ReceivedRequest) -> tuple[SocketResponse, Scripted | None]:
        """Return the answer, and the scripted entry that it used up, if any."""
        path = self._route(request)
        if not self._authorized(request, path):
            return json_answer({"error": "Unauthorized"}, 401), None
        found, parameters = self._find(path, request.method)
        answers = found.methods.get(request.method) if found else None
        refuses: Refuse = refuse
        try:
            if isinstance(answers, Endpoint):
                endpoint, request = answers.chosen(request, self._state)
                refuses = endpoint.refuse
                return self._ask_model(endpoint, request, path)
            scripted = self._script.take(path)
            if scripted is not None:
                return self._fixed(scripted, refuses), scripted
            if found is None or answers is None:
                return _missing(found), None
            return answers(request, self._state, **parameters), None
        except Exception as error:
            return self._failed(error, refuses), None

    def _failed(self, error: Exception, refuses: Refuse) -> SocketResponse:
        if isinstance(error, Refusal):
            return refuses(error, self._settings.dialect)
        # Like vLLM's last exception handler: an unexpected error is answered with 500.
        return self._settings.dialect.error_answer(500, str(error) or repr(error))

    def _late(self, write: Callable[[], SocketResponse], refuses: Refuse) -> SocketResponse:
        """Write an answer whose generation has ended."""
        try:
            return write()
        except Exception as error:
            return self._failed(error, refuses)

    def _route(self, request: ReceivedRequest) -> str:
        root = self._settings.root_path
        inside = root and request.path.startswith(f"{root}/")
        return request.path.removeprefix(root) if inside else request.path

    def _find(self, path: str, method: str) -> tuple[_Path | None, dict[str, str]]:
        """Return the path that allows this method, or else one that allows other methods."""
        matches = [(one, m) for one in self._paths if (m := one.pattern.fullmatch(path))]
        for one, match in sorted(matches, key=lambda found: method not in found[0].methods):
            return one, match.groupdict()
        return None, {}

    def _authorized(self, request: ReceivedRequest, path: str) -> bool:
        # vLLM 0.32 asks for the API key on all paths below /v1, also unknown ones, and only there.
        if not self._settings.api_keys or not path.startswith("/v1"):
            return True
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and key in self._settings.api_keys

    def _ask_model(
        self, endpoint: Endpoint, request: ReceivedRequest, path: str
    ) -> tuple[SocketResponse, Scripted | None]:
        accepted = endpoint.read(request, self._state)
        asked = endpoint.asks_model(accepted)
        scripted = self._script.take(path, endpoint.accepts) if asked else None
        if scripted is not None and scripted.fixed is not None:
            return self._fixed(scripted, endpoint.refuse), scripted
        if scripted is not None and not scripted.fits(endpoint.accepts):
            raise TypeError(f"{path} cannot be answered with {scripted.choices[0]!r}")
        choices = () if scripted is None else scripted.choices
        answer = endpoint.answer(request, accepted, choices, self._state)
        if answer.late is not None:
            answer = evolve(answer, late=partial(self._late, answer.late, endpoint.refuse))
        return answer, scripted

    def _fixed(self, scripted: Scripted, refuses: Refuse) -> SocketResponse:
        match scripted.fixed:
            case ErrorReply(status, message, type, param, retry_after):
                answer = refuses(Refusal(message, param, status, type), self._settings.dialect)
                waits = {} if retry_after is None else {"retry-after": f"{retry_after}"}
                return evolve(answer, headers={**waits, **answer.headers})
            case RawReply(status, (bytes() | str()) as body, headers):
                encoded = body.encode() if isinstance(body, str) else body
                return raw_answer(encoded, status, headers)
            case RawReply(status, body, headers):
                return json_answer(body, status, headers)
        raise TypeError("only routes that ask the model can be answered with a Reply")


def _missing(found: _Path | None) -> SocketResponse:
    if found is None:
        return json_answer(MISSING_ROUTE_BODIES[404], 404)
    return json_answer(MISSING_ROUTE_BODIES[405], 405, {"allow": ", ".join(found.methods)})
