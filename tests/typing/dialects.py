"""Type-checked, never run: what the calls of the Responses and Messages dialects give."""

from typing import Any, assert_type

from vllm_client import (
    AsyncVllmClient,
    ContentBlockDeltaEvent,
    InputJsonDelta,
    MessagesEvent,
    MessagesResponse,
    MessagesUsage,
    RenderedRequest,
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseStreamEvent,
    ResponseTextDeltaEvent,
    ResponseUsage,
    SyncVllmClient,
    TextBlock,
    TextDelta,
    ToolUseBlock,
    user,
)


def responses(client: SyncVllmClient) -> None:
    response = client.responses.create(input="Hi", top_k=20, reasoning={"effort": "low"})
    assert_type(response, Response)
    assert_type(response.output_text, str)
    assert_type(response.function_calls, list[ResponseFunctionToolCall])
    more: dict[str, Any] = {"type": "function_call_output", "call_id": "c", "output": "1"}
    assert_type(client.responses.create(input=[*response.output, more]), Response)
    with client.responses.create(model="m", input="Hi", stream=True) as stream:
        for event in stream:
            assert_type(event, ResponseStreamEvent)
        assert_type(stream.response(), Response)
    for event in client.responses.stream(input="Hi"):
        match event:
            case ResponseTextDeltaEvent(delta):
                assert_type(delta, str)
                assert_type(event.content_index, int)
            case ResponseCompletedEvent(response):
                assert_type(response, Response)
    assert_type(client.responses.retrieve("resp_1"), Response)
    with client.responses.retrieve("resp_1", stream=True, starting_after=3) as stream:
        assert_type(stream.response(), Response)
    assert_type(client.responses.cancel("resp_1", timeout=5), Response)
    assert_type(client.responses.render(input="Hi"), RenderedRequest)
    for item in response.output:
        match item:
            case ResponseOutputMessage(content):
                print(content)
            case ResponseFunctionToolCall(name, arguments):
                assert_type(name, str)
                assert_type(arguments, str)


def messages(client: SyncVllmClient) -> None:
    asked = [user("Hi")]
    message = client.messages.create(model="m", messages=asked, max_tokens=9)
    assert_type(message, MessagesResponse)
    again = client.messages.create(
        model="m",
        messages=[*asked, message],
        max_tokens=9,
        thinking={"type": "disabled"},
        tool_choice={"type": "tool", "name": "f"},
    )
    for block in again.content:
        match block:
            case TextBlock(text):
                assert_type(text, str)
            case ToolUseBlock(_, arguments):
                assert_type(arguments, dict[str, Any] | None)
    for event in client.messages.create(model="m", messages=asked, max_tokens=9, stream=True):
        match event:
            case ContentBlockDeltaEvent(TextDelta(text), index):
                assert_type(text, str)
                assert_type(index, int)
            case ContentBlockDeltaEvent(InputJsonDelta(partial_json)):
                assert_type(partial_json, str)
    with client.messages.stream(model="m", messages=asked, max_tokens=9) as stream:
        for event in stream:
            assert_type(event, MessagesEvent)
        assert_type(stream.response(), MessagesResponse)
        assert_type(stream.usage, MessagesUsage | None)
    assert_type(client.messages.count_tokens(model="m", messages=asked).input_tokens, int)
    rendered = client.messages.render(model="m", messages=asked, max_tokens=9)
    assert_type(rendered.token_ids, list[int])


async def asynchronous(client: AsyncVllmClient) -> None:
    assert_type(await client.responses.create(input="Hi"), Response)
    async with client.responses.stream(input="Hi") as stream:
        async for event in stream:
            assert_type(event, ResponseStreamEvent)
        assert_type(await stream.response(), Response)
        assert_type(stream.usage, ResponseUsage | None)
    assert_type(await client.responses.retrieve("resp_1"), Response)
    async for event in client.responses.retrieve("resp_1", stream=True):
        print(event)
    message = await client.messages.create(model="m", messages=[user("Hi")], max_tokens=9)
    assert_type(message, MessagesResponse)
    async with client.messages.stream(model="m", messages=[message], max_tokens=9) as other:
        assert_type(await other.response(), MessagesResponse)
