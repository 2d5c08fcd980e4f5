"""Load and unload LoRA adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import Unpack

from .._io.asyncio_.mix_ups import explains_missing_await
from ..api.common.options import CallOptions
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import with_hidden_headers
from .call_runner import AsyncCallRunner
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


@explains_missing_await
@shows_keywords
class AsyncLoraCalls:
    """LoRA adapters of a server with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=1.

    These calls are never repeated if the server may have received them. They return the message
    of the server. All methods raise VllmError.
    """

    _caller: AsyncCallRunner

    async def load_lora_adapter(
        self, *, lora_name: str, lora_path: str, **options: Unpack[LoadLoraOptions]
    ) -> str:
        """Load an adapter, which can then be used as a model.

        Args:
            lora_name: The model name for the adapter.
            lora_path: A folder on the server's machine, or a repository on the Hugging Face Hub.

        Raises:
            NotFoundError: `lora_path` holds no adapter.
            BadRequestError: The name is in use.
        """
        return await self._caller.ask(
            lora.LOAD_LORA_ADAPTER,
            {"lora_name": lora_name, "lora_path": lora_path, **with_hidden_headers(options)},
        )

    async def unload_lora_adapter(
        self, lora_name: str, **options: Unpack[UnloadLoraOptions]
    ) -> str:
        """Unload an adapter.

        Args:
            lora_name: The name that it was loaded with.

        Raises:
            NotFoundError: No adapter has this name.
        """
        return await self._caller.ask(
            lora.UNLOAD_LORA_ADAPTER, {"lora_name": lora_name, **with_hidden_headers(options)}
        )

    async def register_adapter(
        self, *, name: str, src: str, **options: Unpack[RegisterAdapterOptions]
    ) -> str:
        """Load an adapter by SageMaker's route POST /adapters; see `load_lora_adapter`.

        This route cannot replace an adapter: it has no `load_inplace` in vLLM 0.32.

        Args:
            name: The model name for the adapter.
            src: A folder on the server's machine, or a repository on the Hugging Face Hub.
        """
        return await self._caller.ask(
            lora.REGISTER_ADAPTER, {"name": name, "src": src, **with_hidden_headers(options)}
        )

    async def unregister_adapter(self, adapter_name: str, **call: Unpack[CallOptions]) -> str:
        """Unload an adapter by SageMaker's route DELETE /adapters/{name}.

        Args:
            adapter_name: The name that it was loaded with.
        """
        return await self._caller.ask(
            lora.UNREGISTER_ADAPTER, {"adapter_name": adapter_name, **with_hidden_headers(call)}
        )
