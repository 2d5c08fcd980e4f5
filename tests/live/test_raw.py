"""Raw requests to any route of a real server, compared with a plain HTTP client."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.live.conftest import AddressOf
from tests.live.drivers import Driver
from vllm_client import ApiError

HELLO: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Hello!"}],
    "temperature": 0,
    "max_tokens": 20,
}


@pytest.fixture
def bare(address_of: AddressOf) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address_of("chat").root, trust_env=False, timeout=60) as bare:
        yield bare


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/version", None),
        ("GET", "/openapi.json", None),
        ("POST", "/tokenize", {"prompt": "Hello!"}),
        ("POST", "/detokenize", {"tokens": [39, 72]}),
    ],
)
def test_answer_equals_that_of_a_plain_client(
    chat: Driver, bare: httpx.Client, method: str, path: str, body: Any
) -> None:
    options = {} if body is None else {"json": body}
    answer = chat.call(lambda client: client.request(method, path, **options))
    expected = bare.request(method, path, **options)

    assert (answer.status, answer.body) == (expected.status_code, expected.content)
    assert answer.headers["content-type"] == expected.headers["content-type"]


def test_path_without_a_slash_is_relative_to_the_api(chat: Driver) -> None:
    models = chat.call(lambda client: client.request("GET", "models")).json()

    assert [model["id"] for model in models["data"]] == ["tiny"]


def test_head_request_has_no_body(chat: Driver) -> None:
    answer = chat.call(lambda client: client.request("HEAD", "/openapi.json"))

    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 100_000


def test_other_content_is_sent_unchanged(chat: Driver) -> None:
    content = json.dumps({"prompt": "Hello!"})
    headers = {"Content-Type": "application/json"}
    answer = chat.call(
        lambda client: client.request("POST", "/tokenize", content=content, headers=headers)
    )

    assert answer.json()["count"] > 0


@pytest.mark.parametrize(("method", "code"), [("GET", 404), ("POST", 404)])
def test_unknown_route(chat: Driver, method: str, code: int) -> None:
    with pytest.raises(ApiError) as caught:
        chat.call(lambda client: client.request(method, "/nowhere"))

    assert caught.value.code == code


def test_the_events_of_a_stream(chat: Driver) -> None:
    body = HELLO | {"stream": True}
    typed = chat.call(lambda client: client.chat.completions.create(**HELLO))

    pieces = chat.read(lambda client: client.stream_request("POST", "chat/completions", json=body))

    events = b"".join(pieces).decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-2]]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    assert "".join(delta.get("content") or "" for delta in deltas) == (typed.content or "")
    assert "".join(delta.get("reasoning") or "" for delta in deltas) == typed.reasoning


def test_remaining_chunks_fold_to_the_plain_answer(chat: Driver) -> None:
    plain = chat.call(lambda client: client.request("GET", "/openapi.json"))
    heard = chat.hear(lambda client: client.stream_request("GET", "/openapi.json"))

    assert b"".join(heard.events) == plain.body
    assert heard.response.body == b""
