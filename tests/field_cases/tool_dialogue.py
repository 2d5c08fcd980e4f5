"""Let a simulated model call one function, and return what it is told."""

from collections.abc import Callable
from typing import Any

from vllm_client import function_tool, user
from vllm_client.testing import Call, Reply, SimulatedVllm


def result_of(
    client: Any,
    server: SimulatedVllm,
    function: Callable[..., Any],
    arguments: Any = "{}",
    name: str | None = None,
) -> str:
    """The content of the tool message that the model receives for one call of the function."""
    name = name or function_tool(function)["function"]["name"]
    server.reply(Reply(tool_calls=[Call(name, arguments)]), Reply("done"))
    run = client.chat.completions.run_tools(messages=[user("hi")], tools=[function])
    content = run.tool_results[0].content
    assert server.requests[-1].json["messages"][-1]["content"] == content
    assert isinstance(content, str)
    return content


def parameters_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The JSON Schema of the function's parameters."""
    parameters = function_tool(function)["function"]["parameters"]
    assert isinstance(parameters, dict)
    return parameters


def property_of(function: Callable[..., Any], name: str) -> dict[str, Any]:
    """The JSON Schema of one parameter."""
    schema = parameters_of(function)["properties"][name]
    assert isinstance(schema, dict)
    return schema
