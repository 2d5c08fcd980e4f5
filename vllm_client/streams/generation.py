"""State machines for streams of generation chunks.

They convert chunks to StreamEvents, or pass them on as typed chunks, and assemble the response.
Each protocol (chat, completions, audio, inference) has a subclass that interprets its chunks.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ..call.reported_errors import failed_generation
from ..codec.answer import Answer
from ..codec.finish_reason import FinishReason
from ..errors import VllmError
from .chunk_json import as_chunk, texts_of_chunk
from .delta_template import DeltaHandler, DeltaTemplates, Path
from .events import DoneEvent, ErrorEvent, UsageEvent
from .halved_text import HasEnded, TextPlace
from .state import EventMachine

ItemT = TypeVar("ItemT")
ChunkT = TypeVar("ChunkT", bound=Answer)
ResponseT = TypeVar("ResponseT", bound=Answer)

# Returns the parts of a chunk, one for each choice. Every class of chunks has the field `choices`.
_parts_of: Callable[[Answer], list[Any]] = attrgetter("choices")


class Choice(Protocol):
    """A choice that is assembled from its parts."""

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived."""
        ...

    @property
    def finish_reason(self) -> FinishReason | None:
        """The reason why it ended; None if it has not ended."""
        ...


ChoiceT = TypeVar("ChoiceT", bound=Choice)


class Choices(dict[int, ChoiceT]):
    """The choices of a stream by their index, each made when its first part arrives."""

    def __init__(self, new: Callable[[int], ChoiceT]) -> None:
        super().__init__()
        self._new = new

    def __missing__(self, index: int) -> ChoiceT:
        choice = self[index] = self._new(index)
        return choice

    def in_order(self) -> list[ChoiceT]:
        """Return the choices in the order of their indexes."""
        return [choice for _, choice in sorted(self.items())]

    def finish_reasons(self) -> dict[int, FinishReason]:
        """Return the finish reason of each finished choice, by its index."""
        return {
            index: choice.finish_reason
            for index, choice in sorted(self.items())
            if choice.finish_reason is not None
        }


class GenerationMachine(EventMachine[ItemT, ResponseT], Generic[ItemT, ChunkT, ResponseT]):
    """Converts chunks to StreamEvents, and assembles the response from them."""

    TOP: ClassVar[tuple[str, ...]]
    """Fields that chunks and response share, for which the first non-empty value is kept."""
    LATEST: ClassVar[tuple[str, ...]] = ("usage", "metrics")
    """Fields that chunks and response share, for which the last non-null value is kept."""

    def __init__(self, choices: int, new_choice: Callable[[int], Any]) -> None:
        super().__init__()
        self._choices = Choices(new_choice)
        self._expected = max(choices, 1)
        self._top: dict[str, Any] = {}
        self._unknown_fields: dict[str, Any] = {}
        self._templates = DeltaTemplates(self._expected)

    @abstractmethod
    def _add_part(self, part: Any) -> list[Any]:
        """Process the part of a chunk for one choice, and return its events."""

    def _template_for(self, part: Any) -> tuple[Path, DeltaHandler] | None:
        """Return the path of the delta in a chunk with only this part, and a handler for deltas.

        The handler is used for later chunks that differ from this one only in their delta. It must
        have the same effect as processing these chunks.

        Returns:
            The path and the handler; None if the part contains more than a delta.
        """
        return None

    def _find_texts(self, payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
        return texts_of_chunk(payload)

    def _as_events(self, answer: dict[str, Any]) -> list[Any]:
        return [as_chunk(answer)] if answer.get("choices") else []

    def _failure_in(self, event: ChunkT) -> VllmError | None:
        for part in _parts_of(event):
            if part.finish_reason == "error":
                return failed_generation()
        return None

    def receive(self, texts: list[str]) -> list[ItemT]:
        """Process the data of some server-sent events, and return the resulting events."""
        events: list[ItemT] = []
        templates = self._templates.kept
        for text in texts:
            for template in templates:
                delta = template.delta(text)
                if delta is not None:
                    self.begun = True
                    template.keep(delta)
                    events.append(template.event(delta))
                    break
            else:
                chunk = self._read(text, events)
                if self._halved.held:
                    templates.clear()  # the next delta begins with half of a surrogate pair
                elif chunk is not None and self._templates.to_learn:
                    self._learn_from(text, chunk)
        return events

    def _add(self, event: ChunkT) -> list[ItemT]:
        self._add_top(event)
        events: list[ItemT] = []
        for part in _parts_of(event):
            events += self._add_part(part)
            if part.finish_reason is not None or self.finished:
                self.finished = self._may_end()
        self.begun = self.begun or bool(events)
        return events

    def _add_top(self, chunk: ChunkT) -> None:
        """Store the fields of a chunk that concern the whole response."""
        for name in self.TOP:
            value = getattr(chunk, name)
            if value:
                self._top.setdefault(name, value)
        for name in self.LATEST:
            value = getattr(chunk, name)
            if value is not None:
                self._top[name] = value
        self._unknown_fields |= chunk.unknown_fields

    @property
    def usage(self) -> Any:
        """The token counts; None if they have not arrived."""
        return self._top.get("usage")

    @property
    def described(self) -> Any:
        """The fields of the response that have arrived."""
        return SimpleNamespace(**self._top)

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """The finish reasons of the finished choices."""
        return tuple(self._choices.finish_reasons().values())

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived, for all choices."""
        return sum(choice.deltas for choice in self._choices.values())

    def _whole_top(self) -> dict[str, Any]:
        """Return the fields that concern the whole response, as keyword arguments of its class."""
        return {**self._top, "unknown_fields": self._unknown_fields.copy()}

    def _learn_from(self, text: str, chunk: ChunkT) -> None:
        """Make a template from a chunk that contains nothing new but the delta of one choice."""
        for name in self.LATEST:
            if getattr(chunk, name) is not None:
                return
        parts = _parts_of(chunk)
        place = self._template_for(parts[0]) if len(parts) == 1 else None
        if place is not None:
            path, handler = place
            handler = handler.also_updating((self._unknown_fields, chunk.unknown_fields))
            self._templates.learn(text, path, handler)

    def _close(self) -> list[Any]:
        self._templates.kept.clear()
        return super()._close()

    def _is_finished(self) -> bool:
        finished = len(self._choices.finish_reasons())
        return finished >= max(self._expected, len(self._choices))

    def _fields_beside(self) -> dict[str, Any]:
        return self._unknown_fields

    def _items_of_end(self) -> list[Any]:
        reasons = self._choices.finish_reasons()
        usage = [UsageEvent(self._top["usage"])] if "usage" in self._top else []
        return [*usage, DoneEvent(next(iter(reasons.values())), reasons)]

    def _items_of_error(self, error: VllmError) -> list[Any]:
        # Before the first delta the error may be of another class than StreamError. Then opening
        # the stream raises it, and the event is never yielded.
        return [ErrorEvent(error)]  # type: ignore[arg-type]


class ChunkReader(EventMachine[ChunkT, ResponseT]):
    """Converts the stream to typed chunks, as the server sent them, instead of events.

    It delegates the assembly of the response to a `GenerationMachine`, and keeps its own state of
    the stream.
    """

    def __init__(self, machine: GenerationMachine[Any, ChunkT, ResponseT]) -> None:
        super().__init__()
        self.protocol = machine.protocol
        self.event_class = machine.event_class
        self._machine = machine

    def _find_texts(self, payload: Any) -> tuple[Iterable[TextPlace], HasEnded]:
        return self._machine._find_texts(payload)

    def _as_events(self, answer: dict[str, Any]) -> list[Any]:
        return self._machine._as_events(answer)

    def _failure_in(self, event: ChunkT) -> VllmError | None:
        return self._machine._failure_in(event)

    def _add(self, event: ChunkT) -> list[ChunkT]:
        self._machine._add(event)
        self.begun = self._machine.begun
        self.finished = self._machine.finished
        return [event]

    def _close(self) -> list[Any]:
        self._machine._close()
        return super()._close()

    def _is_finished(self) -> bool:
        return self._machine._is_finished()

    def _fields_beside(self) -> dict[str, Any]:
        return self._machine._fields_beside()

    def partial(self) -> ResponseT:
        """Return the response received so far, as the class of the call without streaming."""
        return self._machine.partial()

    @property
    def usage(self) -> Any:
        """The token counts; None if they have not arrived."""
        return self._machine.usage

    @property
    def described(self) -> Any:
        """The fields of the response that have arrived."""
        return self._machine.described

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """The finish reasons of the finished choices."""
        return self._machine.finish_reasons

    @property
    def deltas(self) -> int:
        """The number of pieces of text that have arrived, for all choices."""
        return self._machine.deltas
