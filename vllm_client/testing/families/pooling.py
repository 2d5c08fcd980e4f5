"""/pooling: the output of the model's pooler for each text, a vector or probabilities."""

from collections.abc import Mapping, Sequence
from typing import Any

from .. import pooled_shapes
from ..pooled_endpoint import PooledEndpoint, PooledRequest, Tokens, texts_of
from ..replies import Embeddings, Labels
from ..request_checks import Refusal
from ..server_state import ServerState
from ..server_version import json_answer
from ..settings import Task
from ..socket_steps import SocketResponse
from ..tensor_answers import bytes_answer, tensor_json
from .classification import classes_for
from .embeddings import vectors_for

Json = Mapping[str, Any]

# The pooling tasks of a model for each server task, the default first.
_SUPPORTED: Mapping[Task | None, Sequence[str]] = {
    None: ("embed", "classify"),
    "embed": ("embed",),
    "score": ("classify",),
    "classify": ("classify",),
}
_TOKEN_WISE = {"embed": "token_embed", "classify": "token_classify"}


def _check(body: Json, state: ServerState) -> None:
    if body.get("dimensions") is not None:
        message = "dimensions is currently not supported (parameter=dimensions)"
        raise Refusal(message, "dimensions")


def _is_for_plugin(body: Json) -> bool:
    return "input" not in body and "messages" not in body


def _inputs(body: Json, state: ServerState) -> list[Tokens]:
    return [] if _is_for_plugin(body) else texts_of(body, state)


def _check_task(body: Json, state: ServerState) -> None:
    """Raise `Refusal` for an unsupported task. A script may still answer the request."""
    if _is_for_plugin(body):
        raise Refusal(f"{_NO_PLUGIN} (parameter=task)", "task")
    task, supported = body.get("task"), _SUPPORTED[state.settings.task]
    if task is None or task in supported:
        return
    token_wise = [_TOKEN_WISE[one] for one in supported]
    if task in token_wise:
        how = f"Try switching the model's pooling_task via --pooler-config.task {task}."
        raise Refusal(f"{how} (parameter=task)", "task")
    known = [*supported, *token_wise]
    message = f"Unsupported task: {task!r} Supported tasks: {known} (parameter=task)"
    raise Refusal(message, "task")


_NO_PLUGIN = (
    "No IOProcessor plugin installed. Please refer to the documentation and to the"
    " 'prithvi_geospatial_mae_io_processor' offline inference example for more details."
)


def _write(request: PooledRequest, state: ServerState) -> SocketResponse:
    _check_task(request.body, state)
    tensors = _tensors(request, state)
    if request.body.get("encoding_format") in ("bytes", "bytes_only"):
        return bytes_answer(request, tensors)
    data = [
        {"index": index, "object": "pooling", "data": tensor_json(tensor, request.body)}
        for index, tensor in enumerate(tensors)
    ]
    return json_answer({**request.frame, "data": data, "usage": request.usage})


def _tensors(request: PooledRequest, state: ServerState) -> list[list[float]]:
    usual = _SUPPORTED[state.settings.task][0]
    if isinstance(request.reply, Labels):
        usual = "classify"
    if (request.body.get("task") or usual) == "embed":
        return vectors_for(request, state)
    return [probabilities for _, probabilities in classes_for(request, state)]


POOLING = PooledEndpoint(
    stem="pooling-",
    shape=pooled_shapes.POOLING,
    check=_check,
    inputs=_inputs,
    write=_write,
    accepts=(Embeddings, Labels),
)
