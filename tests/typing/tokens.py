"""Type-checked, never run: what the calls about tokens give, sync and async."""

from typing import assert_type

from vllm_client import AsyncVllmClient, SyncVllmClient, TokenizeResponse, TokenizerInfo, user


def tokens(client: SyncVllmClient) -> None:
    assert_type(client.tokenize(prompt="Hi", return_token_strs=True), TokenizeResponse)
    chat = client.tokenize(
        messages=[user("Hi")],
        model="m",
        tools=[{"type": "function", "function": {"name": "weather"}}],
        chat_template_kwargs={"enable_thinking": False},
    )
    assert_type(chat, TokenizeResponse)
    assert_type(client.detokenize(chat.tokens, timeout=5), str)
    assert_type(client.tokenizer_info(), TokenizerInfo)


async def asynchronous(client: AsyncVllmClient) -> None:
    assert_type(await client.tokenize(prompt="Hi"), TokenizeResponse)
    assert_type(await client.tokenize(messages=[user("Hi")]), TokenizeResponse)
    assert_type(await client.detokenize([1, 2]), str)
    assert_type(await client.tokenizer_info(), TokenizerInfo)
