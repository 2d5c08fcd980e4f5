"""Default replies of the simulated model, for requests without a script."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from .replies import Call, Reply
from .tokenizer import text_of

Json = Mapping[str, Any]

_NONE: Json = {}

_TEXTS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1M30S",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
}


def default_chat(request: Json) -> Reply:
    """Return a reply that fits the conversation: a tool call, a tool's result, or an echo."""
    messages = request["messages"]
    if messages[-1].get("role") == "tool":
        return _tell_results(messages)
    prompt = _last_prompt(messages)
    tool = _tool_to_call(request)
    if tool is not None:
        return _call(tool, prompt)
    choices = object_at(request, "structured_outputs").get("choice")
    if isinstance(choices, list) and choices:
        return Reply(str(choices[0]), reasoning="I choose the first.")
    schema = _schema_to_hold_to(request)
    if schema is not None:
        value = _example_or(None, schema, "answer", prompt)
        return Reply(json.dumps(value, ensure_ascii=False), reasoning="I answer in JSON.")
    return Reply(
        f'You said: "{prompt}" I am a simulated model, so I can only repeat it.',
        reasoning=f'The user says: "{prompt}" A short answer is enough.',
    )


def objects(value: Any) -> list[Json]:
    """Return the objects in a list; an empty list for any other value."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def object_at(value: Json, key: str) -> Json:
    """Return the object under this key, or an empty one."""
    found = value.get(key)
    return found if isinstance(found, Mapping) else _NONE


def default_completion(prompt: str) -> Reply:
    """Return a continuation that repeats the prompt."""
    return Reply(f' And so it went on after "{prompt}", as a simulated model tells it. The end.')


def example(schema: Json, name: str, prompt: str, definitions: Json = _NONE) -> Any:
    """Return a value that fits a JSON schema, for the features that tools and models use.

    A string is a proper name from the prompt ("Tokyo" for "What is the weather in Tokyo?"), or
    `name` if there is none.
    """
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if schema.get(key):
            return schema[key][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            # prefer a branch without "$ref", so that a recursive schema terminates
            return example(min(schema[key], key=_refers), name, prompt, definitions)
    if _refers(schema):
        referred = definitions.get(schema["$ref"].removeprefix("#/$defs/")) or {}
        return example(referred, name, prompt, definitions)
    return _example_of_type(schema, name, prompt, definitions)


def _example_or(default: Any, schema: Json, name: str, prompt: str) -> Any:
    """Return a value that fits a request's schema; the default if the schema is invalid."""
    try:
        return example(schema, name, prompt, schema.get("$defs") or {})
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError):
        return default


def _refers(schema: Json) -> bool:
    return "$ref" in schema


def _example_of_type(schema: Json, name: str, prompt: str, definitions: Json) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    match kind[0] if isinstance(kind, list) and kind else kind:
        case "object":
            return _example_object(schema, prompt, definitions)
        case "array":
            return _example_array(schema, name, prompt, definitions)
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return min(least, schema.get("maximum", least))
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _TEXTS.get(schema.get("format", "")) or _proper_name(prompt) or name


def _example_array(schema: Json, name: str, prompt: str, definitions: Json) -> list[Any]:
    if schema.get("maxItems") == 0:
        return []
    items = schema.get("prefixItems") or [schema.get("items") or {}] * max(
        1, schema.get("minItems", 1)
    )
    return [example(item, name, prompt, definitions) for item in items]


def _example_object(schema: Json, prompt: str, definitions: Json) -> dict[str, Any]:
    properties = schema.get("properties") or {}
    wanted = schema.get("required") or list(properties)
    return {name: example(properties.get(name) or {}, name, prompt, definitions) for name in wanted}


def _schema_to_hold_to(request: Json) -> Json | None:
    """Return the JSON schema of the requested answer, if any."""
    wanted = object_at(object_at(request, "response_format"), "json_schema").get("schema")
    schema = wanted or object_at(request, "structured_outputs").get("json")
    return schema if isinstance(schema, Mapping) else None


def _proper_name(prompt: str) -> str | None:
    """Return the last capitalised words that do not begin a sentence."""
    names = re.findall(r"(?<=[^.!?:\s] )[A-Z][\w-]*(?: [A-Z][\w-]*)*", prompt)
    others = [name for name in names if name != "I"]
    return others[-1] if others else None


def _tool_to_call(request: Json) -> Json | None:
    functions = [object_at(tool, "function") for tool in objects(request.get("tools"))]
    choice = request.get("tool_choice", "auto")
    if choice == "none" or not functions:
        return None
    if not isinstance(choice, Mapping):
        return functions[0]
    wanted = object_at(choice, "function").get("name")
    return next((f for f in functions if f.get("name") == wanted), functions[0])


def _call(function: Json, prompt: str) -> Reply:
    name = function.get("name", "tool")
    parameters = {"type": "object", **object_at(function, "parameters")}
    arguments = _example_or({}, parameters, name, prompt)
    return Reply(
        reasoning=f'The user says: "{prompt}" I will call {name}.',
        tool_calls=[Call(name, arguments)],
    )


def _last_prompt(messages: Sequence[Json]) -> str:
    texts = (text_of(m.get("content")) for m in reversed(messages) if m.get("role") == "user")
    return next(texts, "")


def _tell_results(messages: Sequence[Json]) -> Reply:
    # An id may be any JSON value, also a list, which is not hashable.
    names = {
        str(call.get("id")): object_at(call, "function").get("name")
        for message in messages
        for call in objects(message.get("tool_calls"))
    }
    told = []
    for message in reversed(messages):
        if message.get("role") != "tool":
            break
        name = names.get(str(message.get("tool_call_id"))) or "the tool"
        told.append(f"{name} says: {text_of(message.get('content'))}")
    return Reply(
        f"Here is what I found: {'; '.join(reversed(told))}.",
        reasoning="The results are here, so I can answer.",
    )
