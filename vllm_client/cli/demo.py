"""`vllm-client demo`: show a streamed chat with thinking and a tool call."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from .. import ChatCompletionResponse, SyncVllmClient, ToolParam, tool, user
from ..testing import SimulatedVllm
from .printer import Printer
from .text import fit_for

QUESTION = "What is the weather in Tokyo?"
WEATHER: ToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather for a location.",
        "parameters": {
            "type": "object",
            "properties": {"location": {"type": "string", "description": "The city name."}},
            "required": ["location"],
        },
    },
}


def demo(options: argparse.Namespace) -> int:
    """Run the demo with the server of --base-url, or else with a simulated server."""
    if options.base_url:
        return _talk(options.base_url, options.model)
    with SimulatedVllm() as server:
        print(f"Using a simulated vLLM at {server.base_url}; pass --base-url for a real server.\n")
        return _talk(server.base_url, options.model)


def _talk(base_url: str, model: str | None) -> int:
    messages: list[Any] = [user(QUESTION)]
    with SyncVllmClient(base_url) as client:
        print(f"You: {QUESTION}")
        reply = _stream(client, model, messages)
        messages.append(reply.message)
        for call in reply.tool_calls:
            result = {"temperature": 22, "condition": "sunny"}
            called = f"{call.function.name}({call.function.arguments})"
            _print(f"Tool: {called} = {json.dumps(result)}")
            messages.append(tool(result, call.id))
        if reply.tool_calls:
            reply = _stream(client, model, messages)
    if reply.usage is not None:
        _print(f"({reply.usage.completion_tokens} tokens, finish_reason {reply.finish_reason})")
    return 0


def _print(line: str) -> None:
    print(fit_for(sys.stdout, line))


def _stream(
    client: SyncVllmClient, model: str | None, messages: list[Any]
) -> ChatCompletionResponse:
    request = client.chat.completions.create().messages(messages).tools([WEATHER]).temperature(0)
    printer = Printer(sys.stdout, thoughts=True)
    with (request.model(model) if model else request).send_stream() as stream:
        for event in stream:
            printer.show(event)
        printer.end()
        return stream.response()
