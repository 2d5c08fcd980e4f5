"""Streams of chunks and of events."""

import pydantic
import pytest

from vllm_client.testing import Call, InStreamError, Reply

from ..setting import TOOL, USER, Setting


class Point(pydantic.BaseModel):
    x: int


def text_of_the_chunks(s: Setting) -> None:
    s.server.reply("One two three.")
    text = ""
    for chunk in s.stream():
        if chunk.choices and chunk.choices[0].delta.content is not None:
            text += chunk.choices[0].delta.content
    assert text == "One two three."


async def async_chunks(s: Setting) -> None:
    s.server.reply("One two")
    stream = await s.async_client().chat.completions.create(
        model="tiny", messages=USER, stream=True
    )
    assert isinstance(stream, s.openai.AsyncStream)
    text = [c.choices[0].delta.content or "" async for c in stream if c.choices]
    assert "".join(text) == "One two"


def first_chunk_has_the_role(s: Setting) -> None:
    first = next(iter(s.stream()))
    assert first.choices[0].delta.role == "assistant"
    assert first.object == "chat.completion.chunk"


def reasoning_and_content_of_deltas(s: Setting) -> None:
    s.server.reply(Reply("Hi", reasoning="Hm"))
    reasoning, content = "", ""
    for chunk in s.stream():
        delta = chunk.choices[0].delta
        if hasattr(delta, "reasoning") and delta.reasoning:
            reasoning += delta.reasoning
        elif hasattr(delta, "content") and delta.content:
            content += delta.content
    assert (reasoning, content) == ("Hm", "Hi")


def plain_deltas_have_no_reasoning(s: Setting) -> None:
    s.server.reply("Hi there")
    assert not any(hasattr(c.choices[0].delta, "reasoning") for c in s.stream() if c.choices)


def getattr_with_default(s: Setting) -> None:
    s.server.reply("Hi")
    found = [getattr(c.choices[0].delta, "reasoning", None) for c in s.stream() if c.choices]
    assert set(found) == {None}


def usage_at_the_end(s: Setting) -> None:
    *_, last = s.stream(stream_options={"include_usage": True})
    assert last.choices == []
    assert last.usage.completion_tokens > 0


def finish_reason(s: Setting) -> None:
    reasons = [c.choices[0].finish_reason for c in s.stream()]
    assert reasons[-1] == "stop"
    assert set(reasons[:-1]) == {None}


def tool_call_pieces(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("get_weather", ['{"city": ', '"Rome"}'])]))
    name, arguments = "", ""
    for chunk in s.stream(tools=[TOOL]):
        for call in chunk.choices[0].delta.tool_calls or []:
            assert call.index == 0
            name += call.function.name or ""
            arguments += call.function.arguments or ""
    assert (name, arguments) == ("get_weather", '{"city": "Rome"}')


def chunk_as_json(s: Setting) -> None:
    for chunk in s.stream():
        assert '"chat.completion.chunk"' in chunk.model_dump_json()


def stream_as_context_manager(s: Setting) -> None:
    with s.stream() as stream:
        assert len(list(stream)) > 1


def close_early(s: Setting) -> None:
    s.server.reply("word " * 50)
    stream = s.stream()
    next(stream)
    stream.close()
    assert s.ask().choices


def break_early(s: Setting) -> None:
    s.server.reply("word " * 50)
    with s.stream() as stream:
        for _ in stream:
            break


async def async_close_early(s: Setting) -> None:
    s.server.reply("word " * 50)
    client = s.async_client()
    stream = await client.chat.completions.create(model="tiny", messages=USER, stream=True)
    async with stream:
        async for _ in stream:
            break
    await stream.close()


def response_of_a_stream(s: Setting) -> None:
    with s.stream() as stream:
        assert stream.response.status_code == 200
        assert stream.response.headers["content-type"].startswith("text/event-stream")


def stream_type(s: Setting) -> None:
    assert isinstance(s.stream(), s.openai.Stream)
    assert s.openai.Stream[s.module("types.chat").ChatCompletionChunk]


def completions_stream(s: Setting) -> None:
    s.server.reply("One two")
    stream = s.client().completions.create(model="tiny", prompt="a", stream=True)
    assert "".join(chunk.choices[0].text for chunk in stream) == "One two"


def several_choices_in_a_stream(s: Setting) -> None:
    s.server.reply("Hi")
    assert {c.choices[0].index for c in s.stream(n=2)} == {0, 1}


def event_helper(s: Setting) -> None:
    s.server.reply("One two three")
    text, kinds = "", set()
    with s.client().chat.completions.stream(model="tiny", messages=USER) as stream:
        for event in stream:
            kinds.add(event.type)
            if event.type == "content.delta":
                text += event.delta
                assert event.snapshot == text
            elif event.type == "content.done":
                assert event.content == text
    assert text == "One two three"
    assert {"chunk", "content.delta", "content.done"} <= kinds


def final_completion(s: Setting) -> None:
    s.server.reply("One two three")
    with s.client().chat.completions.stream(model="tiny", messages=USER) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == "One two three"
    assert final.choices[0].finish_reason == "stop"


def until_done_and_snapshot(s: Setting) -> None:
    s.server.reply("One two three")
    with s.client().chat.completions.stream(model="tiny", messages=USER) as stream:
        stream.until_done()
        assert stream.current_completion_snapshot.choices[0].message.content == "One two three"


async def async_event_helper(s: Setting) -> None:
    s.server.reply("One two three")
    client = s.async_client()
    async with client.chat.completions.stream(model="tiny", messages=USER) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_completion()
    assert events[-1].type in {"chunk", "content.done"}
    assert final.choices[0].message.content == "One two three"


def event_helper_with_a_class(s: Setting) -> None:
    s.server.reply('{"x": 5}')
    with s.client().beta.chat.completions.stream(
        model="tiny", messages=USER, response_format=Point
    ) as stream:
        done = [event for event in stream if event.type == "content.done"]
        final = stream.get_final_completion()
    assert done[0].parsed == Point(x=5)
    assert final.choices[0].message.parsed == Point(x=5)


def event_helper_with_tools(s: Setting) -> None:
    s.server.reply(Reply(tool_calls=[Call("Point", ['{"x"', ": 5}"])]))
    with s.client().chat.completions.stream(
        model="tiny", messages=USER, tools=[s.openai.pydantic_function_tool(Point)]
    ) as stream:
        events = list(stream)
    deltas = [e for e in events if e.type == "tool_calls.function.arguments.delta"]
    done = [e for e in events if e.type == "tool_calls.function.arguments.done"]
    assert "".join(e.arguments_delta for e in deltas) == '{"x": 5}'
    assert (done[0].name, done[0].index, done[0].parsed_arguments) == ("Point", 0, Point(x=5))


def event_helper_logprobs(s: Setting) -> None:
    with s.client().chat.completions.stream(
        model="tiny", messages=USER, logprobs=True, top_logprobs=1
    ) as stream:
        kinds = {event.type for event in stream}
    assert {"logprobs.content.delta", "logprobs.content.done"} <= kinds


def event_helper_usage(s: Setting) -> None:
    with s.client().chat.completions.stream(
        model="tiny", messages=USER, stream_options={"include_usage": True}
    ) as stream:
        assert stream.get_final_completion().usage.total_tokens > 0


def error_in_a_stream(s: Setting) -> None:
    s.server.reply(Reply("One two three", error=InStreamError("broken", after=2)))
    with pytest.raises(s.openai.APIError, match="broken"):
        list(s.stream())
