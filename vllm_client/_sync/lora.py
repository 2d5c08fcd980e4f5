# Generated from vllm_client/_async/lora.py by `python tests/tools/generate_sync.py`.
"""The client's calls for LoRA adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import Unpack

from ..api.common.options import CallOptions
from ..call.option_checks import with_hidden_headers
from .call_runner import SyncCallRunner
from .lazy_module import LazyModule

if TYPE_CHECKING:
    from ..api.control import lora
    from ..api.control.lora import (
        LoadLoraOptions,
        RegisterAdapterOptions,
        UnloadLoraOptions,
    )
else:
    lora = LazyModule("api.control.lora")


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
        return self._caller.ask(
            lora.LOAD_LORA_ADAPTER,
            {"lora_name": lora_name, "lora_path": lora_path, **with_hidden_headers(options)},
        )

    def unload_lora_adapter(
        self, lora_name: str, **options: Unpack[UnloadLoraOptions]
    ) -> str:
        """Unload an adapter. Raises ApiError (404) if there is none of this name."""
        return self._caller.ask(
            lora.UNLOAD_LORA_ADAPTER, {"lora_name": lora_name, **with_hidden_headers(options)}
        )

    def register_adapter(
        self, *, name: str, src: str, **options: Unpack[RegisterAdapterOptions]
    ) -> str:
        """The same as `load_lora_adapter`, by SageMaker's route POST /adapters.

        It replaces no adapter: vLLM 0.32 has `load_inplace` for its own route only.
        """
        return self._caller.ask(
            lora.REGISTER_ADAPTER, {"name": name, "src": src, **with_hidden_headers(options)}
        )

    def unregister_adapter(self, adapter_name: str, **call: Unpack[CallOptions]) -> str:
        """The same as `unload_lora_adapter`, by SageMaker's route DELETE /adapters/{name}."""
        return self._caller.ask(
            lora.UNREGISTER_ADAPTER, {"adapter_name": adapter_name, **call}
        )
