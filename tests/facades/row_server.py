"""A server that answers each row of a run as its test specifies, by the text of the row."""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
# Max seconds to wait; no correct test reaches it.
MAX_WAIT = 30.0

Respond = Callable[[str, int], Any]


def error_body(status: int, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": "no", "type": "Error", "param": param, "code": status}}


class Lost(Exception):
    """Raised by `respond`: the connection is closed without an answer."""


class RowServer:
    """Answer chat and text completions with the result of `respond(text, visit)`.

    The result is the text of the answer, a status, or (status, body). `visit` counts the requests
    with this text, from 1. `health` is the status of /health; `metrics` the text of /metrics, which
    is missing at first. `upload` answers bodies that are not JSON.
    """

    def __init__(
        self,
        respond: Respond = lambda text, visit: f"re: {text}",
        upload: Callable[[bytes], Any] | None = None,
    ) -> None:
        self.respond = respond
        self.upload = upload
        self.health = 200
        self.metrics: str | None = None
        self.bodies: list[dict[str, Any]] = []
        self.visits: Counter[str] = Counter()
        self.in_flight = self.most_in_flight = 0
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._threads = 0
        self._address = ("127.0.0.1", 0)
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.kill()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._address[1]}/v1"

    def start(self) -> None:
        """Listen on the same port as before."""
        self._server = _Server(self._address, self._handler())
        self._server.count = self._count
        self._address = self._server.server_address[:2]  # type: ignore[assignment]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop_listening(self) -> None:
        """Refuse new connections; open ones stay open."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def kill(self) -> None:
        """Refuse new connections, and close the open ones."""
        self.stop_listening()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        with self._changed:  # wait until the sockets are closed
            self._changed.wait_for(lambda: self._threads == 0, MAX_WAIT)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds; it is checked at each request and answer."""
        with self._changed:
            assert self._changed.wait_for(condition, MAX_WAIT), "this never came to be"

    def _count(self, threads: int) -> None:
        with self._changed:
            self._threads += threads
            self._changed.notify_all()

    def _enter(self, body: dict[str, Any]) -> tuple[str, int]:
        text = text_of(body)
        with self._changed:
            self.bodies.append(body)
            self.visits[text] += 1
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self._changed.notify_all()
            return text, self.visits[text]

    def _leave(self) -> None:
        with self._changed:
            self.in_flight -= 1
            self._changed.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        row_server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                row_server._open.add(self.connection)

            def finish(self) -> None:
                row_server._open.discard(self.connection)
                super().finish()

            def do_GET(self) -> None:
                if self.path == "/metrics" and row_server.metrics is not None:
                    self._send(200, row_server.metrics)
                else:
                    self._send(row_server.health if self.path == "/health" else 404, {})

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                if row_server.upload is not None:
                    self._send(*row_server.upload(content))
                    return
                body = json.loads(content)
                text, visit = row_server._enter(body)
                try:
                    answer = row_server.respond(text, visit)
                except Lost:
                    self.close_connection = True
                    return
                finally:
                    row_server._leave()
                self._send(*_status_and_body(answer))

            def _send(self, status: int, body: Any) -> None:
                content = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True  # the client has closed the connection

            def log_message(self, format: str, *args: Any) -> None:
                """Do not print requests."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True
    count: Callable[[int], None]

    def process_request(self, request: Any, client_address: Any) -> None:
        self.count(1)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.count(-1)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Do not print errors of lost connections."""


def text_of(body: dict[str, Any]) -> str:
    """Return the text of the prompt of a request."""
    if "messages" in body:
        return str(body["messages"][-1]["content"])
    return str(body.get("prompt", body.get("input", body.get("query", body.get("queries")))))


def _status_and_body(answer: Any) -> tuple[int, Any]:
    match answer:
        case str():
            message = {"role": "assistant", "content": answer}
            choice = {"index": 0, "message": message, "text": answer, "finish_reason": "stop"}
            return 200, {"choices": [choice], "usage": USAGE}
        case int():
            return answer, error_body(answer)
    return answer  # type: ignore[no-any-return]  # (status, body)
