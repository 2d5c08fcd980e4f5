"""Servers of many versions of vLLM, one at a time, each with the tiny model."""

import json
import os
import shutil
from pathlib import Path

from tests.live.configurations import ENVIRONMENT, MODELS, Configuration
from tests.live.servers import NoServer, OwnServer

VERSIONS = ("0.11.0", "0.15.1", "0.20.2", "0.25.1", "0.32.0", "0.33.0")

# Versions that need transformers 4.
WITH_OLD_TRANSFORMERS = frozenset({"0.11.0", "0.15.1"})


_ARGS = {
    "chat": (
        *("--served-model-name", "tiny", "--max-model-len", "2048", "--reasoning-parser", "qwen3"),
        *("--enable-auto-tool-choice", "--tool-call-parser", "hermes"),
    ),
    "embed": (
        *("--served-model-name", "embed", "--max-model-len", "512"),
        *("--runner", "pooling", "--convert", "embed"),
    ),
}


def _configuration(model: str, version: str, config: str) -> Configuration:
    """Return the configuration of the tiny model for any version of vLLM."""
    args = ("--dtype", "float32", "--enforce-eager", "--max-num-seqs", "16", *_ARGS[config])
    if version.startswith("0.1"):
        return Configuration(model, args, {**ENVIRONMENT, "VLLM_CPU_KVCACHE_SPACE": "1"})  # GiB
    return Configuration(model, (*args, "--kv-cache-memory-bytes", "67108864"), ENVIRONMENT)


class Servers:
    """Servers, of which the last requested one keeps running until another one is requested."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: tuple[str, str] | None = None
        self._server: OwnServer | None = None

    def get(self, version: str, config: str) -> OwnServer:
        """Return the running server of a version. Raise NoServer if it is not installed."""
        if self._server is None or self._running != (version, config):
            self.stop()
            self._server = self.start(version, config)
            self._running = version, config
        return self._server

    def start(self, version: str, config: str) -> OwnServer:
        """Start a new server, which the caller stops. Raise NoServer if it is not installed."""
        home = os.environ.get("VLLM_VERSIONS")
        if home is None:
            raise NoServer("VLLM_VERSIONS is not set: see tests/versions/README.md")
        python = Path(home, version, "bin", "python")
        if not python.exists():
            raise NoServer(f"no vLLM {version}: {python} does not exist")
        return OwnServer(_configuration(str(self._model(version)), version, config), str(python))

    def stop(self) -> None:
        """Stop the running server."""
        if self._server is not None:
            self._server.stop()
        self._server = None

    def _model(self, version: str) -> Path:
        model = MODELS / "chat"
        if version not in WITH_OLD_TRANSFORMERS:
            return model
        target = self._folder / "chat"
        if not target.exists():
            shutil.copytree(model, target)
            write_for_old_transformers(target)
        return target


def write_for_old_transformers(model: Path) -> None:
    """Rename the fields in a model's files that transformers 5 has renamed."""
    path = model / "tokenizer_config.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["tokenizer_class"] = "PreTrainedTokenizerFast"
    tokenizer["chat_template"] = (model / "chat_template.jinja").read_text()
    tokenizer["additional_special_tokens"] = tokenizer.pop("extra_special_tokens", None)
    tokenizer.pop("backend", None)
    path.write_text(json.dumps(tokenizer))
    path = model / "config.json"
    config = json.loads(path.read_text())
    config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
    config["torch_dtype"] = config.pop("dtype")
    path.write_text(json.dumps(config))
