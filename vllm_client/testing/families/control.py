"""The routes of vLLM's dev mode: sleep and pause, caches, weights."""

from collections.abc import Callable

from ..body_kinds import Kind, Literal, Problem, Text, Whole
from ..replies import ReceivedRequest
from ..request_checks import Refusal, read_json, read_shape, refused
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse

Handler = Callable[[ReceivedRequest, ServerState], SocketResponse]


def _query(request: ReceivedRequest, name: str, kind: Kind, default: object) -> object:
    return read_shape(kind, request.query.get(name, default), f"query.{name}")


def sleep(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    level = _query(request, "level", Whole(least=0, most=2), 1)
    state.hold("sleeping", True)
    return json_answer({"status": "sleeping", "level": level})


def wake_up(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    state.hold("sleeping", False)
    tags = request.query.get("tags")
    return json_answer({"status": "awake", "tags": None if tags is None else [tags]})


def pause(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    _query(request, "mode", Literal("abort", "wait", "keep"), "abort")
    state.hold("paused", True)
    return json_answer({"status": "paused"})


def resume(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    state.hold("paused", False)
    return json_answer({"status": "resumed"})


def asks(reason: str) -> Handler:
    """Whether generations wait for this reason."""
    return lambda request, state: json_answer({f"is_{reason}": reason in state.held})


def server_info(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    form = _query(request, "config_format", Literal("text", "json"), "text")
    model, length = state.settings.default_model, state.settings.max_model_len
    config = {"model_config": {"model": model, "max_model_len": length}}
    text = f"model={model!r}, max_seq_len={length}"
    return json_answer(
        {"vllm_config": text if form == "text" else config, "vllm_env": {}, "system_env": {}}
    )


def reset_prefix_cache(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"success": True})


def get_world_size(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"world_size": 1})


def weight_info(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"weight_version": state.weight_version})


def update_weight_version(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    body = read_json(request)
    if "new_version" not in body:
        # The value is not the body here, because this field is a parameter of vLLM's function.
        raise refused([Problem("missing", "body.new_version", "Field required", None)])
    state.weight_version = read_shape(Text(), body["new_version"], "body.new_version")
    return json_answer({"success": True, "new_version": state.weight_version})


def collective_rpc(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    if not read_json(request).get("method"):
        raise Refusal("Missing 'method' in request body", type="Bad Request")
    return json_answer({"results": [None]})
