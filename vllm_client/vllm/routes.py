"""What to say of a route that a server lacks: which flag, task or mode of vLLM offers it.

Conditions as in vLLM 0.32, where its routers are attached (entrypoints/launchers/api_server).
"""

from __future__ import annotations

import re
from functools import cache

_GENERATES = "for models that generate text (--runner generate)"
_DEV_MODE = "in dev mode (VLLM_SERVER_DEV_MODE=1)"
_SCALE_OUT = (
    "with --enable-scale-out, for models that generate text (also with --tokens-only, and what "
    "renders by `vllm launch render`)"
)
_SCORES = (
    "for embedding models and for classifiers of a single label, such as rerankers "
    "(--runner pooling)"
)
_LORA = "with VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 (and --enable-lora)"
_ALWAYS = "always, so this server is of another kind or version"

OFFERED: dict[str, str] = {
    "GET /health": _ALWAYS,
    "GET /ping": _ALWAYS,
    "POST /ping": _ALWAYS,
    "GET /version": _ALWAYS,
    "GET /load": _ALWAYS,
    "GET /metrics": _ALWAYS,
    "GET /kv_event_sources": _ALWAYS,
    "GET /v1/models": _ALWAYS,
    "POST /tokenize": _ALWAYS,
    "POST /detokenize": _ALWAYS,
    "POST /invocations": _ALWAYS,
    "POST /v1/systemone": _ALWAYS,
    "GET /openapi.json": "unless it is started with --disable-fastapi-docs",
    "POST /v1/chat/completions": _GENERATES,
    "POST /v1/chat/completions/batch": _GENERATES,
    "POST /v1/completions": _GENERATES,
    "POST /v1/responses": _GENERATES,
    "GET /v1/responses/{response_id}": _GENERATES,
    "POST /v1/responses/{response_id}/cancel": _GENERATES,
    "POST /v1/messages": _GENERATES,
    "POST /v1/messages/count_tokens": _GENERATES,
    "POST /generative_scoring": _GENERATES,
    "POST /scale_elastic_ep": _GENERATES,
    "POST /is_scaling_elastic_ep": _GENERATES,
    "POST /cohere/v2/chat": f"with VLLM_ENABLE_COHERE_API=1 and Cohere's package, {_GENERATES}",
    "POST /v1/chat/completions/render": _SCALE_OUT,
    "POST /v1/chat/completions/derender": _SCALE_OUT,
    "POST /v1/completions/render": _SCALE_OUT,
    "POST /v1/completions/derender": _SCALE_OUT,
    "POST /v1/messages/render": _SCALE_OUT,
    "POST /v1/responses/render": _SCALE_OUT,
    "POST /inference/v1/generate": _SCALE_OUT,
    "POST /inference/v1/abort_requests": _SCALE_OUT,
    "POST /v1/audio/transcriptions": "for speech models, such as Whisper",
    "POST /v1/audio/translations": "for speech models, such as Whisper",
    "POST /pooling": "for pooling models (--runner pooling)",
    "POST /v1/embeddings": "for embedding models (--runner pooling)",
    "POST /v2/embed": "for embedding models (--runner pooling)",
    "POST /classify": "for classifiers (--runner pooling)",
    "POST /score": _SCORES,
    "POST /v1/score": _SCORES,
    "POST /rerank": _SCORES,
    "POST /v1/rerank": _SCORES,
    "POST /v2/rerank": _SCORES,
    "GET /tokenizer_info": "with --enable-tokenizer-info-endpoint",
    "POST /v1/load_lora_adapter": _LORA,
    "POST /v1/unload_lora_adapter": _LORA,
    "POST /adapters": _LORA,
    "DELETE /adapters/{adapter_name}": _LORA,
    "POST /start_profile": "with --profiler-config that names a profiler",
    "POST /stop_profile": "with --profiler-config that names a profiler",
    "POST /fault_tolerance/apply": "with --enable-fault-tolerance",
    "GET /fault_tolerance/status": "with --enable-fault-tolerance",
    "POST /abort_requests": f"{_DEV_MODE} and with --tokens-only",
    "GET /server_info": _DEV_MODE,
    "POST /sleep": _DEV_MODE,
    "POST /wake_up": _DEV_MODE,
    "GET /is_sleeping": _DEV_MODE,
    "POST /release_kv_cache_memory": _DEV_MODE,
    "POST /pause": _DEV_MODE,
    "POST /resume": _DEV_MODE,
    "GET /is_paused": _DEV_MODE,
    "POST /reset_prefix_cache": _DEV_MODE,
    "POST /reset_mm_cache": _DEV_MODE,
    "POST /reset_encoder_cache": _DEV_MODE,
    "POST /collective_rpc": _DEV_MODE,
    "POST /init_weight_transfer_engine": _DEV_MODE,
    "POST /shutdown_weight_transfer_engine": _DEV_MODE,
    "POST /start_weight_update": _DEV_MODE,
    "POST /start_draft_weight_update": _DEV_MODE,
    "POST /update_weights": _DEV_MODE,
    "POST /finish_weight_update": _DEV_MODE,
    "POST /update_weight_version": _DEV_MODE,
    "GET /weight_info": _DEV_MODE,
    "POST /weight_checker": _DEV_MODE,
    "GET /get_world_size": _DEV_MODE,
}
"""Method and route -> on which servers vLLM has it, to be read after "vLLM 0.32 has it"."""


# What stands before a route of the API.
_API = re.compile(r".*(?<!/inference)/v[0-9]+(?=/)", re.DOTALL)


def missing_route_hint(method: str, path: str) -> str | None:
    """Which servers have a route that this one lacks; None for a route that vLLM never has."""
    root = _API.sub("", path)
    if root != path and f"{method} {root}" in OFFERED and f"{method} /v1{root}" not in OFFERED:
        return f"no such route here; vLLM has it at {root}, not below its API"
    offered = _offered(method, path)
    if offered is None:
        return None
    return f"no such route here. If base_url is right: vLLM 0.32 has it {offered}"


def _offered(method: str, path: str) -> str | None:
    """Of the routes that the path ends with, the longest: whatever prefix a proxy gave it."""
    for pattern, offered in _patterns():
        if pattern.fullmatch(f"{method} {path}"):
            return offered
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    longest_first = sorted(OFFERED, key=len, reverse=True)
    return [(_pattern(*route.split(" ")), OFFERED[route]) for route in longest_first]


def _pattern(method: str, route: str) -> re.Pattern[str]:
    names = r"\{[a-z_]+\}"
    fixed = [re.escape(part) for part in re.split(names, route)]
    return re.compile(f"{method} .*{'[^/]+'.join(fixed)}", re.DOTALL)
