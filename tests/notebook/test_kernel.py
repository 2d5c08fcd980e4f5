"""A real IPython kernel completes the keywords of calls and shows what they mean."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETUP = """
from vllm_client import (
    AsyncVllmClient,
    ChatCompletionResponse,
    ChatOptions,
    CompletionResponse,
    SyncVllmClient,
)
from vllm_client.record import Call

client = SyncVllmClient("http://127.0.0.1:9/v1")
async_client = AsyncVllmClient("http://127.0.0.1:9/v1")
ask = client.chat.completions.create()
answer = ChatCompletionResponse.from_json("{}")
completion = CompletionResponse.from_json("{}")
call = object.__new__(Call)
"""

pytestmark = pytest.mark.notebook


class Kernel:
    """What a notebook asks its kernel."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def run(self, code: str) -> None:
        content = self._client.execute(code, reply=True, timeout=60)["content"]
        assert content["status"] == "ok", content

    def complete(self, code: str) -> list[str]:
        """What the tab key offers at the end of the code."""
        matches: list[str] = self._client.complete(code, reply=True, timeout=60)["content"][
            "matches"
        ]
        return matches

    def inspect(self, code: str) -> str:
        """What Shift-Tab shows at the end of the code."""
        content = self._client.inspect(code, reply=True, timeout=60)["content"]
        return re.sub(r"\x1b\[[\d;]*m", "", content["data"]["text/plain"])


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    from jupyter_client.manager import KernelManager

    folder = tmp_path_factory.mktemp("k")
    folders = {"IPYTHONDIR": str(folder), "JUPYTER_CONFIG_DIR": str(folder), "HOME": str(folder)}
    # Unix sockets in the folder, no ports; the path of such a socket is short
    manager = KernelManager(
        transport="ipc", ip=str(folder / "s"), connection_file=str(folder / "kernel.json")
    )
    manager.start_kernel(env={**os.environ, **folders, "PYTHONPATH": str(ROOT)})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        kernel = Kernel(client)
        kernel.run(SETUP)
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


@pytest.fixture(params=[True, False], ids=["jedi", "no jedi"])
def either_completer(request: pytest.FixtureRequest, kernel: Kernel) -> Kernel:
    kernel.run(f"get_ipython().Completer.use_jedi = {request.param}")
    return kernel


@pytest.mark.parametrize(
    ("code", "match"),
    [
        ("client.chat.completions.create(te", "temperature="),
        ("client.chat.completions.create(messages=[], te", "temperature="),
        ("client.chat.completions.stream(top_", "top_k="),
        ("client.chat.completions.parse(chat_template_k", "chat_template_kwargs="),
        ("async_client.chat.completions.create(te", "temperature="),
        ("client.score(quer", "queries="),
        ("client.sleep(lev", "level="),
        ("client.embeddings.create(dim", "dimensions="),
        ("client.completions.create(te", "temperature="),
        ("async_client.responses.create(te", "temperature="),
    ],
)
def test_the_tab_key_completes_keywords(either_completer: Kernel, code: str, match: str) -> None:
    assert match in either_completer.complete(code)


@pytest.mark.parametrize(
    ("code", "match"),
    [
        ("ask.options(te", "temperature="),
        ("ask.map([], concurr", "concurrency="),
    ],
)
def test_jedi_completes_keywords_of_builders(kernel: Kernel, code: str, match: str) -> None:
    kernel.run("get_ipython().Completer.use_jedi = True")

    assert match in kernel.complete(code)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("answer.", "finish_reason"),
        ("completion.", "finish_reason"),
        ("call.", "state"),
    ],
)
def test_the_tab_key_lists_the_attributes_of_answers(kernel: Kernel, code: str, name: str) -> None:
    kernel.run("get_ipython().Completer.use_jedi = True")

    assert name in kernel.complete(code)


def test_shift_tab_shows_type_default_and_description(kernel: Kernel) -> None:
    shown = kernel.inspect("client.chat.completions.create(te")

    assert "temperature: float | None = <the model's, else 1>," in shown
    assert "temperature: Randomness of the sampling; 0 always picks" in shown
    assert "ChatCompletionResponse" in shown
    assert "Any'" not in shown


def test_shift_tab_describes_the_keys_of_the_options(kernel: Kernel) -> None:
    assert "temperature: Randomness of the sampling; 0 always picks" in kernel.inspect(
        "ChatOptions"
    )
