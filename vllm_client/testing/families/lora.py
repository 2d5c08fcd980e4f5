"""Load and unload LoRA adapters, on vLLM's own routes and SageMaker's."""

import json
from typing import Any
from urllib.parse import unquote

from ..body_kinds import Fields, Flag, Problem, Required, Text
from ..replies import ReceivedRequest
from ..request_checks import Refusal, read_json, read_shape
from ..server_state import ServerState
from ..server_version import plain_answer
from ..socket_steps import SocketResponse

_LOAD = Fields(
    {"lora_name": Required(Text()), "lora_path": Required(Text()), "load_inplace": Flag()}
)
_UNLOAD = Fields({"lora_name": Required(Text())})
_REGISTER = Fields({"name": Required(Text()), "src": Required(Text()), "load_inplace": Flag()})


def load(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    body = read_shape(_LOAD, read_json(request))
    name = body["lora_name"]
    _load(name, body["lora_path"], bool(body.get("load_inplace")), state)
    return _told(f"Success: LoRA adapter '{name}' added successfully.")


def unload(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    name = read_shape(_UNLOAD, read_json(request))["lora_name"]
    _unload(name, state)
    return _told(f"Success: LoRA adapter '{name}' removed successfully.")


def register(request: ReceivedRequest, state: ServerState) -> SocketResponse:
    body = read_json(request)
    problems: list[Problem] = []
    _REGISTER.read(body, "body", problems)
    if problems:
        raise Refusal(_listed(problems), type="Bad Request")
    _load(body["name"], body["src"], bool(body.get("load_inplace")), state)
    return _told(f"Adapter {body['name']} registered")


def unregister(request: ReceivedRequest, state: ServerState, adapter_name: str) -> SocketResponse:
    name = unquote(adapter_name)
    _unload(name, state)
    return _told(f"Adapter {name} unregistered")


def _load(name: str, path: str, in_place: bool, state: ServerState) -> None:
    if not name or not path:
        raise Refusal("Both 'lora_name' and 'lora_path' must be provided.", type=_INVALID)
    if name in state.settings.served_models:
        message = f"The lora adapter '{name}' conflicts with a served base model."
        raise Refusal(message, type=_INVALID)
    if name in state.adapters and not in_place:
        raise Refusal(
            f"The lora adapter '{name}' has already been loaded. If you want to load the adapter"
            " in place, set 'load_inplace' to True.",
            type=_INVALID,
        )
    state.adapters[name] = path


_INVALID = "InvalidUserInput"


def _unload(name: str, state: ServerState) -> None:
    if name not in state.adapters:
        raise Refusal(f"The lora adapter '{name}' cannot be found.", code=404)
    del state.adapters[name]


def _told(text: str) -> SocketResponse:
    return plain_answer(text.encode())


def _listed(problems: list[Problem]) -> str:
    """Return the errors as SageMaker's routes do: a JSON list of objects."""
    shown: list[dict[str, Any]] = [
        {
            "type": problem.type,
            "loc": problem.where.split(".")[1:],
            "msg": problem.message,
            "input": problem.value,
        }
        for problem in problems
    ]
    return json.dumps(shown, separators=(",", ":"))
