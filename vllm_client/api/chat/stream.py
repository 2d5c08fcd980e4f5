"""A chat stream: chunks into events, and into the answer that they add up to."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from itertools import islice
from typing import Any

from ...codec.json_codec import loads
from ...codec.thinking import Thinking, ThinkingSplitter
from ...codec.tool_call import FunctionCall, ToolCall, new_call_id
from ...streams.delta_template import DeltaHandler, Path
from ...streams.events import (
    AnyStreamEvent,
    ContentEvent,
    ReasoningEvent,
    ToolCallCompleteEvent,
    ToolCallDeltaEvent,
)
from ...streams.generation import Choices, GenerationMachine
from .answers import (
    ChatCompletionChunk,
    ChatCompletionResponse,
    Choice,
    ChoiceLogprobs,
    ChunkChoice,
    Delta,
    DeltaToolCall,
    Message,
    TokenLogprobs,
)

_DELTA: Path = ("choices", 0, "delta")
_ARGUMENTS: Path = (*_DELTA, "tool_calls", 0, "function", "arguments")


class _Call:
    """A tool call, put together from its pieces."""

    __slots__ = ("arguments", "completed", "id", "name", "unknown_fields", "unknown_of_function")

    def __init__(self) -> None:
        self.id = ""
        self.name: str | None = None
        self.arguments: list[str] = []
        self.completed = False
        self.unknown_fields: dict[str, Any] = {}
        self.unknown_of_function: dict[str, Any] = {}

    def whole(self) -> ToolCall:
        """The call with all the arguments that have come."""
        function = FunctionCall(
            self.name or "",
            "".join(self.arguments),
            unknown_fields=self.unknown_of_function.copy(),
        )
        return ToolCall(self.id, function=function, unknown_fields=self.unknown_fields.copy())


class _Choice:
    """One choice, put together from its pieces."""

    def __init__(self, thinking: Thinking | None, index: int) -> None:
        self.index = index
        self.role = "assistant"
        self.content: list[str] = []
        self.reasoning: list[str] = []
        self.calls: dict[int, _Call] = {}
        self.finish_reason: str | None = None
        self.stop_reason: int | str | None = None
        self.logprobs: list[TokenLogprobs] | None = None
        self.token_ids: list[int] | None = None
        self.unknown_fields: dict[str, Any] = {}
        self.unknown_of_message: dict[str, Any] = {}
        self.splitter = ThinkingSplitter(thinking) if thinking else None


class ChatMachine(GenerationMachine[AnyStreamEvent, ChatCompletionChunk, ChatCompletionResponse]):
    """The machine of POST /v1/chat/completions.

    Args:
        choices: how many the request asked for.
        thinking: the tags to take apart, if any.
        call_forced: whether the request's tool_choice leaves the model no way but a call.
    """

    protocol = "chat"
    event_class = ChatCompletionChunk
    TOP = ("id", "created", "model", "system_fingerprint", "prompt_token_ids", "prompt_text")
    _choices: Choices[_Choice]

    def __init__(
        self, choices: int = 1, thinking: Thinking | None = None, call_forced: bool = False
    ) -> None:
        super().__init__(choices, functools.partial(_Choice, thinking))
        self._call_forced = call_forced

    def partial(self) -> ChatCompletionResponse:
        """What has arrived so far, as the response of the plain call."""
        choices = [self._whole(choice) for choice in self._choices.in_order()]
        return ChatCompletionResponse(choices, **self._whole_top())

    def _add_part(self, part: ChunkChoice) -> list[Any]:
        choice = self._choices[part.index]
        events = self._add_delta(choice, part.delta)
        if part.logprobs is not None and part.logprobs.content:
            choice.logprobs = choice.logprobs or []
            choice.logprobs += part.logprobs.content
        if part.token_ids is not None:
            choice.token_ids = choice.token_ids or []
            choice.token_ids += part.token_ids
        if part.stop_reason is not None:
            choice.stop_reason = part.stop_reason
        choice.unknown_fields |= part.unknown_fields
        if part.finish_reason is not None and choice.finish_reason is None:
            choice.finish_reason = part.finish_reason
            events += _flushed(choice)
            events += _completed(choice, choice.calls.values())
        return events

    def _add_delta(self, choice: _Choice, delta: Delta) -> list[Any]:
        events: list[Any] = []
        if delta.role:
            choice.role = delta.role
        if delta.reasoning:
            events += _flushed(choice)
            choice.splitter = None  # the server takes the tags apart itself
            choice.reasoning.append(delta.reasoning)
            events.append(ReasoningEvent(delta.reasoning, choice.index))
        if delta.content:
            events += _content(choice, delta.content)
        for piece in delta.tool_calls or ():
            events += _call_piece(choice, piece)
        choice.unknown_of_message |= delta.unknown_fields
        return events

    def _template_for(self, part: ChunkChoice) -> tuple[Path, DeltaHandler] | None:
        delta = part.delta
        brought = (part.logprobs, part.token_ids, part.finish_reason, part.stop_reason, delta.role)
        if any(value is not None for value in brought):
            return None
        choice = self._choices[part.index]
        place = (_arguments_of if delta.tool_calls else _text_of)(choice, delta)
        if place is None:
            return None
        path, handler = place
        return path, handler.also_updating(
            (choice.unknown_fields, part.unknown_fields),
            (choice.unknown_of_message, delta.unknown_fields),
        )

    def _close(self) -> list[Any]:
        held_back = [event for choice in self._choices.values() for event in _flushed(choice)]
        return super()._close() + held_back

    def _whole(self, choice: _Choice) -> Choice:
        reasoning, content = choice.splitter.held_back() if choice.splitter else ("", "")
        message = Message(
            role=choice.role,
            content=self._content(choice, content),
            tool_calls=[call.whole() for call in choice.calls.values()] or None,
            reasoning="".join((*choice.reasoning, reasoning)) or None,
            unknown_fields=choice.unknown_of_message.copy(),
        )
        return Choice(
            message,
            index=choice.index,
            finish_reason=choice.finish_reason,
            logprobs=ChoiceLogprobs([*choice.logprobs]) if choice.logprobs is not None else None,
            stop_reason=choice.stop_reason,
            token_ids=[*choice.token_ids] if choice.token_ids is not None else None,
            unknown_fields=choice.unknown_fields.copy(),
        )

    def _content(self, choice: _Choice, held_back: str) -> str | None:
        """The text, with null where a plain answer of vLLM 0.32 has it.

        That is beside reasoning without an answer, and beside calls of the model's own choice
        (before which only white space came); a forced call stands beside "".
        """
        content = "".join((*choice.content, held_back))
        if choice.calls and not content.strip():
            return "" if self._call_forced else None
        return None if choice.reasoning and not content else content


def _undivided(choice: _Choice) -> bool:
    """Whether all further text is content, as it comes."""
    return choice.splitter is None or choice.splitter.decided


def _content(choice: _Choice, text: str) -> list[Any]:
    if choice.splitter is None:
        return _said(choice, "", text)
    return _said(choice, *choice.splitter.feed(text))


def _flushed(choice: _Choice) -> list[Any]:
    return _said(choice, *choice.splitter.finish()) if choice.splitter else []


def _said(choice: _Choice, reasoning: str, content: str) -> list[Any]:
    events: list[Any] = []
    if reasoning:
        choice.reasoning.append(reasoning)
        events.append(ReasoningEvent(reasoning, choice.index))
    if content:
        choice.content.append(content)
        events.append(ContentEvent(content, choice.index))
    return events


def _call_piece(choice: _Choice, piece: DeltaToolCall) -> list[Any]:
    """Take in a piece of a call. Calls are told apart by index; names and ids are set, not joined.

    Servers have been seen to leave the id out, to repeat the name in every piece, and to give the
    rest of one call under the next index (vLLM #18412, #9693, #37070): a piece that names neither
    id nor function goes on with the call before it.
    """
    name = piece.function.name if piece.function else None
    arguments = (piece.function.arguments if piece.function else None) or ""
    index, events = piece.index, []
    if index not in choice.calls:
        if choice.calls and not (piece.id or name):
            index = next(reversed(choice.calls))
        else:
            # each call is looked at when the next one begins, and at the end: no more often,
            # however many there are
            events = _completed(choice, islice(reversed(choice.calls.values()), 1))
            choice.calls[index] = _Call()
    call = choice.calls[index]
    call.id = call.id or piece.id or new_call_id()
    call.name = call.name or name
    call.arguments.append(arguments)
    call.unknown_fields |= piece.unknown_fields
    if piece.function:
        call.unknown_of_function |= piece.function.unknown_fields
    return [*events, ToolCallDeltaEvent(call.id, arguments, call.name, index, choice.index)]


def _completed(choice: _Choice, calls: Iterable[_Call]) -> list[Any]:
    """Those of the calls that have become whole, each once."""
    events = []
    for call in calls:
        if not call.completed and _is_whole("".join(call.arguments), choice.finish_reason):
            call.completed = True
            events.append(ToolCallCompleteEvent(call.whole(), choice.index))
    return events


def _is_whole(arguments: str, finish_reason: str | None) -> bool:
    """Valid JSON that was not cut: half an object never is valid, but half a number can be."""
    try:
        value = loads(arguments)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) or finish_reason in ("stop", "tool_calls")


def _text_of(choice: _Choice, delta: Delta) -> tuple[Path, DeltaHandler] | None:
    """Where a delta of text alone is in its chunk, and how to handle it."""
    if delta.reasoning and not delta.content:
        thought = functools.partial(ReasoningEvent, index=choice.index)
        return (*_DELTA, "reasoning"), DeltaHandler(choice.reasoning.append, thought)
    if delta.content and not delta.reasoning and _undivided(choice):
        said = functools.partial(ContentEvent, index=choice.index)
        return (*_DELTA, "content"), DeltaHandler(choice.content.append, said)
    return None


def _arguments_of(choice: _Choice, delta: Delta) -> tuple[Path, DeltaHandler] | None:
    """Where a piece of a call's arguments alone is in its chunk, and how to handle it."""
    pieces = delta.tool_calls or []
    if len(pieces) != 1 or delta.content or delta.reasoning:
        return None
    (piece,) = pieces
    call, function = choice.calls.get(piece.index), piece.function
    if call is None or piece.id or piece.unknown_fields:
        return None
    if function is None or function.name or function.unknown_fields or not function.arguments:
        return None

    def event(arguments: str) -> ToolCallDeltaEvent:
        return ToolCallDeltaEvent(call.id, arguments, call.name, piece.index, choice.index)

    return _ARGUMENTS, DeltaHandler(call.arguments.append, event)
