"""The configurations of the live servers: a model of `models/`, arguments of vLLM, environment."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

HERE = Path(__file__).parent
MODELS = HERE / "models"

ENVIRONMENT = {
    "VLLM_TARGET_DEVICE": "cpu",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "OMP_NUM_THREADS": "1",
    "VLLM_CPU_OMP_THREADS_BIND": os.environ.get("VLLM_CPU_OMP_THREADS_BIND", "auto"),
}

# uni: the worker runs in the engine's process, which saves a process and a quarter of the start
_SMALL = (
    *("--dtype", "float32", "--enforce-eager", "--max-num-seqs", "32"),
    *("--kv-cache-memory-bytes", "67108864", "--distributed-executor-backend", "uni"),
)
_WRITES = ("--max-model-len", "2048", "--enable-prompt-tokens-details")
_PARSES = (
    "--reasoning-parser",
    "qwen3",
    "--enable-auto-tool-choice",
    "--tool-call-parser",
    "hermes",
)
_EMBEDS = ("--max-model-len", "512", "--runner", "pooling", "--convert", "embed")


@attrs.frozen
class Configuration:
    """How a server is started, without its address."""

    model: str
    args: Sequence[str]
    env: Mapping[str, str]


def _serving(
    model: str, name: str, *args: str, env: Mapping[str, str] | None = None
) -> Configuration:
    served = ("--served-model-name", name)
    return Configuration(
        str(MODELS / model), (*_SMALL, *served, *args), {**ENVIRONMENT, **(env or {})}
    )


def _tiny(*args: str, **env: str) -> Configuration:
    return _serving("chat", "tiny", *_WRITES, *args, env=env)


CONFIGURATIONS: Mapping[str, Configuration] = {
    "chat": _tiny(*_PARSES),
    "chat-raw": _tiny(),
    "chat-dev": _tiny(
        *("--served-model-name", "tiny", "tiny-alias", *_PARSES),
        *("--enable-lora", "--max-lora-rank", "8"),
        *("--enable-request-id-headers", "--enable-force-include-usage"),
        "--enable-server-load-tracking",
        *("--weight-transfer-config", '{"backend": "ipc"}'),
        *("--kv-events-config.enable_kv_cache_events", "true"),
        *("--kv-events-config.endpoint", "inproc://kv-events"),
        *("--profiler-config.profiler", "torch"),
        "--profiler-config.torch_profiler_dir",
        str(Path(tempfile.gettempdir(), "vllm-client-live-profiles")),
        VLLM_SERVER_DEV_MODE="1",
        VLLM_ALLOW_RUNTIME_LORA_UPDATING="1",
    ),
    "chat-scale-out": _tiny(
        *_PARSES,
        *("--enable-scale-out", "--enable-server-load-tracking"),
        *("--kv-transfer-config.kv_connector", "EchoConnector"),
        *("--kv-transfer-config.kv_connector_module_path", "echo_connector"),
        *("--kv-transfer-config.kv_role", "kv_both"),
        VLLM_ENABLE_RESPONSES_API_STORE="1",
        PYTHONPATH=str(HERE / "connectors"),
    ),
    "chat-decides": _tiny("--tokenizer", str(MODELS / "decides")),
    "chat-auth": _tiny(*_PARSES, "--api-key", "sk-one", "sk-two", "--root-path", "/llm"),
    "chat-uds": _tiny(*_PARSES),
    "idefics3": _serving("idefics3", "vlm", *_WRITES, "--limit-mm-per-prompt", '{"image":4}'),
    "embed": _serving("chat", "embed", *_EMBEDS),
    "token_embed": _serving("chat", "token-embed", *_EMBEDS, "--pooler-config.task", "token_embed"),
    "bert_embed": _serving("bert_embed", "bert-embed", "--max-model-len", "512"),
    "bert_rank": _serving("bert_rank", "bert-rank", "--max-model-len", "512"),
    "bert_class": _serving("bert_class", "bert-class", "--max-model-len", "512"),
    "qwen3_rank": _serving(
        "qwen3_rank", "qwen3-rank", "--max-model-len", "512", "--runner", "pooling"
    ),
    "whisper": _serving("whisper", "whisper", "--enable-tokenizer-info-endpoint"),
}
