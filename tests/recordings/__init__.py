"""Recorded answers of a real vLLM server, byte for byte; see README.md in this folder."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import attrs

FOLDER = Path(__file__).parent


@attrs.frozen
class Recording:
    """One exchange: a request and its answer."""

    config: str
    name: str
    method: str
    path: str
    request_headers: dict[str, str]
    request: Any
    """The decoded JSON body of the request; None if it had none."""
    status: int | None
    """The status; None if the server never answered."""
    headers: dict[str, str]
    """The headers of the answer, with lower-case names."""
    body: bytes
    """The body of the answer, without the chunked encoding."""
    chunks: tuple[bytes, ...]
    """The body as HTTP chunks; in one piece if it was not chunked."""
    complete: bool
    version: str = "0.32.0"
    """The version of the server."""

    @property
    def streamed(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.config}/{self.name}"


@attrs.frozen
class KilledServer:
    """The socket of a client whose server was killed during a stream."""

    name: str
    facts: dict[str, Any]
    """How it was killed and what was observed: `killed`, `signal`, `stream_end`, `events_seen` …"""
    wire: bytes
    """All received bytes, with the head of the answer and the chunked encoding."""

    def __str__(self) -> str:
        return f"killed/{self.name}"


def load(config: str, name: str, folder: Path | None = None) -> Recording:
    """Return the recording `name`, such as "hello.think.stream", of the configuration `config`."""
    folder = folder or FOLDER
    exchange = _read_json(folder / config / f"{name}.request.json")
    body = (folder / config / f"{name}.response.bin").read_bytes()
    return Recording(
        config=config,
        name=name,
        method=exchange["method"],
        path=exchange["path"],
        request_headers=exchange["request_headers"],
        request=exchange["request"],
        status=exchange["status"],
        headers=exchange["response_headers"],
        body=body,
        chunks=_cut(body, exchange.get("http_chunks")),
        complete=exchange["body_complete"] is True,
        version=exchange.get("version", "0.32.0"),
    )


def all_recordings(pattern: str = "*", folder: Path | None = None) -> list[Recording]:
    """Return the recordings whose "config/name" matches, sorted: `chat/*.stream`, `chat*/err_*`."""
    found = []
    for file in sorted((folder or FOLDER).glob("*/*.request.json")):
        config, name = file.parent.name, file.name.removesuffix(".request.json")
        if fnmatchcase(f"{config}/{name}", pattern):
            found.append(load(config, name, folder))
    if not found:
        raise LookupError(f"no recording matches {pattern!r}")
    return found


def load_killed(name: str) -> KilledServer:
    """Return the recording of a killed server, such as "engine_sigkill"."""
    facts = _read_json(FOLDER / "killed" / f"{name}.json")
    wire = (FOLDER / "killed" / f"{name}.response.bin").read_bytes()
    return KilledServer(name, facts, wire)


def all_killed() -> list[KilledServer]:
    """Return the recordings of all killed servers, sorted by name."""
    return [load_killed(file.stem) for file in sorted(FOLDER.glob("killed/*.json"))]


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _cut(body: bytes, sizes: list[int] | None) -> tuple[bytes, ...]:
    if sizes is None:
        return (body,)
    chunks, start = [], 0
    for size in sizes:
        chunks.append(body[start : start + size])
        start += size
    return tuple(chunks)
