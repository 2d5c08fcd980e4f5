"""A tool call, its result sent back with the message helpers, and the final answer."""

from typing import Any

import pytest

from tests.live.dialogues import DIALOGUES
from tests.live.drivers import Driver
from vllm_client import assistant, tool

BY_NAME = {dialogue.name: dialogue for dialogue in DIALOGUES}
RESULTS = {
    "Tokyo": {"temperature": 22, "condition": "sunny"},
    "Paris": {"temperature": 18, "condition": "rainy"},
}


def _plain(driver: Driver, options: dict[str, Any]) -> Any:
    return driver.call(lambda client: client.chat.completions.create(**options))


def _streamed(driver: Driver, options: dict[str, Any]) -> Any:
    return driver.hear(lambda client: client.chat.completions.stream(**options)).response


@pytest.mark.parametrize("ask", [_plain, _streamed])
@pytest.mark.parametrize("name", ["weather", "compare"])
def test_round_trip(chat: Driver, ask: Any, name: str) -> None:
    question, conclusion = BY_NAME[name], BY_NAME[f"{name}_result"]
    reply = ask(chat, question.options(thinking=False))
    results = [tool(RESULTS[call.function.parse()["location"]], call) for call in reply.tool_calls]
    messages = [*question.messages, assistant(tool_calls=reply.tool_calls), *results]
    answer = ask(chat, conclusion.options(thinking=False) | {"messages": messages})
    assert answer.content == conclusion.content
