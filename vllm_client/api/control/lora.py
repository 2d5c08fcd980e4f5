"""LoRA adapters, loaded and unloaded while the server runs: by vLLM's routes, and SageMaker's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...call.build_request import build
from ...call.option_checks import READING_OPTIONS, body_of, refuse_unknown, require
from ...call.request import RequestSpec
from ...call.response import HttpResponse
from ...call.settings import ClientSettings
from ...errors import RequestError
from ...http.base_url import path_segment
from ..common.commands import names_of
from ..common.options import GenerationCallOptions


class LoadLoraOptions(GenerationCallOptions, total=False):
    """The keywords of `client.load_lora_adapter()`, beside name and path."""

    load_inplace: bool
    """Whether an adapter of that name is replaced; otherwise that is an error. Default: False."""
    is_3d_lora_weight: bool
    """Whether the weights of experts are fused, on a server that takes both. Default: False."""


class UnloadLoraOptions(GenerationCallOptions, total=False):
    """The keywords of `client.unload_lora_adapter()`, beside the name."""

    lora_int_id: int | None
    """The server's own number of the adapter; vLLM ignores it."""


class RegisterAdapterOptions(GenerationCallOptions, total=False):
    """The keywords of `client.register_adapter()`, beside name and source."""

    preload: bool
    """Whether it is loaded at once; vLLM always does that. Default: True."""
    pin: bool
    """Whether it is never evicted; vLLM ignores it. Default: False."""


def build_load_lora_adapter(
    settings: ClientSettings, lora_name: str, lora_path: str, options: Mapping[str, Any]
) -> RequestSpec[str]:
    """The request to load an adapter. Raises RequestError."""
    fields = {"lora_name": lora_name, "lora_path": lora_path}
    path = f"{settings.base_url.api}/load_lora_adapter"
    return _post(settings, path, fields, options, LoadLoraOptions, "load_lora_adapter()")


def build_unload_lora_adapter(
    settings: ClientSettings, lora_name: str, options: Mapping[str, Any]
) -> RequestSpec[str]:
    """The request to unload an adapter. Raises RequestError."""
    fields = {"lora_name": lora_name}
    path = f"{settings.base_url.api}/unload_lora_adapter"
    return _post(settings, path, fields, options, UnloadLoraOptions, "unload_lora_adapter()")


def build_register_adapter(
    settings: ClientSettings, name: str, src: str, options: Mapping[str, Any]
) -> RequestSpec[str]:
    """The same as loading one, as SageMaker says it. Raises RequestError."""
    fields = {"name": name, "src": src}
    path = f"{settings.base_url.root}/adapters"
    return _post(settings, path, fields, options, RegisterAdapterOptions, "register_adapter()")


def build_unregister_adapter(
    settings: ClientSettings, adapter_name: str, options: Mapping[str, Any]
) -> RequestSpec[str]:
    """The same as unloading one, as SageMaker says it. Raises RequestError."""
    refuse_unknown(options, READING_OPTIONS, "unregister_adapter()")
    require({"adapter_name": adapter_name}, "adapter_name")
    segment = path_segment("adapter_name", adapter_name)
    if "/" in adapter_name:  # vLLM 0.32 finds no route for it
        raise RequestError(f"adapter_name: {adapter_name!r:.80} has a slash; unload_lora_adapter()")
    path = f"{settings.base_url.root}/adapters/{segment}"
    return build(settings, "DELETE", path, _said, call=options, replayable=False)


def _post(
    settings: ClientSettings,
    path: str,
    fields: Mapping[str, Any],
    options: Mapping[str, Any],
    keywords: Any,
    what: str,
) -> RequestSpec[str]:
    body = {**fields, **body_of(options, names_of(keywords), what)}
    require(body, *fields)
    return build(settings, "POST", path, _said, body=body, call=options, replayable=False)


def _said(reply: HttpResponse) -> str:
    return reply.text
