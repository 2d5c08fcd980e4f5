"""Errors with the server's message, in any format; a missing route; a dead engine."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.live.dialogues import HELLO
from tests.live.drivers import Driver
from tests.live.servers import wait_until
from tests.versions.features import numbers
from tests.versions.servers import Servers
from vllm_client import ApiError, IoError, SyncVllmClient
from vllm_client.vllm.routes import ROUTES

ASKED = HELLO.options(thinking=False)
GENERATING: list[Callable[[SyncVllmClient], Any]] = [
    lambda client: client.chat.completions.create(**ASKED),
    lambda client: client.chat.completions.stream(**ASKED),
    lambda client: client.completions.create(prompt="a", max_tokens=3),
    lambda client: client.completions.stream(prompt="a", max_tokens=3),
    lambda client: client.responses.create(input="a"),
    lambda client: client.responses.stream(input="a").response(),
]
"""One call of each route that every version has."""


def _plain(chat: Driver, options: dict[str, Any]) -> None:
    chat.call(lambda client: client.chat.completions.create(**options))


def _streamed(chat: Driver, options: dict[str, Any]) -> None:
    chat.read(lambda client: client.chat.completions.stream(**options))


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"temperature": -1}, 400, "temperature"),
        ({"model": "no"}, 404, "`no`"),
        ({"messages": [{"role": "user", "content": "a " * 5000}]}, 400, "2048"),
        ({"top_p": "x"}, 400, "top_p"),
    ],
    ids=["range", "model", "length", "type"],
)
@pytest.mark.parametrize("streamed", [False, True], ids=["plain", "streamed"])
def test_error_has_the_servers_message(
    chat: Driver, options: dict[str, Any], code: int, words: str, streamed: bool
) -> None:
    asked = ASKED | options
    ask = _streamed if streamed else _plain
    with pytest.raises(ApiError, match=words) as caught:
        ask(chat, asked)

    assert caught.value.code == code


def test_unsupported_task_is_an_error_of_the_server(chat: Driver) -> None:
    for ask in (
        lambda client: client.embeddings.create(input="a"),
        lambda client: client.classify(input="a"),
        lambda client: client.rerank(query="a", documents=["b"]),
    ):
        with pytest.raises(ApiError, match=r"does not support|no such route here"):
            chat.call(ask)


def test_error_for_a_missing_route_names_its_first_version(
    version: str, servers: Servers, chat: Driver
) -> None:
    root = servers.get(version, "chat").address.root
    for route in ROUTES:
        if route.since is None or numbers(version) >= numbers(route.since):
            continue
        path = route.full_path.format(response_id="a", adapter_name="a")
        with httpx.Client(base_url=root, trust_env=False, timeout=60) as plain:
            assert plain.request(route.method, path, json={}).status_code in (404, 405), route
        with pytest.raises(ApiError, match=f"vLLM has it since {route.since}"):
            chat.call(
                lambda client, method=route.method, path=path: client.request(method, path, json={})
            )


def test_a_dead_engine_is_an_error_of_every_call(
    version: str, servers: Servers, chat: Driver
) -> None:
    assert chat.call(lambda client: client.chat.completions.create(**ASKED)).content
    server = servers.get(version, "chat")
    server.kill_engine()
    try:
        with SyncVllmClient(server.address.base_url, retry=None, timeout=60) as client:
            wait_until("the server knows it", lambda: _is_dead(client), seconds=60)
            for ask in GENERATING:
                with pytest.raises(ApiError, match="EngineCore encountered an issue") as caught:
                    ask(client)
                assert caught.value.code == 500
    finally:
        servers.stop()


def _is_dead(client: SyncVllmClient) -> bool:
    try:
        return not client.health()
    except (ApiError, IoError):
        return True
