"""Run the examples of the telemetry README; those that need other packages have a marker."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.facades.dialogue import STREAM_HEAD, chunk, chunked
from tests.facades.raw_server import RawServer, Visit
from vllm_client.testing import ErrorReply, SimulatedVllm

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "vllm_client/telemetry/README.md").read_text(encoding="utf-8")
FOUND = re.findall(r"(?:<!-- needs: (\w+) -->\n)?```python\n(.*?)^```", PAGE, re.M | re.S)
PLAIN = [block for needs, block in FOUND if not needs]
BLOCKS = {needs: block for needs, block in FOUND if needs}


def run(block: str, folder: Path) -> str:
    with SimulatedVllm() as server:
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", block],
            cwd=folder,
            env={"VLLM_BASE_URL": server.base_url, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    return ran.stdout


def test_readme_has_these_examples() -> None:
    assert len(PLAIN) == 1
    assert sorted(BLOCKS) == ["fastapi", "opentelemetry", "prometheus_client"]


def test_observer_example_prints_the_events_of_a_call(tmp_path: Path) -> None:
    started, first, ended = run(PLAIN[0], tmp_path).splitlines()

    assert started == "started /v1/chat/completions"
    assert first.startswith("first token after 0.")
    assert ended.startswith("complete 0.")


@pytest.mark.telemetry
def test_the_observer_of_opentelemetry_runs(tmp_path: Path) -> None:
    assert run(BLOCKS["opentelemetry"], tmp_path).strip()


@pytest.mark.telemetry
def test_prometheus_counts(tmp_path: Path) -> None:
    shown = run(BLOCKS["prometheus_client"], tmp_path)

    assert 'llm_calls_total{route="/v1/chat/completions",state="complete"} 1.0' in shown
    assert re.search(r'llm_first_token_seconds_count{model=".+"} 1.0', shown)


@pytest.fixture(scope="module")
def app() -> Any:
    names: dict[str, Any] = {"__name__": "app"}
    exec(compile(BLOCKS["fastapi"], "app.py", "exec"), names)
    return names["app"]


@contextmanager
def serving(app: Any, base_url: str, **settings: Any) -> Iterator[tuple[Any, str]]:
    """Run the app in a thread; yield its URL."""
    import uvicorn

    os.environ["VLLM_BASE_URL"] = base_url
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="on", **settings)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive()
        port = server.servers[0].sockets[0].getsockname()[1]
        yield server, f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
        del os.environ["VLLM_BASE_URL"]


class Endless:
    """A server that sends some tokens, or nothing, until the client disconnects."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = tokens
        self.came, self.left = threading.Event(), threading.Event()

    def __call__(self, visit: Visit) -> None:
        visit.read_request()
        self.came.set()
        if self._tokens:
            visit.send(STREAM_HEAD + chunked(*map(chunk, self._tokens)))
        visit.wait_until_left()
        self.left.set()


@pytest.mark.telemetry
def test_browser_gets_the_answer_as_a_stream(app: Any) -> None:
    with SimulatedVllm() as server, serving(app, server.base_url) as (_, url):
        server.reply("Hello there!", ErrorReply(404, "no such model"))
        answer = httpx.get(f"{url}/chat", params={"prompt": "Hi"})
        failed = httpx.get(f"{url}/chat", params={"prompt": "Hi"})
        metrics = httpx.get(f"{url}/metrics/")

    assert answer.headers["content-type"].startswith("text/event-stream")
    *deltas, done, _ = answer.text.split("\n\n")
    assert "".join(re.findall(r'"(.*)"', "\n".join(deltas))).replace('"\n"', "") == "Hello there!"
    assert done == "event: done\ndata: {}"
    assert failed.text.startswith('event: error\ndata: "no such model')
    assert "chat_first_token_seconds_count" in metrics.text


@pytest.mark.telemetry
def test_generation_is_aborted_when_the_browser_disconnects(app: Any) -> None:
    endless = Endless("a", "b")
    with (
        RawServer(endless) as server,
        serving(app, server.base_url) as (_, url),
        httpx.stream("GET", f"{url}/chat", params={"prompt": "Hi"}) as answer,
    ):
        assert next(answer.iter_lines()) == 'data: "a"'
        answer.close()
        assert endless.left.wait(30)


@pytest.mark.telemetry
def test_generation_is_aborted_when_the_browser_leaves_before_the_first_token(app: Any) -> None:
    endless = Endless()
    with (
        RawServer(endless) as server,
        serving(app, server.base_url) as (_, url),
        httpx.stream("GET", f"{url}/chat", params={"prompt": "Hi"}) as answer,
    ):
        assert endless.came.wait(30)
        answer.close()
        assert endless.left.wait(30)


@pytest.mark.telemetry
def test_shutdown_aborts_the_generations(app: Any) -> None:
    endless = Endless("a")
    with (
        RawServer(endless) as server,
        serving(app, server.base_url, timeout_graceful_shutdown=1) as (serving_app, url),
        httpx.stream("GET", f"{url}/chat", params={"prompt": "Hi"}) as answer,
    ):
        assert next(answer.iter_lines()) == 'data: "a"'
        serving_app.should_exit = True
        assert endless.left.wait(30)
