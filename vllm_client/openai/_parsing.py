"""Structured output: JSON schemas of pydantic classes, and parsing of answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ._exceptions import ContentFilterFinishReasonError, LengthFinishReasonError
from ._types import is_given
from .types.chat.chat_completion import ChatCompletion
from .types.chat.parsed_chat_completion import ParsedChatCompletion


class PydanticTool(dict[str, Any]):
    """A tool with the pydantic class of its arguments in `model`."""

    model: Any = None


def strict_schema(kind: Any) -> dict[str, Any]:
    """Return the JSON schema of a pydantic class; all fields are required, no others allowed."""
    make = getattr(kind, "model_json_schema", None)
    if make is None:
        import pydantic

        make = pydantic.TypeAdapter(kind).json_schema
    schema: dict[str, Any] = _strict(make())
    return schema


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: _strict(part) for name, part in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
        schema["required"] = list(schema["properties"])
    if schema.get("default", ...) is None:
        del schema["default"]
    return schema


def pydantic_function_tool(
    model: type[Any], *, name: str | None = None, description: str | None = None
) -> Any:
    """Return a tool whose arguments are parsed as an instance of a pydantic class.

    Args:
        model: The class of the arguments.
        name: The name of the function. Default: the name of the class.
        description: A description of the function. Default: the docstring of the class.
    """
    function = _function(model, name, description)
    tool = PydanticTool(type="function", function=function)
    tool.model = model
    return tool


def pydantic_responses_function_tool(
    model: type[Any], *, name: str | None = None, description: str | None = None
) -> Any:
    """Return a tool for the Responses API, with arguments as for `pydantic_function_tool`."""
    tool = PydanticTool(type="function", **_function(model, name, description))
    tool.model = model
    return tool


def _function(model: Any, name: str | None, description: str | None) -> dict[str, Any]:
    schema = strict_schema(model)
    text = description or model.__doc__
    function = {"name": name or model.__name__, "strict": True, "parameters": schema}
    return {**function, "description": text} if text else function


def format_param(kind: Any) -> Any:
    """Return the `response_format` for instances of a class; return other values unchanged."""
    if not isinstance(kind, type):
        return kind
    schema = {"schema": strict_schema(kind), "name": kind.__name__, "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def text_param(kind: Any, text: Any) -> Any:
    """Return the `text` of a Responses request for instances of a class, if `kind` is a class."""
    if not isinstance(kind, type):
        return text
    schema = {"type": "json_schema", "strict": True, "name": kind.__name__}
    beside = text if isinstance(text, Mapping) else {}
    return {**beside, "format": {**schema, "schema": strict_schema(kind)}}


def refuse_class(kind: Any) -> None:
    """Raise TypeError for a class where `create` expects a dict."""
    if isinstance(kind, type):
        raise TypeError(
            "You tried to pass a class to `chat.completions.create()`; "
            "you must use `chat.completions.parse()` instead"
        )


def refuse_cut(completion: ChatCompletion) -> None:
    """Raise LengthFinishReasonError or ContentFilterFinishReasonError for an incomplete choice."""
    for choice in completion.choices:
        if choice.finish_reason == "length":
            raise LengthFinishReasonError(completion=completion)
        if choice.finish_reason == "content_filter":
            raise ContentFilterFinishReasonError(completion=completion)


def is_parsed(kind: Any, tools: Mapping[str, Any]) -> bool:
    """Return whether `response_format` or a strict tool requires parsing of the answer."""
    return isinstance(kind, type) or any(_is_strict(tool) for tool in tools.values())


def _is_strict(tool: Any) -> bool:
    return bool(tool.get("strict") or (tool.get("function") or {}).get("strict"))


def parsed_chat(kind: Any, tools: Any, completion: ChatCompletion) -> ParsedChatCompletion[Any]:
    """Parse the content and the tool arguments of a completion.

    Raises:
        LengthFinishReasonError, ContentFilterFinishReasonError: The answer is incomplete.
        pydantic.ValidationError: The answer does not match the class.
    """
    refuse_cut(completion)
    parsed: ParsedChatCompletion[Any] = ParsedChatCompletion._of(completion.to_dict())
    by_name = tools_by_name(tools)
    for choice in parsed.choices:
        message = choice.message
        for call in message.tool_calls or ():
            function = getattr(call, "function", None)
            if function is not None:
                function.parsed_arguments = arguments_of(by_name.get(function.name), function)
        message.tool_calls = message.tool_calls
        message.parsed = None
        if message.content and not getattr(message, "refusal", None):
            message.parsed = instance_of(kind, message.content)
    return parsed


def instance_of(kind: Any, text: str) -> Any:
    """Parse a text as an instance of a class; return None if `kind` is not a class."""
    if not isinstance(kind, type):
        return None
    if hasattr(kind, "model_validate_json"):
        return kind.model_validate_json(text)
    import pydantic

    return pydantic.TypeAdapter(kind).validate_json(text)


def tools_by_name(tools: Any) -> dict[str, Any]:
    """Return the tools of a request by the names of their functions."""
    found = {}
    for tool in tools if is_given(tools) and isinstance(tools, Iterable) else ():
        name = tool.get("name") or (tool.get("function") or {}).get("name")
        if name:
            found[name] = tool
    return found


def arguments_of(tool: Any, function: Any) -> Any:
    """Parse the arguments of a call.

    Returns:
        An instance of the tool's class, or decoded JSON for another strict tool, or None.
    """
    model = getattr(tool, "model", None)
    if model is not None:
        return instance_of(model, function.arguments)
    is_strict = tool is not None and _is_strict(tool)
    return json.loads(function.arguments) if is_strict else None
