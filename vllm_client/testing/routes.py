"""Which answer a request gets: the routes, the API key, and what else vLLM tells of itself."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from ..vllm import routes
from ..vllm.routes import MISSING_ROUTE_BODIES, Route
from .activity import Activity
from .model import ENDPOINTS, SimulatedModel
from .replies import ErrorReply, RawReply, ReceivedRequest
from .request_checks import Refusal, read_json, sleep_level
from .script import Script, Scripted
from .server_version import json_answer, plain_answer, raw_answer
from .settings import SimulatorSettings
from .socket_steps import SocketResponse
from .tokenizer import Tokenizer, chat_prompt, cut

Handler = Callable[[ReceivedRequest], SocketResponse]


class Routes:
    """Answers requests, without a socket.

    `released` is unset while generations wait, because the server is paused or asleep.
    """

    def __init__(self, settings: SimulatorSettings, script: Script, activity: Activity) -> None:
        self._settings = settings
        self._script = script
        self._activity = activity
        self._vocabulary = Tokenizer()
        self._model = SimulatedModel(settings, self._vocabulary)
        self._held = {"sleeping": False, "paused": False}
        self.released = asyncio.Event()
        self.released.set()
        self._handlers = _by_path(self._public() | (self._control() if settings.dev_mode else {}))

    def generates(self, request: ReceivedRequest) -> bool:
        """Whether this request is one for a generation."""
        return request.method == "POST" and self._route(request) in ENDPOINTS

    def answer(self, request: ReceivedRequest) -> tuple[SocketResponse, Scripted | None]:
        """The answer, and the script's entry if that was used up by it."""
        path = self._route(request)
        if not self._authorized(request, path):
            return json_answer({"error": "Unauthorized"}, 401), None
        try:
            if self.generates(request):
                return self._generation(request, path)
            scripted = self._script.take(path, generates=False)
            if scripted is not None:
                return self._fixed(scripted), scripted
            return self._unscripted(request, path), None
        except Refusal as refusal:
            return self._refuse(refusal), None
        # As vLLM's own last handler: whatever a strange body leads to is answered with 500.
        except Exception as error:
            return self._settings.dialect.error_answer(500, repr(error)), None

    def _route(self, request: ReceivedRequest) -> str:
        root = self._settings.root_path
        inside = root and request.path.startswith(f"{root}/")
        return request.path.removeprefix(root) if inside else request.path

    def _authorized(self, request: ReceivedRequest, path: str) -> bool:
        # vLLM 0.32 guards what begins with /v1, unknown routes too, and nothing else.
        if not self._settings.api_keys or not path.startswith("/v1"):
            return True
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and key in self._settings.api_keys

    def _generation(
        self, request: ReceivedRequest, path: str
    ) -> tuple[SocketResponse, Scripted | None]:
        endpoint = ENDPOINTS[path]
        body = read_json(request)
        self._model.check(endpoint, body)
        scripted = self._script.take(path, generates=True)
        if scripted is not None and scripted.fixed is not None:
            return self._fixed(scripted), scripted
        choices = () if scripted is None else scripted.choices
        return self._model.answer(endpoint, request, body, choices), scripted

    def _fixed(self, scripted: Scripted) -> SocketResponse:
        match scripted.fixed:
            case ErrorReply(status, message, type, param, retry_after):
                headers = {} if retry_after is None else {"retry-after": f"{retry_after}"}
                return self._settings.dialect.error_answer(status, message, type, param, headers)
            case RawReply(status, (bytes() | str()) as body, headers):
                encoded = body.encode() if isinstance(body, str) else body
                return raw_answer(encoded, status, headers)
            case RawReply(status, body, headers):
                return json_answer(body, status, headers)
        raise TypeError("only a generation can be answered with a Reply")

    def _unscripted(self, request: ReceivedRequest, path: str) -> SocketResponse:
        methods = self._handlers.get(path, {})
        if request.method in methods:
            return methods[request.method](request)
        allowed = [*methods, *(["POST"] if path in ENDPOINTS else [])]
        if not allowed:
            return json_answer(MISSING_ROUTE_BODIES[404], 404)
        return json_answer(MISSING_ROUTE_BODIES[405], 405, {"allow": ", ".join(allowed)})

    def _refuse(self, refusal: Refusal) -> SocketResponse:
        return self._settings.dialect.error_answer(
            refusal.code, refusal.message, refusal.type, refusal.param
        )

    def _public(self) -> dict[Route, Handler]:
        return {
            routes.HEALTH: _nothing,
            routes.PING: _nothing,
            routes.PING_BY_POST: _nothing,
            routes.VERSION: self._version,
            routes.LOAD: self._load,
            routes.METRICS: self._metrics,
            routes.TOKENIZE: self._tokenize,
            routes.DETOKENIZE: self._detokenize,
            routes.MODELS: self._models,
        }

    def _control(self) -> dict[Route, Handler]:
        awake = {"status": "awake", "tags": None}
        return {
            routes.SLEEP: self._sleep,
            routes.WAKE_UP: self._setter("sleeping", False, awake),
            routes.IS_SLEEPING: self._getter("sleeping"),
            routes.PAUSE: self._setter("paused", True, {"status": "paused"}),
            routes.RESUME: self._setter("paused", False, {"status": "resumed"}),
            routes.IS_PAUSED: self._getter("paused"),
        }

    def _version(self, request: ReceivedRequest) -> SocketResponse:
        return json_answer({"version": self._settings.dialect.version})

    def _load(self, request: ReceivedRequest) -> SocketResponse:
        return json_answer({"server_load": self._activity.running})

    def _models(self, request: ReceivedRequest) -> SocketResponse:
        models = [_model_card(name, self._settings) for name in self._settings.served_models]
        return json_answer({"object": "list", "data": models})

    def _metrics(self, request: ReceivedRequest) -> SocketResponse:
        text = _METRICS.format(
            model=self._settings.default_model,
            running=float(self._activity.running),
            finished=float(self._activity.finished),
            aborted=float(self._activity.disconnects),
        )
        headers = {"content-type": "text/plain; version=1.0.0; charset=utf-8"}
        return plain_answer(text.encode(), headers=headers)

    def _tokenize(self, request: ReceivedRequest) -> SocketResponse:
        body = read_json(request)
        messages = body.get("messages")
        tokens = cut(chat_prompt(messages) if messages else str(body.get("prompt", "")))
        return json_answer(
            {
                "count": len(tokens),
                "max_model_len": self._settings.max_model_len,
                "tokens": self._vocabulary.encode(tokens),
                "token_strs": list(tokens) if body.get("return_token_strs") else None,
            }
        )

    def _detokenize(self, request: ReceivedRequest) -> SocketResponse:
        tokens = read_json(request).get("tokens") or []
        return json_answer({"prompt": self._vocabulary.decode(tokens)})

    def _sleep(self, request: ReceivedRequest) -> SocketResponse:
        level = sleep_level(request)
        self._hold("sleeping", True)
        return json_answer({"status": "sleeping", "level": level})

    def _hold(self, state: str, value: bool) -> None:
        self._held[state] = value
        if any(self._held.values()):
            self.released.clear()
        else:
            self.released.set()

    def _setter(self, state: str, value: bool, told: Mapping[str, Any]) -> Handler:
        def change(request: ReceivedRequest) -> SocketResponse:
            self._hold(state, value)
            return json_answer(told)

        return change

    def _getter(self, state: str) -> Handler:
        return lambda request: json_answer({f"is_{state}": self._held[state]})


def _by_path(handlers: Mapping[Route, Handler]) -> dict[str, dict[str, Handler]]:
    """Path -> method -> handler."""
    found: dict[str, dict[str, Handler]] = {}
    for route, handler in handlers.items():
        found.setdefault(route.full_path, {})[route.method] = handler
    return found


def _nothing(request: ReceivedRequest) -> SocketResponse:
    return plain_answer(b"")


def _model_card(name: str, settings: SimulatorSettings) -> dict[str, Any]:
    created = int(time.time())
    permission = {
        "id": f"modelperm-{uuid4().hex[:16]}",
        "object": "model_permission",
        "created": created,
        "allow_create_engine": False,
        "allow_sampling": True,
        "allow_logprobs": True,
        "allow_search_indices": False,
        "allow_view": True,
        "allow_fine_tuning": False,
        "organization": "*",
        "group": None,
        "is_blocking": False,
    }
    return {
        "id": name,
        "object": "model",
        "created": created,
        "owned_by": "vllm",
        "root": name,
        "parent": None,
        "max_model_len": settings.max_model_len,
        "permission": [permission],
    }


_METRICS = """\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{{engine="0",model_name="{model}"}} {running}
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{{engine="0",model_name="{model}"}} 0.0
# HELP vllm:request_success_total Count of successfully processed requests.
# TYPE vllm:request_success_total counter
vllm:request_success_total{{engine="0",finished_reason="stop",model_name="{model}"}} {finished}
vllm:request_success_total{{engine="0",finished_reason="abort",model_name="{model}"}} {aborted}
"""
