"""Routes of vLLM's dev mode: sleep, pause, caches, aborts."""

from collections.abc import Callable
from typing import Any

from ..body_kinds import Kind, Literal, Whole
from ..replies import ReceivedRequest
from ..request_checks import Refusal, read_json, read_shape
from ..server_state import ServerState
from ..server_version import json_answer, plain_answer
from ..socket_steps import SocketResponse


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
    """Pause the server.

    Since vLLM 0.33 new requests wait only in mode "keep"; the other modes reject them.
    """
    mode = _query(request, "mode", Literal("abort", "wait", "keep"), "abort")
    state.paused = True
    if mode == "keep" or not state.settings.dialect.since(0, 33):
        state.hold("paused", True)
    else:
        state.refuses = True
    if mode == "abort":
        state.running.abort_all()
    return json_answer({"status": "paused"})


def resume(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    state.paused = state.refuses = False
    state.hold("paused", False)
    return json_answer({"status": "resumed"})


def is_paused(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"is_paused": state.paused})


def is_sleeping(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"is_sleeping": "sleeping" in state.held})


def release_kv_cache_memory(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    if not state.paused:
        reason = "release_kv_cache_memory() requires a completed pause first"
        raise Refusal(f"Call to release_kv_cache_memory method failed: {reason}", code=500)
    return json_answer({"status": "kv_cache_released"})


def abort_requests(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Abort the generations with these ids, or all if none is given."""
    ids = _request_ids(request)
    count = state.running.abort_all() if not ids else len(ids)
    for id in ids or ():
        state.running.abort(id)
    return json_answer({"status": "aborted", "aborted": count})


def _request_ids(request: ReceivedRequest) -> list[str]:
    body = _json(request, lambda error: "Invalid JSON format")
    if not isinstance(body, dict):
        raise Refusal("Request body must be a JSON object", type="Bad Request")
    return list(body.get("request_ids") or ())


def _json(request: ReceivedRequest, says: Callable[[ValueError], str]) -> Any:
    """Return the parsed body, whatever its content type; reject invalid JSON.

    `says` converts the error of the parser to the message.
    """
    try:
        return request.json
    except ValueError as error:
        raise Refusal(says(error), type="Bad Request") from error


def abort_inference(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Abort generations with token ids by request id; the response is empty."""
    ids = _json(request, lambda error: f"JSON decode error: {error}").get("request_ids")
    if ids is None:
        raise Refusal("Missing 'request_ids' in request body", type="Bad Request")
    for id in ids if isinstance(ids, list) else ():
        state.running.abort(id)
    return plain_answer(b"")


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


def collective_rpc(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    if not read_json(request).get("method"):
        raise Refusal("Missing 'method' in request body", type="Bad Request")
    return json_answer({"results": [None]})
