"""No local variable in a frame of this package shows a secret, for any failure.

Error trackers record the repr of every local variable in a traceback by default.
"""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest

import vllm_client
from tests.facades.dialogue import QUESTION, ask, hear, http, stream
from tests.facades.drivers import SyncFacade, thing_of
from tests.facades.raw_server import RawServer, Visit
from vllm_client import AsyncVllmClient, SyncVllmClient, Timeout
from vllm_client.integrations import SyncVllmTransport
from vllm_client.testing import Cut, ErrorReply, Fault, Garbage, Reply, Reset, SimulatedVllm, Stall

PACKAGE = str(Path(vllm_client.__file__).parent)
KEY = "sk-4f9a1c7be2d84035b6a9e0d1c2f3a4b5"
TOKEN = "token-77aa66bb55cc44dd33ee22ff"


def shown(error: BaseException) -> list[str]:
    """Return the local variables in frames of this package that show a secret."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}: {name} = {value[:200]}"
        for frame in frames(whole)
        if frame.filename.startswith(PACKAGE)
        for name, value in (frame.locals or {}).items()
        if KEY in value or TOKEN in value
    ]


def frames(error: traceback.TracebackException | None) -> Iterator[traceback.FrameSummary]:
    if error is not None:
        yield from error.stack
        yield from frames(error.__cause__)
        yield from frames(error.__context__)


def client_of(facade: SyncFacade, url: str, **settings: Any) -> Any:
    headers = {"x-auth-token": TOKEN}
    return facade.client(url, api_key=KEY, headers=headers, retry=None, **settings)


WITH_TOKEN = {"extra_headers": {"x-secret": TOKEN}}

CALLS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda client: ask(client, **WITH_TOKEN),
    "builder": lambda client: (
        client.chat.completions.create().options(**WITH_TOKEN).messages(QUESTION["messages"]).send()
    ),
    "raw": lambda client: client.request(
        "POST", "/v1/chat/completions", json=QUESTION, headers={"x-secret": TOKEN}
    ),
    "streamed": lambda client: stream(client, **WITH_TOKEN),
}

FAULTS: dict[str, list[Fault]] = {
    "cut": [Cut()],
    "cut in the body": [Cut(after=20, of="body")],
    "reset": [Reset()],
    "garbage": [Garbage()],
    "timed out": [Stall()],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_failed_call_shows_no_secret(
    facade: SyncFacade, server: SimulatedVllm, call: Callable[[Any], Any], faults: list[Fault]
) -> None:
    server.reply("a b", faults=faults)
    with pytest.raises(vllm_client.VllmError) as caught:
        call(client_of(facade, server.base_url, timeout=Timeout(token=0.2)))
    assert shown(caught.value) == []


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_refused_connection_shows_no_secret(
    facade: SyncFacade, server: SimulatedVllm, call: Callable[[Any], Any], secure: bool
) -> None:
    url = server.base_url.replace("http:", "https:") if secure else "http://127.0.0.1:1/v1"
    with pytest.raises(vllm_client.IoError) as caught:
        call(client_of(facade, url))
    assert shown(caught.value) == []


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_error_of_the_server_shows_no_secret(
    facade: SyncFacade, server: SimulatedVllm, call: Callable[[Any], Any]
) -> None:
    server.reply(ErrorReply(400, "no"))
    with pytest.raises(vllm_client.ApiError) as caught:
        call(client_of(facade, server.base_url))
    assert shown(caught.value) == []


MESSAGES = QUESTION["messages"]
NAMESPACES = (
    "chat.completions", "completions", "embeddings", "inference", "messages", "responses",
    "audio.transcriptions", "audio.translations", "models",
)  # fmt: skip


def methods() -> Iterator[str]:
    """Return the methods that take header fields, as paths below the client."""
    with SyncVllmClient("http://h/v1") as client:
        for place in ("", *NAMESPACES):
            kind = type(attrgetter(place)(client) if place else client)
            for name, method in inspect.getmembers(kind, inspect.isfunction):
                if not name.startswith("_") and header_option(method):
                    yield f"{place}.{name}".lstrip(".")


def header_option(method: Any) -> str | None:
    parameters = inspect.signature(method).parameters
    return next((name for name in ("extra_headers", "headers") if name in parameters), None)


def weather() -> str:
    return "mild"


# A valid value of each argument that a method needs.
ARGUMENTS: dict[str, Any] = {
    "messages": MESSAGES, "prompt": "Hi", "input": "Hi", "texts": ["Hi"], "file": b"RIFF",
    "tokens": [1], "token_ids": [1], "request_ids": ["a"], "max_tokens": 1, "model": "m",
    "tools": [weather], "response_format": int, "method": "GET", "path": "/x", "response_id": "r",
    "query": "Hi", "items": ["a"], "label_token_ids": [1, 2], "state": "s", "questions": {"q": {}},
    "instruction": "retry", "init_info": {}, "update_info": {}, "new_version": "v2",
    "action": "checksum", "new_data_parallel_size": 2, "lora_name": "n", "lora_path": "/p",
    "name": "n", "src": "/p", "adapter_name": "n",
}  # fmt: skip
# Arguments without a parameter of their name, or with another value than above.
OTHERS: dict[str, dict[str, Any]] = {
    "chat.completions.batch": {"messages": [MESSAGES, MESSAGES]},
    "chat.completions.derender": {"generate_response": {}},
    "completions.derender": {"generate_responses": [{}]},
    "decisions": {"questions": [{"type": "predicate", "instructions": "Is it?"}]},
    "inference.generate": {"sampling_params": {}},
    "messages.count_tokens": {"model": "m"},
    "messages.create": {"model": "m", "max_tokens": 1},
    "messages.render": {"model": "m"},
    "messages.stream": {"model": "m"},
    "rerank": {"query": "Hi", "documents": ["a"]},
    "score": {"queries": "Hi", "documents": ["a"]},
}


def refuse_key(visit: Visit) -> None:
    while True:
        visit.read_request()
        visit.send(http(b'{"error": {"message": "no"}}', "401 Unauthorized"))


@pytest.mark.parametrize("method", [*methods()])
def test_no_method_shows_a_secret_of_its_keywords(facade: SyncFacade, method: str) -> None:
    with RawServer(refuse_key) as server:
        client = facade.client(server.base_url, retry=None)
        function = inspect.unwrap(attrgetter(method)(thing_of(client)))
        code = function.__code__
        named = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = {name: ARGUMENTS[name] for name in named if name in ARGUMENTS}
        header = header_option(function) or ""
        given |= OTHERS.get(method, {}) | {header: {"X-Auth-Token": KEY}}
        with pytest.raises(vllm_client.AuthenticationError) as caught:
            attrgetter(method)(client)(**given)
        assert shown(caught.value) == []


def test_broken_stream_shows_no_secret(facade: SyncFacade, server: SimulatedVllm) -> None:
    server.reply(Reply("a b c"), faults=[Cut(after=3, of="events")])
    heard = hear(client_of(facade, server.base_url), **WITH_TOKEN)
    assert isinstance(heard.error, vllm_client.StreamError)
    assert shown(heard.error) == []


def test_unknown_option_shows_no_secret(facade: SyncFacade, server: SimulatedVllm) -> None:
    with pytest.raises(vllm_client.RequestError) as caught:
        ask(client_of(facade, server.base_url), temprature=1, **WITH_TOKEN)
    assert shown(caught.value) == []


def test_cancelled_call_shows_no_secret(server: SimulatedVllm) -> None:
    import asyncio

    server.reply("never", faults=[Stall()])

    async def run() -> None:
        async with AsyncVllmClient(server.base_url, api_key=KEY) as client:
            asking = asyncio.ensure_future(client.chat.completions.create(**QUESTION, **WITH_TOKEN))
            await asyncio.to_thread(server.wait_until, lambda: server.running == 1)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await asking
            assert shown(caught.value) == []

    asyncio.run(run())


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
def test_mounted_transport_shows_no_secret_in_our_frames(library: Any) -> None:
    fields = {"authorization": f"Bearer {KEY}"}
    with library.Client(transport=SyncVllmTransport()) as client:
        for url, headers in [
            ("http://127.0.0.1:1/", fields),
            ("http://127.0.0.1:1/", {**fields, "x": "a\nb"}),
        ]:
            with pytest.raises(library.TransportError) as caught:
                client.get(url, headers=headers)
            assert shown(caught.value) == []


@pytest.mark.parametrize("client_class", [SyncVllmClient, AsyncVllmClient])
@pytest.mark.parametrize(
    "wrong",
    [
        {"strict": 3},
        {"timeout": "x"},
        {"api_key": f"{KEY}\n"},
        {"headers": {"x-key": f"{TOKEN}\n"}},
        {"default_headers": {"x-key": TOKEN}, "admin_api_key": KEY},
    ],
    ids=repr,
)
def test_client_whose_construction_fails_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, client_class: Any, wrong: dict[str, Any]
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", KEY)
    with pytest.raises(vllm_client.RequestError) as caught:
        client_class("http://h/v1", **{"api_key": KEY, "headers": {"x-key": TOKEN}, **wrong})
    assert shown(caught.value) == []


def test_setting_that_is_refused_shows_no_secret(facade: SyncFacade) -> None:
    client = thing_of(client_of(facade, "http://h/v1"))
    for change in (
        lambda: client.with_api_key(f"{KEY}\n"),
        lambda: client.with_header("x-key", f"{TOKEN}\n"),
    ):
        with pytest.raises(vllm_client.RequestError) as caught:
            change()
        assert shown(caught.value) == []


def test_header_fields_of_the_caller_are_not_changed(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    headers = {"x-a": "1"}
    ask(client_of(facade, server.base_url), extra_headers=headers)
    assert type(headers) is dict
    assert server.requests[0].headers["x-a"] == "1"
