"""Type-checked, never run: what batches, rendering and derendering give, sync and async."""

from typing import Any, assert_type

from vllm_client import (
    AsyncVllmClient,
    ChatCompletionChunk,
    ChatCompletionResponse,
    CompletionResponse,
    DerenderChatStreamResponse,
    DerenderCompletionStreamResponse,
    RenderedRequest,
    SyncVllmClient,
    user,
)

HI = [user("Hi")]


def batches(client: SyncVllmClient) -> None:
    answer = client.chat.completions.batch(messages=[HI, HI], model="m", top_k=5, thinking=False)
    assert_type(answer, ChatCompletionResponse)


def rendering(client: SyncVllmClient, generated: dict[str, Any]) -> None:
    chat, text = client.chat.completions, client.completions
    assert_type(chat.render(messages=HI, model="m", return_token_offsets=True), RenderedRequest)
    assert_type(client.responses.render(input="a", mm_payload="none"), RenderedRequest)
    assert_type(text.render(prompt=["a", "b"], max_tokens=5), list[RenderedRequest])
    whole = chat.derender(generate_response=generated, chat_request={}, prompt_token_ids=[1])
    assert_type(whole, ChatCompletionResponse)
    chunk = chat.derender(generate_chunk=generated, stream_state=None)
    assert_type(chunk, DerenderChatStreamResponse)
    assert_type(chunk.chunk, ChatCompletionChunk)
    chat.derender(generate_chunk=generated, stream_state=chunk.stream_state)
    texts = text.derender(generate_responses=[generated, whole], prompt_tokens=[1, 2])
    assert_type(texts, CompletionResponse)
    assert_type(text.derender(generate_chunk=generated), DerenderCompletionStreamResponse)


async def asynchronous(client: AsyncVllmClient, generated: dict[str, Any]) -> None:
    chat, text = client.chat.completions, client.completions
    assert_type(await chat.batch(messages=[HI]), ChatCompletionResponse)
    assert_type(await chat.render(messages=HI), RenderedRequest)
    assert_type(await text.render(prompt="a"), list[RenderedRequest])
    assert_type(await chat.derender(generate_response=generated), ChatCompletionResponse)
    assert_type(await text.derender(generate_responses=[generated]), CompletionResponse)
