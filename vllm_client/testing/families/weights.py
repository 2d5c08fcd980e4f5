"""The weights: version, transfer from a trainer, checksums."""

from collections.abc import Mapping
from typing import Any

from ..body_kinds import Fields, Kind, Literal, Maybe, Problem, Text
from ..replies import ReceivedRequest
from ..request_checks import Refusal, read_json, read_shape, refused
from ..server_state import ServerState
from ..server_version import json_answer
from ..socket_steps import SocketResponse

_OBJECT = Fields(plain=True)


def _parameter(body: Mapping[str, Any], name: str, kind: Kind) -> Any:
    """Return a required field that vLLM checks alone, not as part of a schema."""
    if name not in body:
        raise refused([Problem("missing", f"body.{name}", "Field required", None)])
    return read_shape(kind, body[name], f"body.{name}")


def get_world_size(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"world_size": 1})


def weight_info(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return json_answer({"weight_version": state.weight_version})


def update_weight_version(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    state.weight_version = _parameter(read_json(request), "new_version", Text())
    return json_answer({"success": True, "new_version": state.weight_version})


def init_transfer(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Accept any object, as its fields depend on the transfer backend."""
    _parameter(read_json(request), "init_info", _OBJECT)
    return _done("Weight transfer initialized")


def shut_down_transfer(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    return _done("Weight transfer shut down")


def start_update(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    if state.updates_weights:
        active = "start_weight_update called while a weight update is already active."
        raise _failed(f"{active} Call finish_weight_update first.")
    state.updates_weights = True
    return _done("Weight update started")


def start_draft_update(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    raise _failed("Draft model weight update requested, but no draft model is configured.")


def update(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    _parameter(read_json(request), "update_info", _OBJECT)
    if not state.updates_weights:
        raise _failed("start_weight_update must be called before update_weights.")
    return _done("Weights updated")


def finish_update(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    body = read_json(request) if request.body else {}
    version = read_shape(Maybe(Text()), body.get("weight_version"), "body.weight_version")
    if not state.updates_weights:
        raise _failed("finish_weight_update called without a matching start_weight_update.")
    state.updates_weights = False
    state.weight_version = version or state.weight_version
    return _done("Weight update finished")


# The checksums of the simulated weights.
_CHECKSUMS = {"simulated": "0" * 64}


def check(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    """Return the weights' checksums, or compare them with those in the request."""
    body = read_json(request)
    action = _parameter(body, "action", Literal("checksum", "reset", "compare"))
    baseline = read_shape(Maybe(_OBJECT), body.get("baseline"), "body.baseline")
    if action == "reset":
        return json_answer({"status": "reset"})
    if action == "checksum":
        return json_answer({"checksums": _CHECKSUMS})
    if baseline is None:
        raise Refusal("action='compare' requires a 'baseline' object", type="Bad Request")
    names = _CHECKSUMS.keys() | baseline.keys()
    mismatches = sorted(name for name in names if _CHECKSUMS.get(name) != baseline.get(name))
    return json_answer({"match": not mismatches, "mismatches": mismatches})


def _done(message: str) -> SocketResponse:
    return json_answer({"message": message})


def _failed(reason: str) -> Refusal:
    return Refusal(
        f"Call to collective_rpc method failed: Worker failed with error '{reason}', please check"
        " the stack trace above for the root cause",
        code=500,
    )
