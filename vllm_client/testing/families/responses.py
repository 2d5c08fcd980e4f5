"""/v1/responses, OpenAI's API for agents: convert requests to chat, and write plain answers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from ..default_replies import object_at, objects
from ..generation import Choice, Generation, Kind
from ..ids import new_id
from ..logprobs import response_logprobs
from ..server_version import VersionBehavior
from ..tokenizer import END_OF_TURN, Tokenizer

Json = Mapping[str, Any]
Item = dict[str, Any]


@frozen
class ResponsesAnswer:
    """Writer of one generation as a response. While in progress it has no items."""

    generation: Generation
    dialect: VersionBehavior
    vocabulary: Tokenizer

    def plain(self) -> Item:
        """Return the plain answer."""
        choice = self.generation.choices[0]
        return self.response(status_of(choice), list(self._items(choice)))

    def response(self, status: str, output: list[Item]) -> Item:
        """Return the response with this status. Only a finished one has usage."""
        body, request = self.generation.body, self.generation.request
        temperature = request.get("temperature")
        newer = self.dialect.since(0, 33)
        greedy = temperature is not None and temperature == 0
        top_p = body.get("top_p")
        return {
            "id": self.generation.id,
            "created_at": self.generation.created,
            "incomplete_details": (
                {"reason": "max_output_tokens"} if status == "incomplete" else None
            ),
            "instructions": body.get("instructions"),
            "metadata": body.get("metadata"),
            "model": self.generation.model,
            "object": "response",
            "output": output,
            "parallel_tool_calls": given(body, "parallel_tool_calls", True),
            "temperature": 1.0 if temperature is None else float(temperature),
            "tool_choice": _tool_choice(body),
            "tools": [_shown_tool(tool) for tool in body.get("tools") or ()],
            "top_p": 1.0 if greedy or top_p is None else float(top_p),
            "background": given(body, "background", False),
            "max_output_tokens": self.generation.max_tokens,
            "max_tool_calls": body.get("max_tool_calls"),
            "previous_response_id": body.get("previous_response_id"),
            "prompt": None,
            **(_shown_prompt_cache(body) if newer else {}),
            "reasoning": _shown_reasoning(body.get("reasoning")),
            **({"safety_identifier": body.get("safety_identifier")} if newer else {}),
            "service_tier": given(body, "service_tier", "auto"),
            "status": status,
            "text": _shown_text(body.get("text")),
            "top_logprobs": wanted_logprobs(body),
            "truncation": given(body, "truncation", "disabled"),
            "usage": self._usage() if status in ("completed", "incomplete") else None,
            "user": body.get("user"),
            "presence_penalty": float(given(body, "presence_penalty", 0)),
            "frequency_penalty": float(given(body, "frequency_penalty", 0)),
            "kv_transfer_params": None,
            "ec_transfer_params": None,
            "input_messages": None,
            "output_messages": None,
        }

    def _items(self, choice: Choice) -> Iterator[Item]:
        reasoning = choice.text(Kind.REASONING)
        shown = shows_reasoning(self.generation.body)
        if reasoning and shown:
            yield reasoning_item(new_id(), reasoning, status=None)
        if choice.content:
            logprobs = self._logprobs(choice) if shown else None
            yield message_item(new_id(), choice.content, logprobs)
        for number in choice.begun_calls:
            yield call_item(new_id(), choice.calls[number], choice.text(Kind.ARGUMENTS, number))

    def _logprobs(self, choice: Choice) -> list[Item] | None:
        rivals = wanted_logprobs(self.generation.body)
        if rivals is None:
            return None
        names = [END_OF_TURN if t.kind is Kind.END else t.text for t in choice.tokens]
        return response_logprobs(names, rivals)

    def _usage(self) -> Item:
        counts = self.generation
        return {
            "input_tokens": counts.prompt_tokens,
            "input_tokens_details": {
                "cached_tokens": counts.cached_tokens,
                "cache_write_tokens": counts.created_cache_tokens,
                "input_tokens_per_turn": [],
                "cached_tokens_per_turn": [],
            },
            "output_tokens": counts.completion_tokens,
            "output_tokens_details": {
                "reasoning_tokens": counts.reasoning_tokens,
                "tool_output_tokens": 0,
                "output_tokens_per_turn": [],
                "tool_output_tokens_per_turn": [],
            },
            "total_tokens": counts.prompt_tokens + counts.completion_tokens,
            **counts.usage,
        }


def reasoning_item(id: str, text: str | None, status: str | None) -> Item:
    """Return a reasoning item. A new item has no text."""
    content = None if text is None else [{"text": text, "type": "reasoning_text"}]
    return {
        "id": f"rs_{id}",
        "summary": [],
        "type": "reasoning",
        "content": content,
        "encrypted_content": None,
        "status": status,
    }


def message_item(id: str, text: str | None, logprobs: list[Item] | None = None) -> Item:
    """Return a message item. A new item has no text."""
    return {
        "id": f"msg_{id}",
        "content": [] if text is None else [text_part(text, logprobs)],
        "role": "assistant",
        "status": "in_progress" if text is None else "completed",
        "type": "message",
        "phase": None,
    }


def text_part(text: str, logprobs: list[Item] | None = None) -> Item:
    return {"annotations": [], "text": text, "type": "output_text", "logprobs": logprobs}


def call_item(id: str, call: tuple[str, str], arguments: str, status: str = "completed") -> Item:
    """Return a function call item. `call` is the call's id and name."""
    return {
        "arguments": arguments,
        "call_id": call[0],
        "name": call[1],
        "type": "function_call",
        "id": f"fc_{id}",
        "async": None,
        "caller": None,
        "namespace": None,
        "status": status,
    }


def given(body: Json, name: str, default: Any) -> Any:
    """Return a field of the body, or the default if it is absent or null."""
    value = body.get(name)
    return default if value is None else value


def status_of(choice: Choice) -> str:
    return "incomplete" if choice.finish_reason == "length" else "completed"


def wanted_logprobs(body: Json) -> int | None:
    """Return the number of log probabilities for each token; None if not requested."""
    if "message.output_text.logprobs" not in (body.get("include") or ()):
        return None
    return body.get("top_logprobs") or 0


def shows_reasoning(body: Json) -> bool:
    """Whether to show the reasoning, and the log probabilities that would reveal it."""
    return bool(given(body, "include_reasoning", True))


def _tool_choice(body: Json) -> Any:
    choice = given(body, "tool_choice", "auto")
    if not body.get("tools"):
        return "none"
    if isinstance(choice, Mapping):
        return {"name": choice.get("name"), "type": choice.get("type")}
    return choice


def _shown_tool(tool: Json) -> Json:
    if tool.get("type") != "function":
        return tool
    return {
        "name": tool["name"],
        "parameters": tool.get("parameters"),
        "strict": tool.get("strict"),
        "type": "function",
        "allowed_callers": None,
        "async": None,
        "defer_loading": None,
        "description": tool.get("description"),
        "output_schema": None,
    }


def _shown_reasoning(reasoning: Json | None) -> Json | None:
    if reasoning is None:
        return None
    names = ("context", "effort", "generate_summary", "mode", "summary")
    return {name: reasoning.get(name) for name in names}


def _shown_prompt_cache(body: Json) -> Json:
    """Return the fields about prompt caching, new in 0.33. A `-` in the retention becomes `_`."""
    options = body.get("prompt_cache_options")
    if options is not None:
        options = {
            "mode": options.get("mode"),
            "ttl": options.get("ttl", "30m"),
            "comparison_response_id": options.get("comparison_response_id"),
        }
    retention = body.get("prompt_cache_retention")
    return {
        "prompt_cache_options": options,
        "prompt_cache_key": body.get("prompt_cache_key"),
        "prompt_cache_retention": retention and retention.replace("-", "_"),
    }


def _shown_text(text: Json | None) -> Json | None:
    if text is None:
        return None
    format = text.get("format")
    if isinstance(format, Mapping) and format.get("type") == "json_schema":
        names = ("name", "schema", "type", "description", "strict")
        format = {name: format.get(name) for name in names}
    return {"format": format, "verbosity": text.get("verbosity")}


def as_chat(body: Json, former: Sequence[Json] = ()) -> dict[str, Any]:
    """Convert the request's messages, tools and options to a chat request.

    `former`: the messages of the previous response, if this request continues it.
    """
    effort = object_at(body, "reasoning").get("effort")
    template = {"enable_thinking": effort != "none"} if effort is not None else {}
    format = object_at(object_at(body, "text"), "format")
    copied = ("model", "max_output_tokens", "stop", "stream", "temperature", "top_p")
    return {
        **{name: body[name] for name in copied if name in body},
        "messages": [*former, *messages_of(body)],
        "chat_template_kwargs": {**template, **object_at(body, "chat_template_kwargs")},
        **({"response_format": {"json_schema": format}} if format else {}),
        **_tools(body),
    }


def _tools(body: Json) -> Json:
    functions = [tool for tool in body.get("tools") or () if tool.get("type") == "function"]
    if not functions:
        return {}
    choice = given(body, "tool_choice", "auto")
    if isinstance(choice, Mapping):
        choice = {"type": "function", "function": {"name": choice.get("name")}}
    tools = [{"type": "function", "function": function} for function in functions]
    return {"tools": tools, "tool_choice": choice}


def messages_of(body: Json) -> Iterator[Json]:
    """Yield instructions and input as chat messages."""
    if body.get("instructions"):
        yield {"role": "system", "content": body["instructions"]}
    items = body["input"]
    if isinstance(items, str):
        yield {"role": "user", "content": items}
        return
    for item in objects(items):
        yield from messages_of_item(item)


def messages_of_item(item: Json) -> Iterator[Json]:
    """Yield the chat message that an input or output item corresponds to, if any."""
    match item.get("type"):
        case "function_call":
            call = {"id": item.get("call_id"), "function": {"name": item.get("name")}}
            yield {"role": "assistant", "content": None, "tool_calls": [call]}
        case "function_call_output":
            id, output = item.get("call_id"), item.get("output")
            yield {"role": "tool", "tool_call_id": id, "content": output}
        case "message" | None:
            yield {"role": item.get("role"), "content": item.get("content")}
