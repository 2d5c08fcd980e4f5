"""Servers of many versions of vLLM, one at a time, each with the tiny model."""

import json
import os
import shutil
from pathlib import Path

from tests.live.servers import HERE as LIVE, NoServer, OwnServer

HERE = Path(__file__).parent
VERSIONS = ("0.11.0", "0.15.1", "0.20.2", "0.25.1", "0.32.0", "0.33.0")

# Their transformers is of before 5.
WITH_OLD_TRANSFORMERS = frozenset({"0.11.0", "0.15.1"})


class Servers:
    """The last server that was asked for keeps running; another one takes its place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: tuple[str, str] | None = None
        self._server: OwnServer | None = None

    def get(self, version: str, config: str) -> OwnServer:
        """The server of this version. Raises NoServer where the version is not installed."""
        if self._server is None or self._running != (version, config):
            self.stop()
            self._server = self.start(version, config)
            self._running = version, config
        return self._server

    def start(self, version: str, config: str) -> OwnServer:
        """A fresh server, which is the caller's to stop. Raises NoServer."""
        home = os.environ.get("VLLM_VERSIONS")
        if home is None:
            raise NoServer("VLLM_VERSIONS is not set: see tests/versions/README.md")
        python = Path(home, version, "bin", "python")
        if not python.exists():
            raise NoServer(f"no vLLM {version}: {python} does not exist")
        environment = {"VERSION": version, "MODEL": str(self._model(version))}
        return OwnServer(config, str(python), HERE / "serve.sh", environment)

    def stop(self) -> None:
        """Stop the server that runs."""
        if self._server is not None:
            self._server.stop()
        self._server = None

    def _model(self, version: str) -> Path:
        model = LIVE / "models" / "chat"
        if version not in WITH_OLD_TRANSFORMERS:
            return model
        target = self._folder / "chat"
        if not target.exists():
            shutil.copytree(model, target)
            write_for_old_transformers(target)
        return target


def write_for_old_transformers(model: Path) -> None:
    """Rename in a model's files what transformers 5 renamed."""
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
