# Generated from vllm_client/_async/lora.py by `python tests/tools/generate_sync.py`.
"""The client's calls for LoRA adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import Unpack

from ..api.common.options import CallOptions
from .call_runner import SyncCallRunner

if TYPE_CHECKING:
    from ..api.control.lora import (
        LoadLoraOptions,
        RegisterAdapterOptions,
        UnloadLoraOptions,
    )


class SyncLoraCalls:
    """Adapters of a server with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1.

    None of these calls is ever repeated once it may have arrived. What they give is the server's
    own sentence.
    """

    _caller: SyncCallRunner

    def load_lora_adapter(
        self, *, lora_name: str, lora_path: str, **options: Unpack[LoadLoraOptions]
    ) -> str:
        """Load an adapter; from then on its name is that of a model.

        lora_path: a folder that the server sees, or a repository on the Hub.
        Raises ApiError: 404 if there is nothing, 400 if the name is taken.
        """
        from ..api.control.lora import build_load_lora_adapter

        settings = self._caller.settings
        spec = build_load_lora_adapter(settings, lora_name, lora_path, options)
        return self._caller.call(spec)

    def unload_lora_adapter(
        self, lora_name: str, **options: Unpack[UnloadLoraOptions]
    ) -> str:
        """Unload an adapter. Raises ApiError (404) if there is none of this name."""
        from ..api.control.lora import build_unload_lora_adapter

        spec = build_unload_lora_adapter(self._caller.settings, lora_name, options)
        return self._caller.call(spec)

    def register_adapter(
        self, *, name: str, src: str, **options: Unpack[RegisterAdapterOptions]
    ) -> str:
        """The same as `load_lora_adapter`, by SageMaker's route POST /adapters.

        It replaces no adapter: vLLM 0.32 has `load_inplace` for its own route only.
        """
        from ..api.control.lora import build_register_adapter

        spec = build_register_adapter(self._caller.settings, name, src, options)
        return self._caller.call(spec)

    def unregister_adapter(self, adapter_name: str, **call: Unpack[CallOptions]) -> str:
        """The same as `unload_lora_adapter`, by SageMaker's route DELETE /adapters/{name}."""
        from ..api.control.lora import build_unregister_adapter

        spec = build_unregister_adapter(self._caller.settings, adapter_name, call)
        return self._caller.call(spec)
