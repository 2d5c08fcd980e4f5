"""A client on raw sockets that shows the exact bytes of an answer."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import frozen

from vllm_client.testing.local_server import LocalServer

# A generous upper limit in seconds.
PATIENCE = 20.0


@frozen
class WireAnswer:
    """An answer: headers in their order, and the body as HTTP chunks or in one piece."""

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: tuple[bytes, ...]

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """Return the JSON of each event, without [DONE]."""
        texts = (chunk.removeprefix(b"data: ") for chunk in self.chunks)
        return [json.loads(text) for text in texts if text != b"[DONE]\n\n"]

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def request_bytes(method: str, path: str, body: Any = None, **headers: str) -> bytes:
    """Encode a request. A body that is not bytes is sent as JSON; `_` in header names means `-`."""
    encoded = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    kind = {} if body is None else {"content-type": "application/json"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    fields = {"host": "test", "content-length": str(len(encoded)), **kind, **given}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + encoded


def connect(server: LocalServer) -> socket.socket:
    if server.uds is not None:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(server.uds)
    else:
        connection = socket.create_connection((server.host, server.port))
    connection.settimeout(PATIENCE)
    return connection


@contextmanager
def sent(server: LocalServer, *request: Any, **headers: str) -> Iterator[socket.socket]:
    """Yield a connection on which this request was sent."""
    with connect(server) as connection:
        connection.sendall(request_bytes(*request, **headers))
        yield connection


def read_all(connection: socket.socket) -> bytes:
    """Read all bytes until the end of the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def ask(server: LocalServer, *request: Any, **headers: str) -> WireAnswer:
    """Send a request on its own connection, and read the whole answer."""
    with sent(server, *request, connection="close", **headers) as connection:
        return parse(read_all(connection))


def chat(server: LocalServer, prompt: str = "Hi", **options: Any) -> WireAnswer:
    body = {"messages": [{"role": "user", "content": prompt}], **options}
    return ask(server, "POST", "/v1/chat/completions", body)


def chat_request(prompt: str = "Hi", **options: Any) -> bytes:
    body = {"messages": [{"role": "user", "content": prompt}], **options}
    return request_bytes("POST", "/v1/chat/completions", body)


def parse(wire: bytes) -> WireAnswer:
    """Parse an answer from all bytes of a connection."""
    head, _, body = wire.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    chunked = dict(headers).get("transfer-encoding") == "chunked"
    return WireAnswer(
        int(status.split(" ")[1]), headers, tuple(_unchunk(body)) if chunked else (body,)
    )


def _unchunk(body: bytes) -> Iterator[bytes]:
    while True:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        assert rest[length : length + 2] == b"\r\n"
        if length == 0:
            assert rest == b"\r\n"
            return
        yield rest[:length]
        body = rest[length + 2 :]


def read_answer(connection: socket.socket) -> bytes:
    """Read one answer with a content-length from a connection that stays open."""
    wire = b""
    while b"\r\n\r\n" not in wire:
        wire += _some(connection)
    head, _, body = wire.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _some(connection)
    return body


def _some(connection: socket.socket) -> bytes:
    got = connection.recv(65536)
    assert got, "the connection ended within an answer"
    return got
