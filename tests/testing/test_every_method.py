"""Every public method of both clients, called once against the simulated server.

A test fails if a method is missing in `CALLS`.
"""

import asyncio
import inspect
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.testing.test_audio import wav
from tests.testing.wire import ask
from vllm_client import ApiError, AsyncVllmClient, SyncVllmClient, user
from vllm_client.testing import Reply, SimulatedVllm

QUESTION = [user("What is the weather in Oslo?")]
MESSAGE = {"model": "simulated", "messages": QUESTION, "max_tokens": 20}
ROW = {
    "custom_id": "row-1",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"messages": QUESTION},
}
GENERATED = {"request_id": "x", "choices": [{"index": 0, "token_ids": [0, 1]}]}
SOUND = ("a.wav", wav(0.1))
WEIGHTS = {"names": [], "dtype_names": [], "shapes": []}


@attrs.frozen
class Answer:
    text: str


def get_weather(city: str) -> str:
    return f"sunny in {city}"


CALLS: dict[str, Callable[[Any], Any]] = {
    "chat.completions.create": lambda c: c.chat.completions.create(messages=QUESTION),
    "chat.completions.stream": lambda c: c.chat.completions.stream(messages=QUESTION),
    "chat.completions.batch": lambda c: c.chat.completions.batch(messages=[QUESTION]),
    "chat.completions.parse": lambda c: c.chat.completions.parse(
        messages=QUESTION, response_format=Answer
    ),
    "chat.completions.run_tools": lambda c: c.chat.completions.run_tools(
        messages=QUESTION, tools=[get_weather]
    ),
    "chat.completions.stream_tools": lambda c: c.chat.completions.stream_tools(
        messages=QUESTION, tools=[get_weather]
    ),
    "chat.completions.render": lambda c: c.chat.completions.render(messages=QUESTION),
    "chat.completions.derender": lambda c: c.chat.completions.derender(
        generate_response=GENERATED, chat_request={"messages": QUESTION}
    ),
    "completions.create": lambda c: c.completions.create(prompt="Once"),
    "completions.stream": lambda c: c.completions.stream(prompt="Once"),
    "completions.render": lambda c: c.completions.render(prompt="Once"),
    "completions.derender": lambda c: c.completions.derender(generate_responses=[GENERATED]),
    "responses.create": lambda c: c.responses.create(input="Hi"),
    "responses.stream": lambda c: c.responses.stream(input="Hi"),
    "responses.render": lambda c: c.responses.render(input="Hi"),
    "responses.retrieve": lambda c: c.responses.retrieve("resp_stored"),
    "responses.cancel": lambda c: c.responses.cancel("resp_running"),
    "messages.create": lambda c: c.messages.create(**MESSAGE),
    "messages.stream": lambda c: c.messages.stream(**MESSAGE),
    "messages.render": lambda c: c.messages.render(**MESSAGE),
    "messages.count_tokens": lambda c: c.messages.count_tokens(
        model="simulated", messages=QUESTION
    ),
    "inference.generate": lambda c: c.inference.generate(token_ids=[0], sampling_params={}),
    "inference.abort_requests": lambda c: c.inference.abort_requests(request_ids=["x"]),
    "embeddings.create": lambda c: c.embeddings.create(input="a cat"),
    "embed_v2": lambda c: c.embed_v2(model="simulated", texts=["a cat"]),
    "pooling": lambda c: c.pooling(input="a cat"),
    "classify": lambda c: c.classify(input="a cat"),
    "score": lambda c: c.score(queries="a cat", documents=["a dog"]),
    "rerank": lambda c: c.rerank(query="a cat", documents=["a dog"]),
    "generative_scoring": lambda c: c.generative_scoring(
        query="a", items=["b"], label_token_ids=[0, 1]
    ),
    "systemone": lambda c: c.systemone(state="It rains.", questions={"wet": {"type": "noul"}}),
    "decisions": lambda c: c.decisions(
        model="simulated",
        input="It rains.",
        questions=[{"type": "predicate", "instructions": "Is it wet?"}],
    ),
    "audio.transcriptions.create": lambda c: c.audio.transcriptions.create(file=SOUND),
    "audio.transcriptions.stream": lambda c: c.audio.transcriptions.stream(file=SOUND),
    "audio.translations.create": lambda c: c.audio.translations.create(file=SOUND),
    "audio.translations.stream": lambda c: c.audio.translations.stream(file=SOUND),
    "models.list": lambda c: c.models.list(),
    "models.retrieve": lambda c: c.models.retrieve("simulated"),
    "tokenize": lambda c: c.tokenize(prompt="a cat"),
    "detokenize": lambda c: c.detokenize(tokens=[0]),
    "tokenizer_info": lambda c: c.tokenizer_info(),
    "health": lambda c: c.health(),
    "ping": lambda c: c.ping(),
    "wait_ready": lambda c: c.wait_ready(timeout=10),
    "version": lambda c: c.version(),
    "load": lambda c: c.load(),
    "metrics": lambda c: c.metrics(),
    "capabilities": lambda c: c.capabilities(),
    "server_info": lambda c: c.server_info(),
    "kv_event_sources": lambda c: c.kv_event_sources(),
    "request": lambda c: c.request("GET", "/version"),
    "stream_request": lambda c: c.stream_request(
        "POST", "/v1/completions", json={"prompt": "Once", "stream": True}
    ),
    "load_lora_adapter": lambda c: c.load_lora_adapter(lora_name="new", lora_path="/new"),
    "unload_lora_adapter": lambda c: c.unload_lora_adapter("first"),
    "register_adapter": lambda c: c.register_adapter(name="newer", src="/newer"),
    "unregister_adapter": lambda c: c.unregister_adapter("second"),
    "sleep": lambda c: c.sleep(),
    "is_sleeping": lambda c: c.is_sleeping(),
    "wake_up": lambda c: c.wake_up(),
    "pause": lambda c: c.pause(mode="keep"),
    "is_paused": lambda c: c.is_paused(),
    "release_kv_cache_memory": lambda c: c.release_kv_cache_memory(),
    "resume": lambda c: c.resume(),
    "abort_requests": lambda c: c.abort_requests(),
    "reset_prefix_cache": lambda c: c.reset_prefix_cache(),
    "reset_mm_cache": lambda c: c.reset_mm_cache(),
    "reset_encoder_cache": lambda c: c.reset_encoder_cache(),
    "collective_rpc": lambda c: c.collective_rpc(method="check_health"),
    "start_profile": lambda c: c.start_profile(),
    "stop_profile": lambda c: c.stop_profile(),
    "init_weight_transfer_engine": lambda c: c.init_weight_transfer_engine(init_info={}),
    "start_weight_update": lambda c: c.start_weight_update(),
    "update_weights": lambda c: c.update_weights(update_info=WEIGHTS),
    "finish_weight_update": lambda c: c.finish_weight_update(weight_version="v2"),
    "shutdown_weight_transfer_engine": lambda c: c.shutdown_weight_transfer_engine(),
    "start_draft_weight_update": lambda c: c.start_draft_weight_update(),
    "update_weight_version": lambda c: c.update_weight_version(new_version="v3"),
    "weight_info": lambda c: c.weight_info(),
    "weight_checker": lambda c: c.weight_checker(action="checksum"),
    "get_world_size": lambda c: c.get_world_size(),
    "scale_elastic_ep": lambda c: c.scale_elastic_ep(new_data_parallel_size=1),
    "is_scaling_elastic_ep": lambda c: c.is_scaling_elastic_ep(),
    "elastic_ep_status": lambda c: c.elastic_ep_status(),
    "fault_tolerance_apply": lambda c: c.fault_tolerance_apply(instruction="retry"),
    "fault_tolerance_status": lambda c: c.fault_tolerance_status(),
}
REFUSED = {"start_draft_weight_update": "no draft model is configured"}
"""Methods that such a server rejects, and its error messages."""
NOT_CALLED = {
    "bulk": "needs files: test_a_bulk_run_is_answered",
    "on_all_servers": "of several servers: tests/testing/test_two_servers.py",
    "servers.add": "of several servers",
    "servers.drain": "of several servers",
    "servers.remove": "of several servers",
    "servers.resume": "of several servers",
    "servers.status": "of several servers",
    "close": "asks no server",
    "aclose": "the async client's name of it",
    "with_api_key": "asks no server",
    "with_header": "asks no server",
    "with_query": "asks no server",
    "with_retry": "asks no server",
    "with_timeout": "asks no server",
}


def methods(thing: Any, prefix: str = "") -> Iterator[str]:
    """Yield the public methods of a client and its resources, such as `chat.completions.create`."""
    for name in dir(thing):
        if name.startswith("_"):
            continue
        value = getattr(thing, name)
        if inspect.isroutine(value):
            yield f"{prefix}{name}"
        elif type(value).__module__.startswith("vllm_client."):
            yield from methods(value, f"{prefix}{name}.")


@pytest.mark.parametrize("client", [SyncVllmClient, AsyncVllmClient])
def test_each_method_is_called_or_excluded_with_a_reason(client: Any) -> None:
    found = set(methods(client("http://127.0.0.1:1/v1")))
    assert found | {"close", "aclose"} == set(CALLS) | set(NOT_CALLED)


@pytest.fixture
def server() -> Iterator[SimulatedVllm]:
    with SimulatedVllm(dev_mode=True, response_store=True) as server:
        ask(server, "POST", "/tokenize", {"prompt": "a cat"})
        for name in ("first", "second"):
            adapter = {"lora_name": name, "lora_path": f"/{name}"}
            ask(server, "POST", "/v1/load_lora_adapter", adapter)
        ask(server, "POST", "/v1/responses", {"input": "Hi", "request_id": "resp_stored"})
        server.reply(Reply(["a"] * 10, pace=600))
        running = {"input": "Hi", "request_id": "resp_running", "background": True}
        ask(server, "POST", "/v1/responses", running)
        yield server


def check(name: str, answer: Any) -> None:
    """Assert that the client knows all fields of the answer."""
    if name == "tokenizer_info":  # its fields are the configuration of any tokenizer
        return
    for one in answer if isinstance(answer, list) else [answer]:
        assert getattr(one, "unknown_fields", None) in ({}, None), name
    assert answer != [], name


def call_sync(client: SyncVllmClient, call: Callable[[Any], Any]) -> Any:
    answer = call(client)
    if not hasattr(answer, "__exit__"):
        return answer
    with answer as stream:
        return list(stream)


async def call_async(client: AsyncVllmClient, call: Callable[[Any], Any]) -> Any:
    answer = call(client)
    if isinstance(answer, Coroutine):
        return await answer
    async with answer as stream:
        return [event async for event in stream]


def test_sync_client_knows_all_fields_of_the_answers(server: SimulatedVllm) -> None:
    with SyncVllmClient(server.base_url, retry=None) as client:
        for name, call in CALLS.items():
            if name not in REFUSED:
                check(name, call_sync(client, call))
        for name, message in REFUSED.items():
            with pytest.raises(ApiError, match=message):
                CALLS[name](client)


def test_async_client_knows_all_fields_of_the_answers(server: SimulatedVllm) -> None:
    async def main() -> None:
        async with AsyncVllmClient(server.base_url, retry=None) as client:
            for name, call in CALLS.items():
                if name not in REFUSED:
                    check(name, await call_async(client, call))
            for name, message in REFUSED.items():
                with pytest.raises(ApiError, match=message):
                    await CALLS[name](client)

    asyncio.run(main())


def test_a_bulk_run_is_answered(server: SimulatedVllm, tmp_path: Path) -> None:
    input, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    input.write_text(json.dumps(ROW) + "\n")
    with SyncVllmClient(server.base_url) as client:
        client.bulk(input, output)
    [line] = map(json.loads, output.read_text().splitlines())
    assert line["response"]["status_code"] == 200
