"""/v1/messages, Anthropic's API: write a generation as vLLM does, plain or streamed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from attrs import define, field, frozen

from .. import body_shapes
from ..default_replies import object_at, objects
from ..endpoint import refuse
from ..generation import Choice, Generation, Kind, Token
from ..generation_endpoint import GenerationEndpoint
from ..ids import id_after
from ..replies import InStreamError
from ..request_checks import Refusal, check_conversation
from ..server_state import ServerState
from ..server_version import VersionBehavior, error_type, json_answer, named_event
from ..socket_steps import SocketResponse, Step
from ..tokenizer import Tokenizer
from .chat import chat_prompts

Json = Mapping[str, Any]


@frozen
class MessagesAnswer:
    """Writer of one generation."""

    generation: Generation
    dialect: VersionBehavior
    vocabulary: Tokenizer

    def plain(self) -> dict[str, Any]:
        """Return the plain answer."""
        choice = self.generation.choices[0]
        reason, sequence = _stop_reason(choice)
        stopped_by = {"stop_sequence": sequence} if sequence is not None else {}
        return {
            **self._frame(),
            "content": _blocks(choice),
            "model": self.generation.model,
            "stop_reason": reason,
            **stopped_by,
            "usage": self._usage(),
        }

    def stream(self) -> Iterator[Step]:
        """Yield the start, the blocks with their deltas, and the end; an error ends the stream."""
        error = self.generation.error
        if error is None or error.after:
            yield _event("message_start", message=self._start())
        blocks = _OpenBlocks(self.generation.choices[0])
        for steps, choice, position in self.generation.steps():
            yield from steps
            yield from blocks.events(choice.tokens[position])
        if error is not None:
            yield named_event("error", self._broken_stream(error))
            return
        yield from blocks.close()
        yield from self._end()

    def _broken_stream(self, error: InStreamError) -> Json:
        if self.dialect.since(0, 33):
            return _error(_anthropic_type(error.code, error.type), error.message)
        return _unreadable(error)

    def _frame(self) -> dict[str, Any]:
        return {"id": self.generation.id, "type": "message", "role": "assistant"}

    def _start(self) -> dict[str, Any]:
        return {
            **self._frame(),
            "content": [],
            "model": self.generation.model,
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": self.generation.prompt_tokens, "output_tokens": 0},
        }

    def _end(self) -> Iterator[Step]:
        reason, sequence = _stop_reason(self.generation.choices[0])
        delta = {"stop_reason": reason, "stop_sequence": sequence}
        yield _event("message_delta", delta=delta, usage=self._usage())
        yield _event("message_stop")

    def _usage(self) -> dict[str, Any]:
        cached, created = self.generation.cached_tokens, self.generation.created_cache_tokens
        return {
            "input_tokens": self.generation.prompt_tokens - cached - created,
            "output_tokens": self.generation.completion_tokens,
            "cache_creation_input_tokens": created,
            "cache_read_input_tokens": cached,
            **self.generation.usage,
        }


def _event(type: str, **fields: Any) -> Step:
    return named_event(type, {"type": type, **fields})


def _blocks(choice: Choice) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if thinking := choice.text(Kind.REASONING):
        blocks.append({"type": "thinking", "thinking": thinking, "signature": uuid4().hex})
    if choice.content:
        blocks.append({"type": "text", "text": choice.content})
    for number in choice.begun_calls:
        blocks += _tool_use(choice, number)
    return blocks or [{"type": "text", "text": ""}]


def _tool_use(choice: Choice, number: int) -> list[dict[str, Any]]:
    id, name = choice.calls[number]
    try:
        arguments = json.loads(choice.text(Kind.ARGUMENTS, number))
    except json.JSONDecodeError as error:
        if choice.finish_reason == "length":
            return []
        raise Refusal(str(error)) from error
    return [{"type": "tool_use", "id": id, "name": name, "input": arguments}]


def _stop_reason(choice: Choice) -> tuple[str, str | None]:
    if choice.finish_reason == "length":
        return "max_tokens", None
    if isinstance(choice.stop_reason, str):
        return "stop_sequence", choice.stop_reason
    return ("tool_use" if choice.begun_calls else "end_turn"), None


_DELTAS = {
    "thinking": ("thinking_delta", "thinking"),
    "text": ("text_delta", "text"),
    "tool_use": ("input_json_delta", "partial_json"),
}
_BLOCK_TYPES = {
    Kind.REASONING: "thinking",
    Kind.CONTENT: "text",
    Kind.CALL: "tool_use",
    Kind.ARGUMENTS: "tool_use",
}


@define
class _OpenBlocks:
    """Convert tokens to block events. A block stays open while tokens have the same type."""

    choice: Choice
    index: int = 0
    type: str | None = None
    signature: str = field(factory=lambda: uuid4().hex)

    def events(self, token: Token) -> Iterator[Step]:
        type = _BLOCK_TYPES.get(token.kind)
        if type is None:
            return
        if token.kind is Kind.CALL or type != self.type:
            yield from self.close()
            self.type = type
            yield _event("content_block_start", content_block=self._opened(token), index=self.index)
        if token.text:
            kind, name = _DELTAS[type]
            yield self._delta({"type": kind, name: token.text})

    def close(self) -> Iterator[Step]:
        """Yield the end of the open block, if any."""
        if self.type is None:
            return
        if self.type == "thinking":
            yield self._delta({"type": "signature_delta", "signature": self.signature})
        yield _event("content_block_stop", index=self.index)
        self.index += 1
        self.type = None

    def _delta(self, delta: dict[str, str]) -> Step:
        return _event("content_block_delta", delta=delta, index=self.index)

    def _opened(self, token: Token) -> dict[str, Any]:
        if token.kind is Kind.CALL:
            id, name = self.choice.calls[token.call]
            return {"type": "tool_use", "id": id, "name": name, "input": {}}
        return {"type": self.type, _DELTAS[str(self.type)][1]: ""}


def _unreadable(error: InStreamError) -> Json:
    """Return the validation error that vLLM 0.32 sends instead of an error in the stream.

    vLLM parses its own error event as a chat chunk, which fails.
    """
    inner = {"message": error.message, "type": error.type, "param": None, "code": error.code}
    shown = repr({"error": inner})
    cut = shown if len(shown) <= 50 else f"{shown[:25]}...{shown[-24:]}"
    missing = (
        f"  Field required [type=missing, input_value={cut}, input_type=dict]\n"
        "    For further information visit https://errors.pydantic.dev/2.14/v/missing"
    )
    names = "\n".join(f"{name}\n{missing}" for name in ("model", "choices"))
    message = f"2 validation errors for ChatCompletionStreamResponse\n{names}"
    return _error("internal_error", message)


def as_chat(body: Json) -> dict[str, Any]:
    """Convert the request to a chat request, as vLLM does."""
    thinks = object_at(body, "thinking").get("type") != "disabled"
    template = object_at(body, "chat_template_kwargs")
    format = object_at(object_at(body, "output_config"), "format")
    return {
        "messages": list(_messages(body)),
        "model": body.get("model"),
        "max_completion_tokens": body.get("max_tokens"),
        "stop": body.get("stop_sequences"),
        "stream": body.get("stream"),
        "temperature": body.get("temperature"),
        "top_p": body.get("top_p"),
        "chat_template_kwargs": template if thinks else {**template, "enable_thinking": False},
        **({"response_format": {"json_schema": format}} if format else {}),
        **_tools(body),
    }


def _tools(body: Json) -> Json:
    choice = object_at(body, "tool_choice")
    tools = [
        {"type": "function", "function": {**tool, "parameters": tool.get("input_schema")}}
        for tool in body.get("tools") or ()
    ]
    match choice.get("type"):
        case "any":
            return {"tools": tools, "tool_choice": "required"}
        case "tool":
            named = {"type": "function", "function": {"name": choice.get("name")}}
            return {"tools": tools, "tool_choice": named}
        case "none" | "auto" as word:
            return {"tools": tools, "tool_choice": word}
        case _:
            return {"tools": tools, "tool_choice": "auto"} if tools else {}


def _messages(body: Json) -> Iterator[Json]:
    if body.get("system"):
        yield {"role": "system", "content": body["system"]}
    for message in body["messages"]:
        blocks = objects(message["content"])
        yield from (_tool_result(block) for block in blocks if block["type"] == "tool_result")
        others = [block for block in blocks if block["type"] != "tool_result"]
        if not blocks or others:
            content = others if blocks else message["content"]
            calls = [_call(block) for block in others if block["type"] == "tool_use"]
            yield {"role": message["role"], "content": content, "tool_calls": calls}


def _tool_result(block: Json) -> Json:
    return {
        "role": "tool",
        "tool_call_id": block.get("tool_use_id"),
        "content": block.get("content"),
    }


def _call(block: Json) -> Json:
    return {"id": block.get("id"), "function": {"name": block.get("name")}}


def _check(body: Json, state: ServerState) -> None:
    check_conversation(body["messages"])
    choice = object_at(body, "tool_choice")
    names = [tool["name"] for tool in body.get("tools") or ()]
    if choice.get("type") == "tool" and choice.get("name") not in names:
        raise Refusal(f"The tool with name '{choice.get('name')}' is not found in the tools list.")


def _error(type: str, message: str) -> Json:
    return {"type": "error", "error": {"type": type, "message": message}}


# Since 0.33 this route uses Anthropic's error types; before, it had vLLM's.
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    503: "overloaded_error",
}
_OWN_TYPES = ("InternalServerError", "ServiceUnavailableError")


def _anthropic_type(code: int, type: str) -> str:
    """Return Anthropic's type for one of vLLM's error types; keep a scripted type."""
    if type not in (error_type(code), *_OWN_TYPES):
        return type
    return _ANTHROPIC_TYPES.get(code, "api_error" if code >= 500 else "invalid_request_error")


def refuse_message(refusal: Refusal, dialect: VersionBehavior) -> SocketResponse:
    """Return an error in Anthropic's format; an invalid body gets vLLM's usual format."""
    if refusal.type == "Bad Request":
        return refuse(refusal, dialect)
    type = refusal.type or error_type(refusal.code)
    if dialect.since(0, 33):
        type = _anthropic_type(refusal.code, type)
    return json_answer(_error(type, refusal.message), refusal.code)


MESSAGES = GenerationEndpoint(
    name=id_after("chatcmpl-"),
    shape=body_shapes.MESSAGES,
    writer=MessagesAnswer,
    prompts=chat_prompts,
    check=_check,
    options=lambda body, state: as_chat(body),
    refuse=refuse_message,
)
