"""Load and unload LoRA adapters, by the routes of vLLM and of SageMaker."""

from __future__ import annotations

from typing import Any

from ...call.option_checks import require
from ...call.response import HttpResponse
from ...errors import RequestError
from ...vllm import routes
from ..common.calls import BodyCall, QueryCall
from ..common.options import GenerationCallOptions


class LoadLoraOptions(GenerationCallOptions, total=False):
    """The keywords of `client.load_lora_adapter()`, except name and path."""

    load_inplace: bool
    """Whether to replace a loaded adapter of the same name. Otherwise the server refuses the name.
    Default: False."""
    is_3d_lora_weight: bool
    """Whether the file has fused weights of experts. Default: False."""


class UnloadLoraOptions(GenerationCallOptions, total=False):
    """The keywords of `client.unload_lora_adapter()`, except the name."""

    lora_int_id: int | None
    """The server's id of the adapter; vLLM ignores it."""


class RegisterAdapterOptions(GenerationCallOptions, total=False):
    """The keywords of `client.register_adapter()`, except name and source."""

    preload: bool
    """Whether to load the adapter now; vLLM always does. Default: True."""
    pin: bool
    """Whether to keep the adapter from being evicted; vLLM ignores it. Default: False."""


def _said(reply: HttpResponse) -> str:
    return reply.text


def _with_plain_name(options: dict[str, Any]) -> dict[str, Any]:
    require(options, "adapter_name")
    name = options["adapter_name"]
    if "/" in str(name):  # the route of vLLM 0.32 matches no slash
        raise RequestError(f"adapter_name: {name!r:.80} has a slash; use unload_lora_adapter()")
    return options


LOAD_LORA_ADAPTER = BodyCall(
    routes.LOAD_LORA_ADAPTER, _said, LoadLoraOptions, required=("lora_name", "lora_path")
)
UNLOAD_LORA_ADAPTER = BodyCall(
    routes.UNLOAD_LORA_ADAPTER, _said, UnloadLoraOptions, required=("lora_name",)
)
REGISTER_ADAPTER = BodyCall(
    routes.REGISTER_ADAPTER,
    _said,
    RegisterAdapterOptions,
    required=("name", "src"),
    name="register_adapter()",
)
UNREGISTER_ADAPTER = QueryCall(
    routes.UNREGISTER_ADAPTER, _said, name="unregister_adapter()", adjust=_with_plain_name
)
