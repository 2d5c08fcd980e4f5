"""Type-checked, never run: what the calls about the server, raw ones and those of tokens give."""

from typing import Any, assert_type

from vllm_client import (
    AsyncVllmClient,
    Capabilities,
    FeaturesParam,
    GenerateChunk,
    GenerateResponse,
    Histogram,
    MetricFamily,
    Metrics,
    RawResponse,
    SamplingParams,
    ServerInfo,
    SyncVllmClient,
)

SAMPLING: SamplingParams = {"max_tokens": 20, "logprobs": 2, "stop": ["\n"]}
FEATURES: FeaturesParam = {
    "mm_hashes": {"image": ["abc"]},
    "mm_placeholders": {"image": [{"offset": 0, "length": 2}]},
}


def about_the_server(client: SyncVllmClient) -> None:
    assert_type(client.ping(), bool)
    assert_type(client.load(timeout=5), int)
    metrics = client.metrics()
    assert_type(metrics, Metrics)
    assert_type(metrics.value("vllm:num_requests_running", engine="0"), float)
    assert_type(metrics["vllm:num_requests_running"], MetricFamily)
    assert_type(metrics.histogram("vllm:time_to_first_token_seconds"), Histogram)
    assert_type(client.server_info(config_format="json"), ServerInfo)
    offered = client.capabilities()
    assert_type(offered, Capabilities)
    assert_type(offered.offers("embeddings"), bool | None)


def any_route(client: SyncVllmClient) -> None:
    answer = client.request("POST", "/tokenize", json={"prompt": "Hi"}, replayable=True)
    assert_type(answer, RawResponse)
    assert_type(answer.json(), Any)
    with client.stream_request(
        "GET", "/metrics", query={"a": ["1", "2"], "b": 3}, timeout=5
    ) as stream:
        for piece in stream:
            assert_type(piece, bytes)
        for event in stream.events():
            assert_type(event, str)
        assert_type(stream.response(), RawResponse)


def tokens(client: SyncVllmClient) -> None:
    inference = client.inference
    answer = inference.generate(token_ids=[1, 2], sampling_params=SAMPLING, features=FEATURES)
    assert_type(answer, GenerateResponse)
    assert_type(answer.token_ids, list[int])
    with inference.generate(token_ids=(1,), sampling_params={}, stream=True) as stream:
        for chunk in stream:
            assert_type(chunk, GenerateChunk)
        assert_type(stream.response(), GenerateResponse)
    inference.abort_requests([answer.request_id or "none"])


async def asynchronously(client: AsyncVllmClient) -> None:
    assert_type(await client.metrics(), Metrics)
    assert_type(await client.capabilities(), Capabilities)
    assert_type(await client.request("GET", "models"), RawResponse)
    async with client.stream_request("GET", "/metrics") as raw:
        async for piece in raw:
            assert_type(piece, bytes)
        async for event in raw.events():
            assert_type(event, str)
        assert_type(await raw.response(), RawResponse)
    answer = await client.inference.generate(token_ids=[1], sampling_params=SAMPLING)
    assert_type(answer, GenerateResponse)
    async with client.inference.generate(
        token_ids=[1], sampling_params=SAMPLING, stream=True
    ) as stream:
        async for chunk in stream:
            assert_type(chunk, GenerateChunk)
    await client.inference.abort_requests([answer.request_id or "none"])
