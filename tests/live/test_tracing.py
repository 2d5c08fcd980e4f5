"""A real vLLM with tracing: its spans join the trace in the headers of an observer."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.live.configurations import CONFIGURATIONS
from tests.live.test_launch import python  # noqa: F401  # a fixture
from vllm_client import Call, CallAttempt, Observer, SyncVllmClient, user
from vllm_client.launch import launch

TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Tracing(Observer):
    def attempt(self, call: Call, attempt: CallAttempt) -> dict[str, str]:
        return {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"}


class Collector(ThreadingHTTPServer):
    """A server for OTLP over HTTP that waits for the span of our trace."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Export)
        self.has_come = threading.Event()


class Export(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        # Protocol Buffers encode ids as raw bytes
        if bytes.fromhex(TRACE_ID) in body and bytes.fromhex(SPAN_ID) in body:
            self.server.has_come.set()
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        yield collector
        collector.shutdown()
        thread.join()


def test_spans_and_times_of_the_server_join_our_trace(
    python: str,  # noqa: F811
    collector: Collector,
    tmp_path: Path,
) -> None:
    endpoint = f"http://127.0.0.1:{collector.server_port}/v1/traces"
    served = CONFIGURATIONS["chat-raw"]
    args = [*served.args, "--otlp-traces-endpoint", endpoint, "--enable-per-request-metrics"]
    env = {
        **served.env,
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    with (
        launch(
            served.model, args=args, env=env, python=python, logs=tmp_path, timeout=300
        ) as servers,
        SyncVllmClient(servers[0], observers=[Tracing()]) as client,
    ):
        answer = client.chat.completions.create(messages=[user("Say hello.")], temperature=0)
        with client.chat.completions.stream(messages=[user("Say hello.")]) as stream:
            stream.text()
        assert collector.has_come.wait(60)

    for call in (answer.call, stream.call):
        assert call.metrics.time_to_first_token_ms > 0
        assert call.metrics.tokens_per_second > 0
    assert stream.call.timing.first_token * 1000 > stream.call.metrics.time_to_first_token_ms
