"""Conversations in which the tiny model calls our functions, until the final answer."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest

from tests.live.dialogues import DIALOGUES, GET_TIME, GET_WEATHER
from tests.live.drivers import Driver
from vllm_client import StreamEvent, ToolRoundsError, function_tool

BY_NAME = {dialogue.name: dialogue for dialogue in DIALOGUES}
RESULTS = {
    "Tokyo": {"temperature": 22, "condition": "sunny"},
    "Paris": {"temperature": 18, "condition": "rainy"},
}


def get_weather(location: Annotated[str, "The city name."]) -> dict[str, Any]:
    """Get the current weather for a location."""
    return RESULTS[location]


def get_time() -> str:
    """Get the current time."""
    return "12:00 UTC"


async def _get_weather_later(location: Annotated[str, "The city name."]) -> dict[str, Any]:
    """Get the current weather for a location."""
    return RESULTS[location]


_get_weather_later.__name__ = "get_weather"

CONVERSATIONS: list[tuple[str, Callable[..., Any]]] = [
    ("weather", get_weather),
    ("compare", get_weather),
    ("time", get_time),
]
pytestmark = pytest.mark.parametrize("thinking", [True, False], ids=["thinking", "not_thinking"])


def _options(name: str, function: Callable[..., Any], thinking: bool) -> dict[str, Any]:
    return BY_NAME[name].options(thinking=thinking) | {"tools": [function]}


@pytest.mark.parametrize(("name", "function"), CONVERSATIONS)
def test_model_calls_a_tool_and_concludes(
    chat: Driver, name: str, function: Callable[..., Any], thinking: bool
) -> None:
    options = _options(name, function, thinking)

    response = chat.call(lambda client: client.chat.completions.run_tools(**options))

    conclusion = BY_NAME[f"{name}_result"]
    assert (response.content or "").strip() == conclusion.content
    calls = BY_NAME[name].calls
    assert [result.tool_call.function.name for result in response.tool_results] == [
        called for called, _ in calls
    ]
    assert len(response.messages) == 3 + len(calls)
    assert [r.finish_reason for r in response.responses] == ["tool_calls", "stop"]
    again = {**options, "tools": [function_tool(function)], "messages": response.messages[:-1]}
    plain = chat.call(lambda client: client.chat.completions.create(**again))
    assert plain.content == response.content


@pytest.mark.parametrize(("name", "function"), CONVERSATIONS)
def test_tool_rounds_as_events(
    chat: Driver, name: str, function: Callable[..., Any], thinking: bool
) -> None:
    options = _options(name, function, thinking)

    heard = chat.hear(lambda client: client.chat.completions.stream_tools(**options))

    plain = chat.call(lambda client: client.chat.completions.run_tools(**options))
    assert heard.response.content == plain.content
    results = [event for event in heard.events if isinstance(event, StreamEvent.ToolResult)]
    assert [result.content for result in results] == [r.content for r in plain.tool_results]
    text = "".join(e.delta for e in heard.events if isinstance(e, StreamEvent.Content))
    assert text.strip() == (plain.content or "").strip()
    assert isinstance(heard.events[-1], StreamEvent.Done)
    assert sum(isinstance(event, StreamEvent.Done) for event in heard.events) == 1


def test_async_functions(chat: Driver, facade: str, thinking: bool) -> None:
    if facade == "sync":
        pytest.skip("the sync client takes none")
    options = _options("compare", _get_weather_later, thinking)
    response = chat.call(lambda client: client.chat.completions.run_tools(**options))
    assert (response.content or "").strip() == BY_NAME["compare_result"].content


def test_limit_of_rounds(chat: Driver, thinking: bool) -> None:
    options = _options("compare", get_weather, thinking) | {"max_rounds": 1}

    with pytest.raises(ToolRoundsError) as caught:
        chat.call(lambda client: client.chat.completions.run_tools(**options))

    assert len(caught.value.response.tool_calls) == 2
    assert caught.value.messages == options["messages"]


def test_forced_call_is_forced_only_once(chat: Driver, thinking: bool) -> None:
    options = _options("weather", get_weather, thinking) | {"tool_choice": "required"}

    response = chat.call(lambda client: client.chat.completions.run_tools(**options))

    assert (response.content or "").strip() == BY_NAME["weather_result"].content


@pytest.mark.parametrize(
    ("function", "tool"),
    [(get_weather, GET_WEATHER), (get_time, GET_TIME)],
    ids=["weather", "time"],
)
def test_function_is_converted_to_the_expected_tool(
    function: Callable[..., Any], tool: Any, thinking: bool
) -> None:
    made: Any = function_tool(function)
    assert made["function"].pop("parameters") == {
        **tool["function"]["parameters"],
        "additionalProperties": False,
    }
    assert made["function"].items() <= tool["function"].items()
