"""The requirements of the specification, a test for each, with both clients."""

from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.facades.dialogue import PATIENCE, QUESTION, ask, hear, stream
from tests.facades.drivers import SyncFacade, thing_of
from vllm_client import (
    ApiError,
    AsyncVllmClient,
    ChatCompletionChunk,
    ChatCompletionResponse,
    Choice,
    FunctionCall,
    HttpError,
    IoError,
    Message,
    ParseError,
    Readiness,
    RequestError,
    RetryPolicy,
    StreamError,
    StreamEvent,
    SyncVllmClient,
    Thinking,
    Timeout,
    ToolCall,
    Usage,
    VllmClient,
    VllmError,
    audio,
    image,
    system,
    tool,
    user,
    video,
)
from vllm_client.call.retry import is_retryable
from vllm_client.testing import Call, Cut, ErrorReply, Reply, Reset, SimulatedVllm, Stall

MESSAGES = QUESTION["messages"]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"location": {"type": "string"}},
            "required": ["location"],
        },
    },
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(16)
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp41" + bytes(8)


def test_client(facade: SyncFacade, server: SimulatedVllm, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VLLM_BASE_URL", "VLLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert facade.client().base_url == "http://localhost:8000/v1"
    assert facade.client(f"{server.base_url}/").base_url == server.base_url
    assert facade.client(server.root_url).base_url == server.base_url
    monkeypatch.setenv("VLLM_BASE_URL", server.base_url)
    with facade.client() as client:
        assert isinstance(thing_of(client), AsyncVllmClient if facade.is_async else VllmClient)
        assert [model.id for model in client.models.list().data] == ["simulated"]
        assert client.health() is True
        assert client.version() == "0.33.0"
        assert client.wait_ready() is Readiness.READY
    for call in (client.health, lambda: ask(client), lambda: stream(client)):
        with pytest.raises(RequestError, match="the client is closed"):
            call()
    client.close()  # closing twice is allowed
    assert VllmClient is SyncVllmClient


def test_with_api_key_with_timeout_with_header(
    facade: SyncFacade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VLLM_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another")
    with SimulatedVllm(api_key="sk-1") as server:
        plain = facade.client(server.base_url)
        with pytest.raises(ApiError) as caught:
            ask(plain)
        assert caught.value.code == 401
        made = plain.with_api_key("sk-1").with_timeout(60).with_header("X-Trace-ID", "trace")
        assert ask(made).finish_reason == "stop"
        given = facade.client(
            server.base_url,
            api_key="sk-1",
            timeout=timedelta(seconds=60),
            headers={"X-Trace-ID": "trace"},
        )
        assert ask(given).finish_reason == "stop"
        monkeypatch.setenv("VLLM_API_KEY", "sk-1")
        assert ask(facade.client(server.base_url)).finish_reason == "stop"
        first, second, third, _ = server.requests
        assert "authorization" not in first.headers
        for request in (second, third):
            assert request.headers["authorization"] == "Bearer sk-1"
            assert request.headers["x-trace-id"] == "trace"
        assert second.connection == first.connection, "over the same pool"
        server.reply("late", faults=[Stall()])
        with pytest.raises(TimeoutError, match=r"Timeout\.total"):
            ask(made.with_timeout(0.2))


def test_chat_completions_create_builder(client: Any, server: SimulatedVllm) -> None:
    template = client.chat.completions.create().model("qwen-3").temperature(0.5)
    builder = (
        template.messages(MESSAGES)
        .temperature(0.7)
        .max_tokens(1000)
        .top_p(0.9)
        .top_k(20)
        .tools([WEATHER])
        .tool_choice("none")
        .stop("END")
        .response_format({"type": "text"})
        .seed(7)
        .n(1)
        .options(min_p=0.05, logprobs=False)
        .extra({"chat_template_kwargs": {"enable_thinking": False}})
        .extra({"seed": 8})
    )
    answer = builder.send()
    assert answer.choices[0].message.content
    assert server.requests[0].json == {
        "model": "qwen-3",
        "messages": MESSAGES,
        "temperature": 0.7,
        "max_tokens": 1000,
        "top_p": 0.9,
        "top_k": 20,
        "tools": [WEATHER],
        "tool_choice": "none",
        "stop": "END",
        "response_format": {"type": "text"},
        "seed": 8,
        "n": 1,
        "min_p": 0.05,
        "logprobs": False,
        "chat_template_kwargs": {"enable_thinking": False},
    }
    template.messages(MESSAGES).send()
    assert server.requests[1].json == {
        "model": "qwen-3",
        "temperature": 0.5,
        "messages": MESSAGES,
    }, "the template stayed as it was"
    for streaming in (builder.stream(), builder.stream(False), builder):
        with streaming.send_stream() as events:
            assert events.response().content == answer.content
    with pytest.raises(RequestError, match="send_stream"):
        builder.stream().send()
    with pytest.raises(RequestError, match="messages"):
        template.send()


def test_keywords(client: Any, server: SimulatedVllm) -> None:
    answer = ask(
        client,
        top_k=20,
        min_p=0.05,
        extra_body={"of_tomorrow": [1]},
        extra_headers={"X-Session-ID": "s"},
        extra_query={"trace": True},
        timeout=30,
    )
    (request,) = server.requests
    assert request.json == {**QUESTION, "top_k": 20, "min_p": 0.05, "of_tomorrow": [1]}
    assert (request.headers["x-session-id"], request.query) == ("s", {"trace": "true"})
    with client.chat.completions.create(**QUESTION, stream=True) as chunks:
        deltas = [chunk.choices[0].delta for chunk in chunks]
    assert "".join(delta.content or "" for delta in deltas) == answer.content
    with client.chat.completions.stream(**QUESTION) as events:
        assert events.text() == answer.content
    with pytest.raises(RequestError, match="did you mean temperature"):
        ask(client, temprature=0.7)
    with pytest.raises(RequestError, match="messages"):
        client.chat.completions.create(model="qwen-3")
    completion = client.completions.create(model="qwen-3", prompt="Recursion", max_tokens=5)
    with client.completions.stream(model="qwen-3", prompt="Recursion", max_tokens=5) as events:
        assert events.text() == completion.choices[0].text
    assert len(server.requests) == 5


def test_answer_classes(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply("Sunny.", reasoning="Hm.", tool_calls=[Call("f", {"a": 1}, id="call-1")]))
    answer = ask(client, return_token_ids=True)
    choice = answer.choices[0]
    message, call = choice.message, choice.message.tool_calls[0]
    classes = [ChatCompletionResponse, Choice, Message, ToolCall, FunctionCall, Usage]
    values = [answer, choice, message, call, call.function, answer.usage]
    assert [type(value) for value in values] == classes
    assert (message.role, message.content, message.reasoning) == ("assistant", "Sunny.", "Hm.")
    assert (call.id, call.type, call.function.name) == ("call-1", "function", "f")
    assert (choice.index, choice.finish_reason) == (0, "tool_calls")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert (answer.content, answer.reasoning, answer.tool_calls) == ("Sunny.", "Hm.", [call])
    assert isinstance(choice.token_ids, list)
    assert "Sunny." in repr(answer)
    assert pickle.loads(pickle.dumps(answer)) == answer


def test_stream_event(client: Any, server: SimulatedVllm) -> None:
    call = Call("get_weather", {"location": "Tokyo"}, id="call-1")
    server.reply(Reply(["Wait", "."], reasoning=["Hm", "."], tool_calls=[call]))
    told: list[Any] = []
    with stream(client) as events:
        for event in events:
            match event:
                case StreamEvent.Reasoning(delta):
                    told.append(("reasoning", delta, event.index))
                case StreamEvent.Content(delta):
                    told.append(("content", delta, event.index))
                case StreamEvent.ToolCallDelta(tool_call_id, delta):
                    told.append(("delta", tool_call_id, event.name))
                case StreamEvent.ToolCallComplete(tool_call):
                    told.append(("call", tool_call.function.parse(), event.index))
                case StreamEvent.Usage(usage):
                    told.append(("usage", usage.total_tokens > 0, event.index))
                case StreamEvent.Done():
                    told.append(("done", event.finish_reason, event.index))
    assert told[:4] == [
        ("reasoning", "Hm", 0),
        ("reasoning", ".", 0),
        ("content", "Wait", 0),
        ("content", ".", 0),
    ]
    assert set(told[4:-3]) == {("delta", "call-1", "get_weather")}
    assert told[-3:] == [
        ("call", {"location": "Tokyo"}, 0),
        ("usage", True, None),
        ("done", "tool_calls", None),
    ]
    server.reply(Reply(["Wait", "."]), faults=[Cut(after=2, of="events")])
    *_, last = hear(client).events
    match last:
        case StreamEvent.Error(error):
            assert isinstance(error, StreamError)
        case _:
            pytest.fail(f"expected an Error, got {last}")


def test_tools(client: Any, server: SimulatedVllm) -> None:
    calls = [
        Call("get_weather", {"location": "Tokyo"}, id="call-1"),
        Call("get_weather", {"location": "Paris"}, id="call-2"),
        Call("get_weather", '{"location": "Rom', id="call-3"),
    ]
    server.reply(*[Reply(tool_calls=calls, finish_reason="length")] * 2)
    plain = ask(client, tools=[WEATHER], parallel_tool_calls=True)
    heard = hear(client, tools=[WEATHER], parallel_tool_calls=True)
    complete = [e.tool_call for e in heard.events if isinstance(e, StreamEvent.ToolCallComplete)]
    assert complete == plain.tool_calls[:2], "never for half a call"
    assert [call.function.parse()["location"] for call in complete] == ["Tokyo", "Paris"]
    assert plain.tool_calls[2].function.arguments == '{"location": "Rom'
    with pytest.raises(ParseError):
        plain.tool_calls[2].function.parse()
    conversation = [
        *MESSAGES,
        plain.message,
        tool({"sky": "clear"}, plain.tool_calls[0]),
        tool("rain", "call-2"),
    ]
    answer = client.chat.completions.create(messages=conversation, tools=[WEATHER])
    assert "clear" in answer.content
    assert "rain" in answer.content
    repeated = server.requests[-1].json["messages"][1]
    assert [call["id"] for call in repeated["tool_calls"]] == ["call-1", "call-2", "call-3"]


def test_messages(client: Any, server: SimulatedVllm, tmp_path: Path) -> None:
    picture = tmp_path / "picture.of.no.type"
    picture.write_bytes(PNG)
    question = user(
        "What are these?",
        image("https://example.com/cat.jpg"),
        image(picture),
        image("data:image/gif;base64,AA=="),
        audio(WAV),
        video(MP4),
    )
    client.chat.completions.create(messages=[system("Be brief."), question])
    first, second = server.requests[0].json["messages"]
    assert first == {"role": "system", "content": "Be brief."}
    told, *media = second["content"]
    assert told == {"type": "text", "text": "What are these?"}
    urls = [part[part["type"]] for part in media]
    assert urls[0] == {"url": "https://example.com/cat.jpg"}
    assert urls[1]["url"].startswith("data:image/png;base64,")
    assert urls[2] == {"url": "data:image/gif;base64,AA=="}
    assert [part["type"] for part in media[3:]] == ["input_audio", "video_url"]


RAW = "<think>\nHm, recursion.\n</think>\n\nIt calls itself."


def test_thinking(facade: SyncFacade) -> None:
    pieces = [RAW[start : start + 3] for start in range(0, len(RAW), 3)]
    with SimulatedVllm() as server:
        client = facade.client(server.base_url)
        server.reply(*[Reply("It calls itself.", reasoning="Hm.")] * 2)
        options = {"extra_body": {"chat_template_kwargs": {"enable_thinking": True}}}
        assert ask(client, **options).reasoning == "Hm."
        assert stream(client, **options).response().reasoning == "Hm."

        _assert_both(client, server, pieces, "\nHm, recursion.\n", "\n\nIt calls itself.")
        _assert_both(client, server, pieces, None, RAW, thinking=False)
        tags = Thinking("[t]", "[/t]")
        _assert_both(client, server, ["[t]", "Hm", "[/t]", "Hi"], "Hm", "Hi", thinking=tags)
        opened = Thinking(opened=True)
        _assert_both(client, server, ["Hm</th", "ink>Hi"], "Hm", "Hi", thinking=opened)
        of_client = facade.client(server.base_url, thinking=opened)
        _assert_both(of_client, server, ["Hm</th", "ink>Hi"], "Hm", "Hi")
        server.reply(*[Reply(["Hm</th", "ink>Hi"])] * 2)
        plain, folded = ask(client), stream(client).response()
        assert (plain.reasoning, plain.content) == ("Hm", "Hi")
        assert (folded.reasoning, folded.content) == (None, "Hm</think>Hi")
        _assert_both(client, server, ["So: ", "<think>"], None, "So: <think>")
    with SimulatedVllm(version="0.15.1") as old:
        client = facade.client(old.base_url)
        old.reply(*[Reply("Hi", reasoning="Hm.")] * 2)
        assert ask(client).reasoning == "Hm."
        assert stream(client).response().reasoning == "Hm."


def _assert_both(
    client: Any,
    server: SimulatedVllm,
    pieces: list[str],
    reasoning: str | None,
    content: str,
    **options: Any,
) -> None:
    server.reply(Reply(pieces), Reply(pieces))
    plain = ask(client, **options)
    folded = stream(client, **options).response()
    assert (plain.reasoning, plain.content) == (reasoning, content)
    assert (folded.reasoning, folded.content) == (reasoning, content)


def test_errors(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url, retry=None)
    for kind, base in {
        RequestError: ValueError,
        IoError: OSError,
        HttpError: Exception,
        ApiError: Exception,
        StreamError: Exception,
        ParseError: ValueError,
    }.items():
        assert issubclass(kind, VllmError)
        assert issubclass(kind, base)
    server.reply(ErrorReply(404, "no such model", param="model"))
    with pytest.raises(ApiError) as caught:
        ask(client)
    error = caught.value
    assert (error.message, error.code, error.status) == ("no such model", 404, 404)
    assert (error.type, error.param, is_retryable(error)) == ("NotFoundError", "model", False)
    assert (error.method, error.path) == ("POST", "/v1/chat/completions")
    assert error.request_id == server.requests[0].headers["x-request-id"]
    assert "no such model" in error.body
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), vars(copy)) == (str(error), vars(error))
    server.reply("never", faults=[Stall()])
    with pytest.raises(TimeoutError) as late:
        ask(client, timeout=Timeout(token=0.2))
    assert late.value.clock == "token"


def test_retry_and_back_off(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url, retry=RetryPolicy(max_retries=2, first_wait=0.001))
    server.reply(ErrorReply(503), ErrorReply(429, retry_after=0), Reply("at last"))
    assert ask(client).content == "at last"
    server.reply(*["gone"] * 4, faults=[Reset()])
    with pytest.raises(IoError) as caught:
        ask(client)
    ids = [request.headers["x-request-id"] for request in server.requests]
    assert caught.value.request_ids == tuple(ids[3:])
    assert len(set(ids)) == 7, "the first of these four was lost with a pooled connection"
    server.reply(ErrorReply(503))
    with pytest.raises(ApiError):
        ask(client, retry=None)
    assert ask(client).content
    server.close_idle_connections()
    assert ask(client, retry=None).content, "what died in the pool is replaced at once"
    server.reply(Reply(["a", "b"]), faults=[Cut(after=2, of="events")])
    heard = hear(client)
    assert (heard.text, heard.opened) == ("a", True), "never after the first delta"


def test_timeouts(facade: SyncFacade, server: SimulatedVllm) -> None:
    assert Timeout() == Timeout(connect=10, token=600, idle=120, total=None)
    client = facade.client(server.base_url)
    for form in (float, lambda s: timedelta(seconds=s), lambda s: Timeout(total=s)):
        for seconds in PATIENCE:
            server.reply(Reply(["He", "llo"]), faults=[Stall(after=3, of="events")])
            heard = hear(client, timeout=form(seconds))
            if heard.text:
                break
        assert isinstance(heard.error, TimeoutError)
        assert heard.error.clock == "total"
        assert heard.error.partial.content == "Hello", "the text so far is on the error"


def test_connection_pool(facade: SyncFacade, server: SimulatedVllm) -> None:
    client = facade.client(server.base_url)
    other = client.with_timeout(30)
    for asking in (client, other) * 3:
        assert asking.health()
        assert stream(asking).text()
    assert server.connections_made == 1
    client.close()
    assert other.health()
    assert server.connections == 1
    other.close()
    server.wait_until(lambda: server.connections == 0)


def test_streams(client: Any, server: SimulatedVllm) -> None:
    endless = Reply("word " * 1000, pace=0.01)
    server.reply(*[endless] * 2)
    with stream(client) as events:
        for _ in events:
            break
    server.wait_until(lambda: server.running == 0)
    assert len(list(stream(client).take(3))) == 3
    server.wait_until(lambda: server.running == 0)
    assert server.disconnects == 2
    server.reply(*["Hello!"] * 4)
    assert stream(client).text() == "Hello!"
    assert stream(client).collect_content() == "Hello!"
    plain, folded = ask(client), stream(client).response()
    assert folded.to_dict() | {"id": "", "created": 0, "object": ""} == plain.to_dict() | {
        "id": "",
        "created": 0,
        "object": "",
    }
    assert len({request.connection for request in server.requests[2:]}) == 1


def test_chunks_are_of_their_class(client: Any) -> None:
    with client.chat.completions.create(**QUESTION, stream=True) as chunks:
        assert {type(chunk) for chunk in chunks} == {ChatCompletionChunk}
