"""Record one exchange with a running vLLM in `tests/recordings/`.

    python tests/tools/record.py URL CONFIG NAME METHOD PATH [BODY]

CONFIG is the configuration of tests/live/configurations.py with which the server was started, and
BODY a JSON text. tests/recordings/README.md describes the files and the names.
"""

import json
import socket
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

FOLDER = Path(__file__).resolve().parents[1] / "recordings"


@attrs.frozen
class Exchange:
    """All bytes read from a socket, and when each part of them arrived."""

    wire: bytes
    recv_ms_bytes: list[list[float]]

    def head(self) -> tuple[int, dict[str, str]]:
        """Return the status, and the headers with lower-case names."""
        status, *lines = self.wire.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        pairs = (line.split(":", 1) for line in lines)
        return int(status.split()[1]), {name.lower(): value.strip() for name, value in pairs}

    def body(self) -> tuple[bytes, list[int], bool]:
        """Return the decoded body, the sizes of its HTTP chunks, and whether it is complete."""
        _, headers = self.head()
        rest = self.wire.partition(b"\r\n\r\n")[2]
        if headers.get("transfer-encoding") != "chunked":
            return rest, [], len(rest) == int(headers.get("content-length", len(rest)))
        parts: list[bytes] = []
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            if int(size, 16) == 0:
                return b"".join(parts), [*map(len, parts)], True
            parts.append(rest[: int(size, 16)])
            rest = rest[int(size, 16) + 2 :]
        return b"".join(parts), [*map(len, parts)], False


def exchange(address: tuple[str, int], method: str, path: str, body: bytes | None) -> Exchange:
    """Send one request on its own connection, and read to the end."""
    fields = ["Host: 127.0.0.1", "Connection: close", f"Content-Length: {len(body or b'')}"]
    if body is not None:
        fields.append("Content-Type: application/json")
    head = "\r\n".join([f"{method} {path} HTTP/1.1", *fields, "", ""])
    with socket.create_connection(address, timeout=120) as connection:
        start = time.perf_counter()
        connection.sendall(head.encode() + (body or b""))
        pieces, times = [], []
        while piece := connection.recv(1 << 16):
            pieces.append(piece)
            times.append([round((time.perf_counter() - start) * 1000, 1), len(piece)])
    return Exchange(b"".join(pieces), times)


def description(
    version: str, method: str, path: str, request: Any, answer: Exchange
) -> dict[str, Any]:
    """Return the content of NAME.request.json."""
    status, headers = answer.head()
    _, chunks, complete = answer.body()
    described = {
        "version": version,
        "method": method,
        "path": path,
        "request_headers": {} if request is None else {"content-type": "application/json"},
        "request": request,
        "status": status,
        "response_headers": {name: headers[name] for name in headers if name != "date"},
        "body_complete": complete,
        "socket_end": "eof",
    }
    if chunks:
        described |= {"http_chunks": chunks, "recv_ms_bytes": answer.recv_ms_bytes}
    return described


def record(url: str, config: str, name: str, method: str, path: str, body: str | None) -> None:
    """Send the request and write both files."""
    host, _, port = urlsplit(url).netloc.partition(":")
    answer = exchange((host, int(port)), method, path, None if body is None else body.encode())
    request = None if body is None else json.loads(body)
    described = description(_version(url), method, path, request, answer)
    folder = FOLDER / config
    folder.mkdir(exist_ok=True)
    text = json.dumps(described, ensure_ascii=False, indent=1)
    (folder / f"{name}.request.json").write_text(text + "\n", encoding="utf-8")
    (folder / f"{name}.response.bin").write_bytes(answer.body()[0])


def _version(url: str) -> str:
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request("GET", "/version")
        return str(json.loads(connection.getresponse().read())["version"])


if __name__ == "__main__":
    match sys.argv[1:]:
        case [url, config, name, method, path, *body] if len(body) <= 1:
            record(url, config, name, method, path, body[0] if body else None)
        case _:
            sys.exit(__doc__)
