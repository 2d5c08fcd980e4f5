"""Status of the server: health, version, load, metrics, models, routes."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from ..metrics_page import metrics_page
from ..replies import ReceivedRequest
from ..server_state import ServerState
from ..server_version import json_answer, plain_answer
from ..socket_steps import SocketResponse


def nothing(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Return an empty body, which means success."""
    return plain_answer(b"")


def version(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"version": state.settings.dialect.version})


def load(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"server_load": state.activity.running})


def kv_event_sources(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({})


def metrics(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    core = None if state.engine is None else state.engine.core
    text = metrics_page(state.settings.default_model, state.activity, core, state.process_started)
    headers = {"content-type": "text/plain; version=1.0.0; charset=utf-8"}
    return plain_answer(text.encode(), headers=headers)


def openapi(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Return an OpenAPI document with the routes only, without their schemas."""
    paths: dict[str, dict[str, Any]] = {}
    for route in state.routes:
        paths.setdefault(route.full_path, {})[route.method.lower()] = {}
    info = {"title": "FastAPI", "version": "0.1.0"}
    return json_answer({"openapi": "3.1.0", "info": info, "paths": paths})


def models(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"object": "list", "data": list(_models(state))})


def _models(state: ServerState) -> Iterator[dict[str, Any]]:
    served, length = state.settings.served_models, state.settings.max_model_len
    for name in served:
        yield _model_card(name, root=name, parent=None, max_model_len=length)
    for name, path in state.adapters.items():
        yield _model_card(name, root=path, parent=served[0], max_model_len=None)


def _model_card(
    name: str, root: str, parent: str | None, max_model_len: int | None
) -> dict[str, Any]:
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
        "root": root,
        "parent": parent,
        "max_model_len": max_model_len,
        "permission": [permission],
    }
