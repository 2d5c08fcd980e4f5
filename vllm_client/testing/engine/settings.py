"""Settings of the engine model: limits, and the duration of a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen


@frozen
class Engine:
    """Limits and speed of a simulated vLLM engine.

    The defaults are an H100 with a model of 8 billion parameters in bf16. The first four values are
    limits with the names of vLLM's options. The last four add up to the duration of a step.

    Args:
        max_num_seqs: Maximum number of requests that run at once.
        kv_cache_tokens: Size of the KV cache in tokens.
        max_num_batched_tokens: Maximum number of tokens that one step computes.
        max_num_queued_reqs: Maximum number of accepted requests, running and waiting together;
            further requests get status 503. None: no limit.
        step_seconds: Seconds per step, for reading weights, launching kernels, sampling tokens.
        seconds_per_sequence: Seconds per request that gets a token in the step.
        seconds_per_prompt_token: Seconds per prompt token that the step computes.
        seconds_per_kv_token: Seconds per token in the KV cache that attention reads.

    Example:
        SimulatedVllm(engine=Engine.preset("a10g", max_num_queued_reqs=64))
    """

    max_num_seqs: int = 1024
    kv_cache_tokens: int = 450_000
    max_num_batched_tokens: int = 8192
    max_num_queued_reqs: int | None = None
    step_seconds: float = 0.0065
    seconds_per_sequence: float = 22e-6
    seconds_per_prompt_token: float = 25e-6
    seconds_per_kv_token: float = 52e-9

    @property
    def description(self) -> str:
        """The limits as a text."""
        cache, most = self.kv_cache_tokens, self.max_num_queued_reqs
        limits = f"{self.max_num_seqs} requests run at once, {cache} tokens of KV cache"
        return limits if most is None else f"{limits}, {most} requests accepted at once"

    @classmethod
    def preset(cls, name: str, **changes: Any) -> Engine:
        """Return one of the presets, with changed values.

        Args:
            name: "h100", "a10g", "4xh100-70b", "h200-mla", "h100-embed" or "cpu".
            **changes: Arguments of `Engine` that replace the preset's values.

        Raises:
            ValueError: The name is unknown.
        """
        if name not in PRESETS:
            raise ValueError(f"unknown engine {name!r}; the presets are {', '.join(PRESETS)}")
        return evolve(PRESETS[name], **changes)


# Estimates from published memory bandwidth and FLOPS at 60 to 80 % utilisation, not measurements.
# An H100 reads 16 GB of weights at 3.35 TB/s; a token of this model takes 131 kB of KV cache. An
# A10G has 600 GB/s and some 50 TFLOPS. Four H100 spend 8 ms of a step on exchanging results.
PRESETS: Mapping[str, Engine] = {
    "h100": Engine(),
    "a10g": Engine(
        max_num_seqs=256,
        kv_cache_tokens=60_000,
        step_seconds=0.029,
        seconds_per_sequence=150e-6,
        seconds_per_prompt_token=320e-6,
        seconds_per_kv_token=273e-9,
    ),
    "4xh100-70b": Engine(
        max_num_seqs=256,
        kv_cache_tokens=250_000,
        step_seconds=0.020,
        seconds_per_sequence=80e-6,
        seconds_per_prompt_token=80e-6,
        seconds_per_kv_token=31e-9,
    ),
    "h200-mla": Engine(
        kv_cache_tokens=5_000_000,
        step_seconds=0.018,
        seconds_per_sequence=30e-6,
        seconds_per_prompt_token=30e-6,
        seconds_per_kv_token=5e-9,
    ),
    "h100-embed": Engine(
        kv_cache_tokens=2_000_000,
        step_seconds=0.003,
        seconds_per_sequence=1e-6,
        seconds_per_prompt_token=1.5e-6,
        seconds_per_kv_token=0.0,
    ),
    "cpu": Engine(
        max_num_seqs=32,
        kv_cache_tokens=30_000,
        max_num_batched_tokens=2048,
        step_seconds=0.030,
        seconds_per_sequence=3e-3,
        seconds_per_prompt_token=2e-3,
        seconds_per_kv_token=200e-9,
    ),
}
