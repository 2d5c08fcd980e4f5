"""Which routes a simulated server has, and which answer a request gets."""

import re
from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, frozen

from ..vllm import routes
from ..vllm.routes import MISSING_ROUTE_BODIES, Route
from .activity import Activity
from .endpoint import Endpoint, Refuse, refuse
from .engine.driver import EngineDriver
from .families import control, lora, response_store, server, tokens
from .families.batch import BATCH
from .families.chat import CHAT
from .families.classification import CLASSIFY
from .families.completions import COMPLETIONS
from .families.embeddings import EMBED_V2, EMBEDDINGS
from .families.generate import GENERATE
from .families.messages import MESSAGES
from .families.pooling import POOLING
from .families.response_store import RESPONSES
from .families.scoring import RERANK, SCORE
from .families.speech import TRANSCRIPTIONS, TRANSLATIONS
from .replies import ErrorReply, RawReply, ReceivedRequest
from .request_checks import Refusal
from .script import Script, Scripted
from .server_state import ServerState
from .server_version import json_answer, raw_answer
from .settings import SimulatorSettings, Task
from .socket_steps import SocketResponse

Handler = Callable[..., SocketResponse]
"""Answers a request without the model; it gets the request, the state and the path parameters."""

ALWAYS: Mapping[Route, Handler] = {
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
    routes.TOKENIZER_INFO: tokens.tokenizer_info,
    routes.LOAD_LORA_ADAPTER: lora.load,
    routes.UNLOAD_LORA_ADAPTER: lora.unload,
    routes.REGISTER_ADAPTER: lora.register,
    routes.UNREGISTER_ADAPTER: lora.unregister,
}
IN_DEV_MODE: Mapping[Route, Handler] = {
    routes.SERVER_INFO: control.server_info,
    routes.SLEEP: control.sleep,
    routes.WAKE_UP: control.wake_up,
    routes.IS_SLEEPING: control.asks("sleeping"),
    routes.PAUSE: control.pause,
    routes.RESUME: control.resume,
    routes.IS_PAUSED: control.asks("paused"),
    routes.RESET_PREFIX_CACHE: control.reset_prefix_cache,
    routes.RESET_MM_CACHE: server.nothing,
    routes.RESET_ENCODER_CACHE: server.nothing,
    routes.GET_WORLD_SIZE: control.get_world_size,
    routes.WEIGHT_INFO: control.weight_info,
    routes.UPDATE_WEIGHT_VERSION: control.update_weight_version,
    routes.COLLECTIVE_RPC: control.collective_rpc,
}


def routes_of(settings: SimulatorSettings) -> Mapping[Route, Endpoint | Handler]:
    """The routes of a server of this version: without a task, those of all tasks and flags."""
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
    """The routes of one path, by their methods."""

    pattern: re.Pattern[str]
    methods: Mapping[str, Endpoint | Handler]

    @classmethod
    def of(cls, path: str, found: Iterable[tuple[Route, Endpoint | Handler]]) -> "_Path":
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
        return cls(re.compile(pattern), {route.method: answers for route, answers in found})


class Routes:
    """Answers requests, without a socket.

    `released` is unset while generations wait, because the server is paused or asleep.
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
        """Whether this request is one for the model."""
        found, _ = self._find(self._route(request))
        return found is not None and isinstance(found.methods.get(request.method), Endpoint)

    def answer(self, request: ReceivedRequest) -> tuple[SocketResponse, Scripted | None]:
        """The answer, and the script's entry if that was used up by it."""
        path = self._route(request)
        if not self._authorized(request, path):
            return json_answer({"error": "Unauthorized"}, 401), None
        found, parameters = self._find(path)
        answers = found.methods.get(request.method) if found else None
        refuses = answers.refuse if isinstance(answers, Endpoint) else refuse
        try:
            if isinstance(answers, Endpoint):
                return self._ask_model(answers, request, path)
            scripted = self._script.take(path)
            if scripted is not None:
                return self._fixed(scripted, refuses), scripted
            if found is None or answers is None:
                return _missing(found), None
            return answers(request, self._state, **parameters), None
        except Refusal as refusal:
            return refuses(refusal, self._settings.dialect), None
        # As vLLM's own last handler: whatever a strange body leads to is answered with 500.
        except Exception as error:
            return self._settings.dialect.error_answer(500, repr(error)), None

    def _route(self, request: ReceivedRequest) -> str:
        root = self._settings.root_path
        inside = root and request.path.startswith(f"{root}/")
        return request.path.removeprefix(root) if inside else request.path

    def _find(self, path: str) -> tuple[_Path | None, dict[str, str]]:
        for one in self._paths:
            if match := one.pattern.fullmatch(path):
                return one, match.groupdict()
        return None, {}

    def _authorized(self, request: ReceivedRequest, path: str) -> bool:
        # vLLM 0.32 guards what begins with /v1, unknown routes too, and nothing else.
        if not self._settings.api_keys or not path.startswith("/v1"):
            return True
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and key in self._settings.api_keys

    def _ask_model(
        self, endpoint: Endpoint, request: ReceivedRequest, path: str
    ) -> tuple[SocketResponse, Scripted | None]:
        accepted = endpoint.read(request, self._state)
        scripted = self._script.take(path, endpoint.accepts)
        if scripted is not None and scripted.fixed is not None:
            return self._fixed(scripted, endpoint.refuse), scripted
        if scripted is not None and not scripted.fits(endpoint.accepts):
            raise TypeError(f"{path} cannot be answered with {scripted.choices[0]!r}")
        choices = () if scripted is None else scripted.choices
        return endpoint.answer(request, accepted, choices, self._state), scripted

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
        raise TypeError("only the model's answers can be a Reply")


def _missing(found: _Path | None) -> SocketResponse:
    if found is None:
        return json_answer(MISSING_ROUTE_BODIES[404], 404)
    return json_answer(MISSING_ROUTE_BODIES[405], 405, {"allow": ", ".join(found.methods)})
