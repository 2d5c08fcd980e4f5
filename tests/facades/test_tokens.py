"""Tokens, batches and rendering with both clients, over real sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.facades.dialogue import http
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from tests.recordings import load
from vllm_client import ApiError, user

HI = [user("Hi")]
GENERATED = {"request_id": "r", "choices": [{"index": 0, "token_ids": [1]}]}

CALLS: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("chat", "tokenize"): lambda client: client.tokenize(messages=HI).count == 15,
    ("chat", "detokenize"): lambda client: client.detokenize([40, 41, 42]) == "IJK",
    ("chat", "chat_batch"): lambda client: (
        [choice.index for choice in client.chat.completions.batch(messages=[HI, HI]).choices]
        == [0, 1]
    ),
    ("chat-scale-out", "chat_render"): lambda client: (
        len(client.chat.completions.render(messages=HI).token_ids) == 15
    ),
    ("chat-scale-out", "completions_render"): lambda client: (
        len(client.completions.render(prompt=["a", "b"])) == 2
    ),
    ("chat-scale-out", "chat_derender"): lambda client: (
        client.chat.completions.derender(generate_response=GENERATED).finish_reason == "stop"
    ),
    ("chat-scale-out", "chat_derender_chunk_1"): lambda client: (
        client.chat.completions.derender(generate_chunk=GENERATED).stream_state.role_sent
    ),
    ("chat-scale-out", "completions_derender"): lambda client: (
        len(client.completions.derender(generate_responses=[GENERATED] * 2).choices) == 2
    ),
    ("chat-scale-out", "completions_derender_chunk"): lambda client: (
        client.completions.derender(generate_chunk=GENERATED).chunk.choices[0].text == ","
    ),
}


@pytest.mark.parametrize(("config", "name"), CALLS)
def test_each_call_goes_to_its_route_and_reads_its_answer(
    facade: SyncFacade, config: str, name: str
) -> None:
    recorded = load(config, name)
    seen: list[bytes] = []

    def answer(visit: Visit) -> None:
        seen.append(visit.read_request())
        visit.send(http(recorded.body))

    with RawServer(answer) as server:
        assert CALLS[config, name](facade.client(server.base_url))

    assert seen[0].startswith(f"{recorded.method} {recorded.path} HTTP/1.1\r\n".encode())


def test_a_server_without_tokenizer_info_says_so(facade: SyncFacade) -> None:
    def refuse(visit: Visit) -> None:
        assert visit.read_request().startswith(b"GET /tokenizer_info ")
        visit.send(http(b'{"detail":"Not Found"}', "404 Not Found"))

    with RawServer(refuse) as server, pytest.raises(ApiError) as caught:
        facade.client(server.base_url).tokenizer_info()

    assert caught.value.code == 404
