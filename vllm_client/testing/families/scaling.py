"""Elastic expert parallelism and fault tolerance, for a server with one healthy engine."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from ...vllm.routes import FAULT_TOLERANCE_STATUS
from ..replies import ReceivedRequest
from ..request_checks import Refusal, read_json
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse


def scale(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Accept the current size, 1; fail for any other."""
    body = read_json(request)
    size = body.get("new_data_parallel_size")
    if size is None:
        raise _misplaced("new_data_parallel_size is required")
    if not _is_positive(size):
        raise _misplaced("new_data_parallel_size must be a positive integer")
    if not _is_positive(body.get("drain_timeout", 120)):
        raise _misplaced("drain_timeout must be a positive integer")
    if size != 1:
        raise Refusal("Scale failed", code=500, type="Internal Server Error")
    return json_answer({"message": "Scaled to 1 data parallel engines"})


def _is_positive(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _misplaced(message: str) -> Refusal:
    return Refusal(message, type="Bad Request")


def is_scaling(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    details = {"phase": "idle", "epoch": None, "error": None, "requested_data_parallel_size": None}
    newer = state.settings.dialect.since(0, 33)
    return json_answer({"is_scaling_elastic_ep": False, **(details if newer else {})})


def fault_status(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    engines = [{"id": 0, "status": "healthy"}]
    return json_answer({"schema_version": 1, "total_engines": 1, "engines": engines})


def apply_fault_instruction(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    _check_instruction(read_json(request))
    message = f"Request accepted; poll {FAULT_TOLERANCE_STATUS.path} for updates."
    return json_answer({"message": message, "request_id": str(uuid4())}, 202)


def _check_instruction(body: Mapping[str, Any]) -> None:
    instruction = body.get("instruction")
    if not instruction:
        raise _misplaced("'instruction' is required.")
    if instruction != "retry":
        raise _misplaced(f"Invalid instruction: '{instruction}'.")
    if not isinstance(body.get("params", {}), dict):
        raise _misplaced("'params' must be an object.")
