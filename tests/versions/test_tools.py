"""Functions as tools, until the final answer; also a streamed call without arguments."""

from typing import Any

import pytest

from tests.live.dialogues import DIALOGUES, WEATHER
from tests.live.drivers import Driver
from vllm_client import StreamEvent

BY_NAME = {dialogue.name: dialogue for dialogue in DIALOGUES}
CONDITIONS = {"Tokyo": (22, "sunny"), "Paris": (18, "rainy")}


def get_weather(location: str) -> dict[str, Any]:
    """Get the current weather for a location."""
    temperature, condition = CONDITIONS[location]
    return {"temperature": temperature, "condition": condition}


def get_time() -> str:
    """Get the current time."""
    return "12:00 UTC"


@pytest.mark.parametrize(("name", "function"), [("compare", get_weather), ("time", get_time)])
def test_model_calls_a_tool_and_concludes(chat: Driver, name: str, function: Any) -> None:
    options = BY_NAME[name].options(thinking=False) | {"tools": [function]}
    response = chat.call(lambda client: client.chat.completions.run_tools(**options))
    events = chat.read(lambda client: client.chat.completions.stream_tools(**options))

    conclusion = BY_NAME[f"{name}_result"].content
    assert (response.content or "").strip() == conclusion
    assert len(response.tool_results) == len(BY_NAME[name].calls)
    text = "".join(event.delta for event in events if isinstance(event, StreamEvent.Content))
    assert text.strip().endswith(conclusion)


def test_named_tool_is_called(chat: Driver) -> None:
    choice = {"type": "function", "function": {"name": "get_weather"}}
    options = WEATHER.options(thinking=False) | {"tool_choice": choice}
    (call,) = chat.call(lambda client: client.chat.completions.create(**options)).tool_calls

    assert call.function.name == "get_weather"
    assert call.function.parse().keys() == {"location"}  # 0.15 does not constrain the value
