"""Tool calls and parsed answers, with both clients."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Literal

import attrs
import pytest

from tests.facades.drivers import SyncFacade
from vllm_client import (
    AnswerError,
    ApiError,
    AsyncVllmClient,
    RequestError,
    StreamError,
    StreamEvent,
    SyncVllmClient,
    ToolRoundsError,
    user,
)
from vllm_client.testing import Call, Cut, ErrorReply, Reply, SimulatedVllm

ASK: dict[str, Any] = {"messages": [user("What is the weather in Tokyo and Paris?")]}
BOTH = Reply(
    reasoning="Two calls.",
    tool_calls=[
        Call("weather", {"city": "Tokyo"}, id="c1"),
        Call("weather", {"city": "Paris"}, id="c2"),
    ],
)
SECRET = "sk-abcdefgh12345678"
DEGREES = {"Tokyo": 22, "Paris": 18}


def weather(city: Literal["Tokyo", "Paris"]) -> dict[str, int]:
    """Get the weather."""
    return {"degrees": DEGREES[city]}


@attrs.frozen
class Person:
    name: str
    age: int


def kinds(events: list[Any]) -> list[str]:
    """Return the kinds of events, with equal neighbours merged."""
    names = [type(event).__name__ for event in events]
    return [n for number, n in enumerate(names) if number == 0 or names[number - 1] != n]


# --- parse


def test_an_answer_is_an_instance(client: Any, server: SimulatedVllm) -> None:
    server.reply(Reply('{"name": "Ada", "age": 36}', reasoning="Hm."))

    response = client.chat.completions.parse(response_format=Person, **ASK)

    assert response.parsed == Person("Ada", 36)
    assert response.reasoning == "Hm."
    sent = server.requests[-1].json["response_format"]["json_schema"]
    assert (sent["name"], sent["strict"]) == ("Person", True)


def test_the_builder_gives_an_instance(client: Any, server: SimulatedVllm) -> None:
    server.reply('["a"]')
    builder = client.chat.completions.create().messages(ASK["messages"]).temperature(0)

    assert builder.parse(list[str]).parsed == ["a"]
    assert server.requests[-1].json["temperature"] == 0


def test_an_answer_that_does_not_match_the_type_is_an_error_with_its_request(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply('{"name": "Ada"}')

    with pytest.raises(AnswerError) as caught:
        client.chat.completions.parse(response_format=Person, **ASK)

    assert caught.value.text == '{"name": "Ada"}'
    assert caught.value.path == "/v1/chat/completions"
    assert caught.value.request_id == server.requests[-1].headers["x-request-id"]
    assert caught.value.response.content == caught.value.text


# --- run_tools


def test_the_model_calls_until_it_answers(client: Any, server: SimulatedVllm) -> None:
    server.reply(BOTH, "Tokyo is warmer.")

    response = client.chat.completions.run_tools(tools=[weather], temperature=0, **ASK)

    assert response.content == "Tokyo is warmer."
    assert [result.content for result in response.tool_results] == [
        '{"degrees": 22}',
        '{"degrees": 18}',
    ]
    first, second = (request.json for request in server.requests)
    assert first["tools"] == second["tools"]
    assert first["temperature"] == second["temperature"] == 0
    assert second["messages"][0] == first["messages"][0]
    assert [call["id"] for call in second["messages"][1]["tool_calls"]] == ["c1", "c2"]
    assert second["messages"][2:] == [
        {"role": "tool", "tool_call_id": "c1", "content": '{"degrees": 22}'},
        {"role": "tool", "tool_call_id": "c2", "content": '{"degrees": 18}'},
    ]
    assert len(response.messages) == 5
    assert len(response.responses) == 2


def test_errors_of_a_tool_call_are_sent_to_the_model(client: Any, server: SimulatedVllm) -> None:
    def broken() -> None:
        raise LookupError("no city")

    calls = [
        Call("weather", {"city": "Oslo"}, id="c1"),
        Call("broken", id="c2"),
        Call("wether", id="c3"),
    ]
    server.reply(Reply(tool_calls=calls), "I do not know.")

    response = client.chat.completions.run_tools(tools=[weather, broken], **ASK)

    told = [message["content"] for message in server.requests[-1].json["messages"][2:]]
    assert told == [
        'Error: invalid arguments: $.city: expected one of "Tokyo", "Paris", got \'Oslo\'',
        "Error: LookupError: no city",
        "Error: unknown tool 'wether'; the tools are: weather, broken",
    ]
    assert [str(result.error) for result in response.tool_results][1] == "no city"


def test_a_model_that_calls_without_end_is_stopped(client: Any, server: SimulatedVllm) -> None:
    server.reply(BOTH, BOTH, BOTH)

    with pytest.raises(ToolRoundsError, match="in answer 2 of 2") as caught:
        client.chat.completions.run_tools(tools=[weather], max_rounds=2, **ASK)

    assert len(server.requests) == 2
    assert len(caught.value.messages) == 4


def test_an_error_of_the_server_ends_it(client: Any, server: SimulatedVllm) -> None:
    server.reply(BOTH, ErrorReply(400, "too long"))

    with pytest.raises(ApiError, match="too long"):
        client.chat.completions.run_tools(tools=[weather], **ASK)


def test_wrong_calls_are_refused_before_anything_is_sent(
    client: Any, server: SimulatedVllm
) -> None:
    chat = client.chat.completions
    for wrong in ({"tools": []}, {"max_rounds": 0}, {"temprature": 1}, {"n": 3}):
        options = {"tools": [weather], **ASK, **wrong}
        with pytest.raises(RequestError):
            chat.run_tools(**options)
        with pytest.raises(RequestError):
            chat.stream_tools(**options)
    assert server.requests == []


def test_the_name_that_a_model_calls_shows_no_secret(
    facade: SyncFacade, server: SimulatedVllm
) -> None:
    chat = facade.client(server.base_url, api_key=SECRET).chat.completions
    reply = Reply(tool_calls=[Call(f"Bearer {SECRET}")])
    server.reply(reply, reply)
    with pytest.raises(ToolRoundsError) as ran:
        chat.run_tools(tools=[weather], max_rounds=1, **ASK)
    with (
        chat.stream_tools(tools=[weather], max_rounds=1, **ASK) as stream,
        pytest.raises(ToolRoundsError) as streamed,
    ):
        stream.response()

    for caught in (ran, streamed):
        assert "still calls ***() in" in str(caught.value)
        assert caught.value.path == "/v1/chat/completions"


def test_a_lone_surrogate_does_not_end_the_conversation(client: Any, server: SimulatedVllm) -> None:
    def half() -> str:
        return "\ud800"

    server.reply(Reply(tool_calls=[Call("half")]), "Done.")

    assert client.chat.completions.run_tools(tools=[half], **ASK).content == "Done."
    assert server.requests[-1].json["messages"][-1]["content"] == "\ufffd"


# --- stream_tools


def test_the_events_of_all_answers_and_the_results(client: Any, server: SimulatedVllm) -> None:
    server.reply(BOTH, Reply("Tokyo is warmer.", reasoning="Compare."))

    with client.chat.completions.stream_tools(tools=[weather], **ASK) as stream:
        events = list(stream)
        response = stream.response()

    assert kinds(events) == [
        "Reasoning", "ToolCallDelta", "ToolCallComplete", "ToolCallDelta", "ToolCallComplete",
        "Usage", "ToolResult", "Reasoning", "Content", "Usage", "Done",
    ]  # fmt: skip
    results = [event for event in events if isinstance(event, StreamEvent.ToolResult)]
    assert [(e.tool_call.id, e.content) for e in results] == [
        ("c1", '{"degrees": 22}'),
        ("c2", '{"degrees": 18}'),
    ]
    assert events[-1].finish_reason == "stop"
    assert response.content == "Tokyo is warmer."
    assert response.tool_results == results
    assert len(response.messages) == 5
    assert len(response.responses) == 2


def test_the_text_of_the_last_answer(client: Any, server: SimulatedVllm) -> None:
    server.reply(BOTH, "Tokyo is warmer.")
    with client.chat.completions.stream_tools(tools=[weather], **ASK) as stream:
        assert stream.text() == "Tokyo is warmer."


def test_a_stream_that_is_left_calls_no_more(client: Any, server: SimulatedVllm) -> None:
    calls = []

    def note() -> None:
        calls.append(1)

    server.reply(Reply(tool_calls=[Call("note")]))
    with client.chat.completions.stream_tools(tools=[note], **ASK) as stream:
        next(iter(stream))
    with pytest.raises(StreamError, match="closed by the reader"):
        stream.response()
    assert calls == []


def test_a_stream_that_breaks_in_a_later_answer(client: Any, server: SimulatedVllm) -> None:
    server.reply(BOTH)
    server.reply("Tokyo is warmer.", faults=[Cut(after=3, of="events")])

    events: list[Any] = []
    with client.chat.completions.stream_tools(tools=[weather], **ASK) as stream:
        with pytest.raises(StreamError) as caught:
            events.extend(stream)
        with pytest.raises(StreamError):
            stream.response()

    assert caught.value.partial.content == "Tokyo is"


def test_an_error_of_a_later_answer_is_raised_by_every_read(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(BOTH, ErrorReply(400, "too long"))

    with client.chat.completions.stream_tools(tools=[weather], **ASK) as stream:
        for _ in range(2):
            with pytest.raises(ApiError, match="too long"):
                stream.response()
    assert len(server.requests) == 2


def test_a_stream_of_calls_without_end_is_stopped(client: Any, server: SimulatedVllm) -> None:
    server.reply(BOTH, BOTH)

    with client.chat.completions.stream_tools(tools=[weather], max_rounds=2, **ASK) as stream:
        for _ in range(2):
            with pytest.raises(ToolRoundsError, match="in answer 2 of 2"):
                stream.response()


def test_an_error_of_the_first_answer_is_raised_on_opening(
    client: Any, server: SimulatedVllm
) -> None:
    server.reply(ErrorReply(400, "no"))
    with (
        pytest.raises(ApiError, match="no"),
        client.chat.completions.stream_tools(tools=[weather], **ASK),
    ):
        pass


# --- where sync and async differ


async def weather_later(city: str) -> dict[str, int]:
    return {"degrees": DEGREES[city]}


def test_the_sync_client_takes_no_async_function(server: SimulatedVllm) -> None:
    with SyncVllmClient(server.base_url) as client:
        for method in (client.chat.completions.run_tools, client.chat.completions.stream_tools):
            with pytest.raises(RequestError, match=r"weather_later\(\) is async"):
                method(tools=[weather_later], **ASK)
    assert server.requests == []


def hidden_weather(city: str) -> Any:
    return weather_later(city)


def test_the_sync_client_refuses_what_turns_out_to_be_async(server: SimulatedVllm) -> None:
    server.reply(Reply(tool_calls=[Call("hidden_weather", {"city": "Tokyo"})]))
    with (
        SyncVllmClient(server.base_url) as client,
        pytest.raises(RequestError, match=r"hidden_weather\(\) is async"),
    ):
        client.chat.completions.run_tools(tools=[hidden_weather], **ASK)


def test_the_sync_client_calls_one_after_the_other_in_this_thread(server: SimulatedVllm) -> None:
    threads = []

    def weather(city: str) -> str:
        threads.append((city, threading.current_thread()))
        return city

    server.reply(BOTH, "Done.")
    with SyncVllmClient(server.base_url) as client:
        client.chat.completions.run_tools(tools=[weather], **ASK)
    here = threading.current_thread()
    assert threads == [("Tokyo", here), ("Paris", here)]


def run_async(server: SimulatedVllm, *tools: Any) -> Any:
    async def run() -> Any:
        async with AsyncVllmClient(server.base_url) as client:
            return await client.chat.completions.run_tools(tools=tools, **ASK)

    return asyncio.run(asyncio.wait_for(run(), 30))


def test_the_async_client_awaits_async_functions_all_at_once(server: SimulatedVllm) -> None:
    both = asyncio.Barrier(2)

    async def weather(city: str) -> str:
        await both.wait()  # hangs if the functions run one after another
        if city == "Tokyo":
            raise LookupError("no Tokyo")
        return city

    server.reply(BOTH, "Done.")
    response = run_async(server, weather)

    told = [result.content for result in response.tool_results]
    assert told == ["Error: LookupError: no Tokyo", "Paris"]


def test_the_async_client_calls_other_functions_in_threads_all_at_once(
    server: SimulatedVllm,
) -> None:
    both = threading.Barrier(2)

    def weather(city: str) -> str:
        both.wait(20)  # fails if the functions run one after another
        if city == "Tokyo":
            raise StopIteration  # a future cannot hold this exception
        return city

    server.reply(BOTH, "Done.")
    response = run_async(server, weather)

    told = [result.content for result in response.tool_results]
    assert told == ["Error: StopIteration: ", "Paris"]


def test_the_async_client_awaits_what_turns_out_to_be_async(server: SimulatedVllm) -> None:
    calls = [Call("hidden_weather", {"city": city}) for city in ("Tokyo", "Oslo")]
    server.reply(Reply(tool_calls=calls), "Done.")
    response = run_async(server, hidden_weather)

    told = [result.content for result in response.tool_results]
    assert told == ['{"degrees": 22}', "Error: KeyError: 'Oslo'"]


def test_a_function_that_raises_cancelled_error_itself_has_failed(server: SimulatedVllm) -> None:
    async def awaits_the_cancelled() -> None:
        raise asyncio.CancelledError("mine")

    async def cancels_itself() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel("mine")
        await asyncio.sleep(0)

    def cancelled_in_a_thread() -> None:
        raise asyncio.CancelledError("mine")

    async def goes_on() -> str:
        await asyncio.sleep(0)
        return "went on"

    tools = (awaits_the_cancelled, cancels_itself, cancelled_in_a_thread, goes_on)
    server.reply(Reply(tool_calls=[Call(tool.__name__) for tool in tools]), "Done.")
    response = run_async(server, *tools)

    told = [result.content for result in response.tool_results]
    assert told == ["Error: CancelledError: mine"] * 3 + ["went on"]
    assert response.content == "Done."


def test_exceptions_that_are_not_failures_pass_through(client: Any, server: SimulatedVllm) -> None:
    class Stop(BaseException):
        pass

    def stop() -> None:
        raise Stop("now") from LookupError("why")

    server.reply(Reply(tool_calls=[Call("stop")]))
    with pytest.raises(Stop, match="now") as caught:
        client.chat.completions.run_tools(tools=[stop], **ASK)
    assert isinstance(caught.value.__cause__, LookupError)


@pytest.mark.parametrize("way", ["run_tools", "stream_tools"])
def test_cancelling_ends_the_functions_that_run(server: SimulatedVllm, way: str) -> None:
    ended = []
    all_here = asyncio.Barrier(3)

    async def weather(city: str) -> None:
        try:
            await all_here.wait()
            await asyncio.Event().wait()
        finally:
            ended.append(city)

    async def run() -> None:
        async with AsyncVllmClient(server.base_url) as client:
            if way == "run_tools":
                await client.chat.completions.run_tools(tools=[weather], **ASK)
            async with client.chat.completions.stream_tools(tools=[weather], **ASK) as stream:
                await stream.response()

    async def main() -> None:
        task = asyncio.create_task(run())
        await all_here.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    server.reply(BOTH)
    asyncio.run(asyncio.wait_for(main(), 30))
    assert sorted(ended) == ["Paris", "Tokyo"]
    assert len(server.requests) == 1
