"""Type-checked, never run: what each form of a call gives, sync and async."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypedDict, assert_type

import attrs

from vllm_client import (
    AnyStreamEvent,
    AnyToolEvent,
    AsyncVllmClient,
    ChatCompletionChunk,
    ChatCompletionResponse,
    CompletionResponse,
    DecisionsResponse,
    EmbeddingResponse,
    IOProcessorResponse,
    KvEventSource,
    Model,
    ParsedChatCompletion,
    PoolingResponse,
    RerankResponse,
    RetryPolicy,
    ScoreResponse,
    StreamEvent,
    StructuredDecisionResponse,
    SyncVllmClient,
    Thinking,
    Timeout,
    ToolCall,
    ToolRunResponse,
    Usage,
    VllmClient,
    assistant,
    function_tool,
    image,
    system,
    tool,
    user,
)

MESSAGES = [system("Be brief."), user("What is this?", image(b""))]


@attrs.frozen
class Invoice:
    total: float


class Point(TypedDict):
    x: int


def keywords(client: SyncVllmClient) -> None:
    chat = client.chat.completions
    plain = chat.create(model="qwen-3", messages=MESSAGES, top_k=20, min_p=0.05)
    assert_type(plain, ChatCompletionResponse)
    assert_type(chat.create(messages=MESSAGES, stream=False), ChatCompletionResponse)
    for chunk in chat.create(model="qwen-3", messages=MESSAGES, stream=True):
        assert_type(chunk, ChatCompletionChunk)
    with chat.create(messages=MESSAGES, stream=True) as chunks:
        for chunk in chunks:
            assert_type(chunk.choices[0].delta.content, str | None)
    with chat.stream(model=None, messages=MESSAGES, temperature=0) as stream:
        for event in stream:
            assert_type(event, AnyStreamEvent)
        assert_type(stream.response(), ChatCompletionResponse)
        assert_type(stream.text(), str)
        assert_type(stream.partial, ChatCompletionResponse)
        assert_type(stream.usage, Usage | None)
    with chat.stream(messages=MESSAGES, wait=False) as stream:
        assert_type(stream.partial, ChatCompletionResponse)


def keywords_of_one_call(client: SyncVllmClient) -> None:
    client.chat.completions.create(
        messages=MESSAGES,
        chat_template_kwargs={"enable_thinking": False},
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {}}},
        structured_outputs={"choice": ["yes", "no"]},
        stream_options={"include_usage": True},
        tools=[{"type": "function", "function": {"name": "weather", "parameters": {}}}],
        tool_choice={"type": "function", "function": {"name": "weather"}},
        extra_body={"anything": [1, None]},
        extra_headers={"X-Trace-ID": "1"},
        extra_query={"debug": "1"},
        timeout=timedelta(minutes=1),
        retry=RetryPolicy(max_retries=1),
        thinking=Thinking(opened=True),
    )
    client.chat.completions.create(messages=MESSAGES, timeout=60, retry=None, thinking=False)
    client.chat.completions.create(messages=MESSAGES, timeout=Timeout(token=5), n=None)


def builder(client: SyncVllmClient) -> None:
    template = client.chat.completions.create().model("qwen-3").temperature(0.7).max_tokens(1000)
    full = (
        template.messages([{"role": "user", "content": "Hi"}])
        .top_p(0.9)
        .top_k(20)
        .stop(["\n"])
        .tools([{"type": "function", "function": {"name": "weather"}}])
        .tool_choice("auto")
        .response_format({"type": "json_object"})
        .seed(7)
        .n(2)
        .options(min_p=0.05, ignore_eos=True)
        .extra({"chat_template_kwargs": {"enable_thinking": True}})
    )
    assert_type(full.send(), ChatCompletionResponse)
    full.send_stream(wait=False).close()
    with full.stream(True).send_stream() as stream:
        for event in stream:
            assert_type(event, AnyStreamEvent)


def answer(response: ChatCompletionResponse) -> None:
    assert_type(response.content, str | None)
    assert_type(response.reasoning, str | None)
    assert_type(response.usage, Usage | None)
    message = response.choices[0].message
    assert_type(message.content, str | None)
    for call in message.tool_calls or ():
        assert_type(call, ToolCall)
        tool({"t": 25}, call)
    assistant(message.content, reasoning=message.reasoning, tool_calls=message.tool_calls)


def completions(client: SyncVllmClient) -> None:
    text = client.completions
    assert_type(text.create(prompt="Once", max_tokens=5, echo=True), CompletionResponse)
    assert_type(text.create().model("m").prompt("Once").send(), CompletionResponse)
    with text.stream(model="m", prompt=["Once", "Twice"], logprobs=2) as stream:
        assert_type(stream.response(), CompletionResponse)
    with text.stream(prompt_embeds="AAAA") as stream:
        assert_type(stream.response(), CompletionResponse)


def parsing(client: SyncVllmClient) -> None:
    chat = client.chat.completions
    response = chat.parse(model="m", messages=MESSAGES, response_format=Invoice, temperature=0)
    assert_type(response, ParsedChatCompletion[Invoice])
    assert_type(response.parsed, Invoice)
    assert_type(response.all_parsed, list[Invoice])
    assert_type(response.reasoning, str | None)
    assert_type(chat.parse(messages=MESSAGES, response_format=list[Invoice]).parsed, list[Invoice])
    assert_type(chat.parse(messages=MESSAGES, response_format=Point).parsed, Point)
    assert_type(chat.create().messages(MESSAGES).parse(Invoice).parsed, Invoice)


def streaming_a_type(client: SyncVllmClient) -> None:
    chat = client.chat.completions
    with chat.stream(MESSAGES, response_format=Invoice, temperature=0, wait=False) as stream:
        for event in stream:
            assert_type(event, AnyStreamEvent)
        assert_type(stream.parsed, Invoice)
        assert_type(stream.response(), ParsedChatCompletion[Invoice])
        assert_type(stream.partial, ChatCompletionResponse)
    assert_type(chat.stream(MESSAGES, response_format=list[Point]).parsed, list[Point])
    assert_type(chat.create().send_stream(Invoice).parsed, Invoice)
    assert_type(chat.create().send_stream().response(), ChatCompletionResponse)
    plain = chat.stream(MESSAGES, response_format={"type": "json_object"})
    assert_type(plain.response(), ChatCompletionResponse)


def content_first(client: SyncVllmClient) -> None:
    chat = client.chat.completions
    assert_type(chat.create(MESSAGES), ChatCompletionResponse)
    for chunk in chat.create(MESSAGES, stream=True):
        assert_type(chunk, ChatCompletionChunk)
    assert_type(chat.parse(MESSAGES, response_format=Invoice).parsed, Invoice)
    assert_type(chat.run_tools(MESSAGES, tools=[weather]), ToolRunResponse)
    assert_type(client.completions.create("Once", max_tokens=3), CompletionResponse)
    assert_type(client.embeddings.create(["a", "b"]), EmbeddingResponse)
    assert_type(client.pooling("a"), PoolingResponse)
    client.responses.create("Hi")
    client.messages.create(MESSAGES, model="m", max_tokens=5)
    client.audio.transcriptions.create("speech.mp3")
    client.tokenize("Once")


def weather(city: str, days: int = 1) -> dict[str, int]:
    return {city: days}


async def time_in(city: str) -> str:
    return city


def tools(client: SyncVllmClient) -> None:
    chat = client.chat.completions
    chat.create(messages=MESSAGES, tools=[function_tool(weather)])
    response = chat.run_tools(model="m", messages=MESSAGES, tools=[weather], max_rounds=5, top_k=1)
    assert_type(response, ToolRunResponse)
    assert_type(response.responses, list[ChatCompletionResponse])
    chat.create(messages=[*response.messages, user("And tomorrow?")])
    with chat.stream_tools(messages=MESSAGES, tools=[weather, str.upper], temperature=0) as stream:
        for event in stream:
            assert_type(event, AnyToolEvent)
            match event:
                case StreamEvent.ToolResult(call, content, error):
                    assert_type(call, ToolCall)
                    assert_type(content, str)
                    assert_type(error, Exception | None)
        assert_type(stream.response(), ToolRunResponse)


async def async_answers_and_tools(client: AsyncVllmClient) -> None:
    chat = client.chat.completions
    parsed = await chat.parse(messages=MESSAGES, response_format=Invoice)
    assert_type(parsed.parsed, Invoice)
    assert_type((await chat.create().messages(MESSAGES).parse(Invoice)).parsed, Invoice)
    async with chat.stream(MESSAGES, response_format=Invoice) as parsed_stream:
        assert_type(await parsed_stream.response(), ParsedChatCompletion[Invoice])
        assert_type(parsed_stream.parsed, Invoice)
    response = await chat.run_tools(messages=MESSAGES, tools=[weather, time_in])
    assert_type(response, ToolRunResponse)
    async with chat.stream_tools(messages=MESSAGES, tools=[time_in]) as stream:
        async for event in stream:
            assert_type(event, AnyToolEvent)
        assert_type(await stream.response(), ToolRunResponse)


async def async_keywords(client: AsyncVllmClient) -> None:
    chat = client.chat.completions
    assert_type(await chat.create(model="m", messages=MESSAGES), ChatCompletionResponse)
    async for chunk in await chat.create(messages=MESSAGES, stream=True):
        assert_type(chunk, ChatCompletionChunk)
    async with chat.stream(messages=MESSAGES) as stream:
        async for event in stream:
            assert_type(event, AnyStreamEvent)
        assert_type(await stream.response(), ChatCompletionResponse)
        assert_type(await stream.text(), str)


async def async_builder(client: AsyncVllmClient) -> None:
    full = client.chat.completions.create().model("m").messages(MESSAGES)
    assert_type(await full.send(), ChatCompletionResponse)
    async with full.send_stream() as stream:
        async for event in stream:
            assert_type(event, AnyStreamEvent)
    awaited = await full.send_stream()
    assert_type(await awaited.response(), ChatCompletionResponse)


async def async_client() -> None:
    async with AsyncVllmClient("http://localhost:8000/v1", timeout=60) as client:
        assert_type(client.with_api_key("k").with_timeout(5).with_header("a", "b"), AsyncVllmClient)
        await client.health()
        await client.wait_ready(timeout=5)
    await client.aclose()


def sync_client(seconds: Sequence[float]) -> None:
    with VllmClient("http://localhost:8000/v1", headers={"a": "b"}, retry=None) as client:
        assert_type(client, SyncVllmClient)
        assert_type(client.with_timeout(seconds[0]), SyncVllmClient)
    client.close()


def control(client: SyncVllmClient) -> None:
    assert_type(client.sleep(level=1, mode="keep", timeout=60).level, int | None)
    assert_type(client.wake_up(tags=["weights"]).tags, list[str] | None)
    assert_type(client.is_sleeping(), bool)
    assert_type(client.get_world_size(include_dp=False), int)
    assert_type(client.weight_checker(action="checksum").checksums, dict[str, str] | None)
    assert_type(client.update_weights(update_info=[{"names": ["w"]}]).message, str | None)
    assert_type(client.kv_event_sources(), dict[int, KvEventSource])
    assert_type(client.load_lora_adapter(lora_name="a", lora_path="/a", load_inplace=True), str)
    assert_type(client.models.retrieve("a", timeout=5), Model)


async def control_async(client: AsyncVllmClient) -> None:
    assert_type((await client.pause(mode="wait")).status, str | None)
    assert_type(await client.is_paused(), bool)
    assert_type(await client.unregister_adapter("a"), str)
    assert_type(await client.models.retrieve("a"), Model)


def pooled(client: SyncVllmClient) -> None:
    response = client.embeddings.create(model="m", input=["a", "b"], dimensions=64)
    assert_type(response, EmbeddingResponse)
    for item in response:
        assert_type(item.embedding, list[float])
        assert_type(item.raw, bytes)
    client.embeddings.create(input=[[1, 2], [3]], encoding_format="bytes", embed_dtype="float16")
    client.embeddings.create(messages=[user("Hi")], timeout=5)
    assert_type(client.pooling(input="a", task="token_embed"), PoolingResponse)
    assert_type(client.pooling(data={"image": "a"}), IOProcessorResponse)
    assert_type(client.classify(input=["a"]).data[0].probs, list[float])
    assert_type(client.score(queries="a", documents=["b"], version="v1"), ScoreResponse)
    assert_type(client.score(text_1=["a"], text_2=["b"]), ScoreResponse)
    assert_type(client.rerank(query="a", documents=["b"], top_n=1), RerankResponse)
    assert_type(client.embed_v2(texts=["a"]).embeddings.float, list[list[float]] | None)
    assert_type(
        client.generative_scoring(query="a", items=["b"], label_token_ids=[1]), ScoreResponse
    )


async def pooled_async(client: AsyncVllmClient) -> None:
    assert_type(await client.embeddings.create(input="a"), EmbeddingResponse)
    assert_type(await client.rerank(query="a", documents=["b"], version="v2"), RerankResponse)
    assert_type(
        await client.decisions(
            model="m",
            input=[{"role": "user", "content": "a"}],
            questions=[{"type": "choice", "instructions": "b", "choices": [{"value": True}]}],
        ),
        DecisionsResponse,
    )
    assert_type(
        await client.systemone(state=1, questions={"a": {"type": "noul"}}),
        StructuredDecisionResponse,
    )
