"""Decode a chat stream to events, and assemble the response."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from ...codec.arguments import CUT_REASONS, is_whole
from ...codec.finish_reason import FinishReason
from ...codec.thinking import Thinking, ThinkingSplitter
from ...codec.tool_call import FunctionCall, ToolCall, new_call_id
from ...codec.weight_version import WeightVersion
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
    DeltaFunction,
    DeltaToolCall,
    Message,
    TokenLogprobs,
)

_DELTA: Path = ("choices", 0, "delta")
_ARGUMENTS: Path = (*_DELTA, "tool_calls", 0, "function", "arguments")

# Checking whether the arguments of a call are complete takes time that grows with their length. A
# broken server could cause a check for each piece, so their number is limited.
_MAX_CHECKS = 100


class _Call:
    """A tool call, assembled from its pieces."""

    __slots__ = (
        "arguments",
        "checks",
        "completed",
        "id",
        "index",
        "name",
        "unknown_fields",
        "unknown_of_function",
    )

    def __init__(self, index: int) -> None:
        self.index = index
        self.checks = 0
        self.id = ""
        self.name: str | None = None
        self.arguments: list[str] = []
        self.completed = False
        self.unknown_fields: dict[str, Any] = {}
        self.unknown_of_function: dict[str, Any] = {}

    def text(self) -> str:
        """Return the arguments received so far."""
        return "".join(self.arguments)

    def is_followed_by(self, piece: DeltaToolCall, name: str | None) -> bool:
        """Return whether a piece with the index of this call begins another call.

        Some servers give all parallel calls the same index. Then a new id begins another call;
        without ids, a piece that follows a complete JSON object begins another call. Other servers
        give each piece of one call a new id and repeat the name. Therefore a piece with the same
        name begins another call only if the arguments of this call are complete.
        """
        if not (name and self.name):
            return False
        arguments = piece.function.arguments if piece.function else None
        has_new_id = piece.id not in ("", None, self.id)
        if not has_new_id and not (arguments or "").strip():
            return False
        if has_new_id and name != self.name:
            return True
        self.checks += 1
        return self.checks <= _MAX_CHECKS and is_whole(self.text(), finished=has_new_id)

    def whole(self) -> ToolCall:
        """Return the call with the arguments received so far."""
        function = FunctionCall(
            self.name or "", self.text(), unknown_fields=self.unknown_of_function.copy()
        )
        return ToolCall(self.id, function=function, unknown_fields=self.unknown_fields.copy())


class _Function:
    """The legacy `function_call` of a message, assembled from its pieces."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.arguments: list[str] = []

    def add(self, piece: DeltaFunction) -> None:
        """Add a piece. The first name is kept, because servers may repeat it."""
        self.name = self.name or piece.name
        self.arguments.append(piece.arguments or "")

    def whole(self) -> FunctionCall | None:
        """Return the call with the arguments received so far. None if there is no call."""
        return FunctionCall(self.name, "".join(self.arguments)) if self.name else None


class _Choice:
    """One choice, assembled from its parts."""

    def __init__(self, thinking: Thinking | None, index: int) -> None:
        self.index = index
        self.role = "assistant"
        self.content: list[str] = []
        self.reasoning: list[str] = []
        self.calls: list[_Call] = []
        self.call_at: dict[int, _Call] = {}  # by the index of the server: the latest call
        self.call_with: dict[tuple[int, str], _Call] = {}  # by the index and the id of the server
        self.used_indices: set[int] = set()  # the indices of `calls`, which are unique
        self.next_index = 0
        self.finish_reason: FinishReason | None = None
        self.stop_reason: int | str | None = None
        self.logprobs: list[TokenLogprobs] | None = None
        self.token_ids: list[int] | None = None
        self.weight_versions: list[WeightVersion] | None = None
        self.unknown_fields: dict[str, Any] = {}
        self.unknown_of_message: dict[str, Any] = {}
        self.splitter = ThinkingSplitter(thinking) if thinking else None
        self.function = _Function()

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived, including those of calls."""
        pieces = len(self.content) + len(self.reasoning)
        return pieces + sum(len(call.arguments) for call in self.calls)


class ChatMachine(GenerationMachine[AnyStreamEvent, ChatCompletionChunk, ChatCompletionResponse]):
    """The state machine of POST /v1/chat/completions with stream=true.

    Args:
        choices: The number of choices that were requested.
        thinking: The tags of reasoning to separate from the text, if any.
        call_forced: Whether the request's `tool_choice` forces the model to call a tool.
    """

    protocol = "chat"
    event_class = ChatCompletionChunk
    TOP = (
        "id",
        "created",
        "model",
        "system_fingerprint",
        "prompt_token_ids",
        "prompt_text",
        "kv_transfer_params",
    )
    _choices: Choices[_Choice]

    def __init__(
        self, choices: int = 1, thinking: Thinking | None = None, call_forced: bool = False
    ) -> None:
        super().__init__(choices, functools.partial(_Choice, thinking))
        self._call_forced = call_forced

    def partial(self) -> ChatCompletionResponse:
        """Return the response received so far, as the call without streaming would return it."""
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
        choice.weight_versions = part.weight_versions or choice.weight_versions
        choice.unknown_fields |= part.unknown_fields
        if part.finish_reason is not None and choice.finish_reason is None:
            choice.finish_reason = part.finish_reason
            events += _flushed(choice)
            events += _completed(choice, choice.calls)
        return events

    def _add_delta(self, choice: _Choice, delta: Delta) -> list[Any]:
        events: list[Any] = []
        if delta.role:
            choice.role = delta.role
        if delta.reasoning:
            events += _flushed(choice)
            choice.splitter = None  # the server separates the reasoning itself
            choice.reasoning.append(delta.reasoning)
            events.append(ReasoningEvent(delta.reasoning, choice.index))
        if delta.content:
            events += _content(choice, delta.content)
        for piece in delta.tool_calls or ():
            events += _call_piece(choice, piece)
        if delta.function_call is not None:
            choice.function.add(delta.function_call)
        choice.unknown_of_message |= delta.unknown_fields
        return events

    def _template_for(self, part: ChunkChoice) -> tuple[Path, DeltaHandler] | None:
        delta = part.delta
        brought = (part.logprobs, part.token_ids, part.finish_reason, part.stop_reason, delta.role,
                   part.weight_versions, delta.function_call)  # fmt: skip
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
            tool_calls=[call.whole() for call in choice.calls] or None,
            reasoning="".join((*choice.reasoning, reasoning)) or None,
            function_call=choice.function.whole(),
            unknown_fields=choice.unknown_of_message.copy(),
        )
        return Choice(
            message,
            index=choice.index,
            finish_reason=choice.finish_reason,
            logprobs=ChoiceLogprobs([*choice.logprobs]) if choice.logprobs is not None else None,
            stop_reason=choice.stop_reason,
            token_ids=[*choice.token_ids] if choice.token_ids is not None else None,
            weight_versions=choice.weight_versions,
            unknown_fields=choice.unknown_fields.copy(),
        )

    def _content(self, choice: _Choice, held_back: str) -> str | None:
        """Return the text, or None where vLLM 0.32 returns null without streaming.

        It returns null if there is only reasoning, and if the model chose to make calls and wrote
        only white space before them. With a forced call it returns "".
        """
        content = "".join((*choice.content, held_back))
        if choice.calls and not content.strip():
            return "" if self._call_forced else None
        return None if choice.reasoning and not content else content


def _undivided(choice: _Choice) -> bool:
    """Return whether all further text is content, without any reasoning."""
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
    """Add a piece of a call. The first name and id are kept, because servers may repeat them."""
    name = piece.function.name if piece.function else None
    arguments = (piece.function.arguments if piece.function else None) or ""
    call, events = _call_of(choice, piece, name), []
    if call is None:
        # Each call is checked for completeness only when the next call begins, and at the end.
        events = _completed(choice, choice.calls[-1:])
        call = _begun(choice, piece.index)
    if piece.id:
        choice.call_with[piece.index, piece.id] = call
    call.id = call.id or piece.id or new_call_id()
    call.name = call.name or name
    call.arguments.append(arguments)
    call.unknown_fields |= piece.unknown_fields
    if piece.function:
        call.unknown_of_function |= piece.function.unknown_fields
    return [*events, ToolCallDeltaEvent(call.id, arguments, call.name, call.index, choice.index)]


def _call_of(choice: _Choice, piece: DeltaToolCall, name: str | None) -> _Call | None:
    """Return the call that a piece belongs to. None if the piece begins a call.

    Calls are distinguished by index. Some servers omit the id, repeat the name in every piece, or
    send the rest of a call with the next index (vLLM #18412, #9693, #37070). Therefore a piece
    without id and name belongs to the previous call.
    """
    call = choice.call_at.get(piece.index)
    if piece.id:
        call = choice.call_with.get((piece.index, piece.id), call)
    if call is None:
        return choice.calls[-1] if choice.calls and not (piece.id or name) else None
    return None if call.is_followed_by(piece, name) else call


def _begun(choice: _Choice, index: int) -> _Call:
    """Begin a call. It keeps the server's index, or gets the next free one if that is taken."""
    own_index = choice.next_index if index in choice.used_indices else index
    choice.used_indices.add(own_index)
    choice.next_index = max(choice.next_index, own_index + 1)
    call = choice.call_at[index] = _Call(own_index)
    choice.calls.append(call)
    return call


def _completed(choice: _Choice, calls: Iterable[_Call]) -> list[Any]:
    """Return a ToolCallCompleteEvent for each call that has just become complete."""
    finished = choice.finish_reason is not None and choice.finish_reason not in CUT_REASONS
    events = []
    for call in calls:
        if not call.completed and is_whole(call.text(), finished):
            call.completed = True
            events.append(ToolCallCompleteEvent(call.whole(), choice.index))
    return events


def _text_of(choice: _Choice, delta: Delta) -> tuple[Path, DeltaHandler] | None:
    """Return the path and handler for later chunks that differ from this one only in the text.

    None if the delta has no text or two texts, or if tags of reasoning may follow.
    """
    if delta.reasoning and not delta.content:
        thought = functools.partial(ReasoningEvent, index=choice.index)
        return (*_DELTA, "reasoning"), DeltaHandler(choice.reasoning.append, thought)
    if delta.content and not delta.reasoning and _undivided(choice):
        said = functools.partial(ContentEvent, index=choice.index)
        return (*_DELTA, "content"), DeltaHandler(choice.content.append, said)
    return None


def _arguments_of(choice: _Choice, delta: Delta) -> tuple[Path, DeltaHandler] | None:
    """Return the path and handler for later chunks that differ from this one only in the arguments.

    None unless the delta has only further arguments of one call.
    """
    pieces = delta.tool_calls or []
    if len(pieces) != 1 or delta.content or delta.reasoning:
        return None
    (piece,) = pieces
    index, function = piece.index, piece.function
    if index not in choice.call_at or piece.id or piece.unknown_fields:
        return None
    if function is None or function.name or function.unknown_fields or not function.arguments:
        return None

    # looked up for each piece, since another call may begin under the same index
    def keep(arguments: str) -> None:
        choice.call_at[index].arguments.append(arguments)

    def event(arguments: str) -> ToolCallDeltaEvent:
        call = choice.call_at[index]
        return ToolCallDeltaEvent(call.id, arguments, call.name, call.index, choice.index)

    return _ARGUMENTS, DeltaHandler(keep, event)
