"""What a real vLLM server answered, byte for byte: see README.md beside this file."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import attrs

FOLDER = Path(__file__).parent


@attrs.frozen
class Recording:
    """One exchange: the request that was sent and the answer that came."""

    config: str
    name: str
    method: str
    path: str
    request_headers: dict[str, str]
    request: Any
    """The JSON body that was sent, decoded; None where there was none."""
    status: int | None
    """None when the server never answered."""
    headers: dict[str, str]
    """Of the answer; the names are in lower case."""
    body: bytes
    """Of the answer, HTTP chunking undone."""
    chunks: tuple[bytes, ...]
    """The body as the server cut it: its HTTP chunks, or all of it when it was sent in one."""
    complete: bool
    version: str = "0.32.0"
    """Of the server."""

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
    """What a client's socket showed while the server behind a stream was killed."""

    name: str
    facts: dict[str, Any]
    """How it was killed and what was seen: `killed`, `signal`, `stream_end`, `events_seen` …"""
    wire: bytes
    """All bytes that came, with the head of the answer and the HTTP chunking."""

    def __str__(self) -> str:
        return f"killed/{self.name}"


def load(config: str, name: str, folder: Path | None = None) -> Recording:
    """The recording `name` (like "hello.think.stream") of the server configuration `config`."""
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
    """What was seen of the killed server `name` (like "engine_sigkill")."""
    facts = _read_json(FOLDER / "killed" / f"{name}.json")
    wire = (FOLDER / "killed" / f"{name}.response.bin").read_bytes()
    return KilledServer(name, facts, wire)


def all_killed() -> list[KilledServer]:
    """Every killed server, sorted by name."""
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
