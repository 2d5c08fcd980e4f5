"""Streams of generation chunks: into StreamEvents, or as chunks, and into the response.

Each protocol (chat, completions, audio, inference) says what a chunk of its own means.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ..call.reported_errors import failed_generation
from ..codec.answer import Answer
from ..errors import VllmError
from .chunk_json import as_chunk, texts_of_chunk
from .delta_template import DeltaHandler, DeltaTemplates, Path
from .events import DoneEvent, ErrorEvent, UsageEvent
from .halved_text import HasEnded, TextPlace
from .state import EventMachine

ItemT = TypeVar("ItemT")
ChunkT = TypeVar("ChunkT", bound=Answer)
ResponseT = TypeVar("ResponseT", bound=Answer)

# The parts of a chunk, one for each choice: every class of chunks has them.
_parts_of: Callable[[Answer], list[Any]] = attrgetter("choices")


class Choice(Protocol):
    """A choice that is put together from its parts."""

    @property
    def deltas(self) -> int:
        """How many pieces of text have arrived."""
        ...

    @property
    def finish_reason(self) -> str | None:
        """Why it ended; None while it has not."""
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
        """The choices by their index."""
        return [choice for _, choice in sorted(self.items())]

    def finish_reasons(self) -> dict[int, str]:
        """Why each choice ended, by its index; without those that have not."""
        return {
            index: choice.finish_reason
            for index, choice in sorted(self.items())
            if choice.finish_reason is not None
        }


class GenerationMachine(EventMachine[ItemT, ResponseT], Generic[ItemT, ChunkT, ResponseT]):
    """From chunks to StreamEvents, and to the response that they add up to."""

    TOP: ClassVar[tuple[str, ...]]
    """The fields of a chunk that the response has as well: of each, the first that is not empty."""
    LATEST: ClassVar[tuple[str, ...]] = ("usage", "metrics")
    """Those that a later chunk tells better: of each, the last that is not null."""

    def __init__(self, choices: int, new_choice: Callable[[int], Any]) -> None:
        super().__init__()
        self._choices = Choices(new_choice)
        self._expected = max(choices, 1)
        self._top: dict[str, Any] = {}
        self._unknown_fields: dict[str, Any] = {}
        self._templates = DeltaTemplates(self._expected)

    @abstractmethod
    def _add_part(self, part: Any) -> list[Any]:
        """Take in a chunk's part for one choice.

        Returns:
            The events that it makes.
        """

    def _template_for(self, part: Any) -> tuple[Path, DeltaHandler] | None:
        """Where the delta is in a chunk of this one part, and how to handle further ones.

        Taking in chunks that differ from this one in their delta only must have the same effect as
        the handler, however many they are and in whatever order they come.

        Returns:
            The path and the handler; None if the part brought more than a delta.
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
        """The events that the data of some server-sent events make."""
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
                    templates.clear()  # the next delta may not be read by itself
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
        """Take in what a chunk tells of the whole response."""
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
        """The token counts that have arrived, or None."""
        return self._top.get("usage")

    @property
    def described(self) -> Any:
        """The response, as far as it has arrived."""
        return SimpleNamespace(**self._top)

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """Why each choice ended, as far as they have."""
        return tuple(self._choices.finish_reasons().values())

    @property
    def deltas(self) -> int:
        """How many pieces of text have arrived, of all choices."""
        return sum(choice.deltas for choice in self._choices.values())

    def _whole_top(self) -> dict[str, Any]:
        """What has arrived of the whole response, as the keywords of its class."""
        return {**self._top, "unknown_fields": self._unknown_fields.copy()}

    def _learn_from(self, text: str, chunk: ChunkT) -> None:
        """Learn a template from a chunk that brought nothing but the delta of one choice."""
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
        # before the first delta the opening raises it, and no reader meets the event
        return [ErrorEvent(error)]  # type: ignore[arg-type]


class ChunkReader(EventMachine[ChunkT, ResponseT]):
    """The same stream as typed chunks, as the server sent them, instead of events.

    The machine of the events folds the chunks; the state of the stream is the reader's own.
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
        """What has arrived so far, as the response of the plain call."""
        return self._machine.partial()

    @property
    def usage(self) -> Any:
        """The token counts that have arrived, or None."""
        return self._machine.usage

    @property
    def described(self) -> Any:
        """The response, as far as it has arrived."""
        return self._machine.described

    @property
    def finish_reasons(self) -> tuple[str, ...]:
        """Why each choice ended, as far as they have."""
        return self._machine.finish_reasons

    @property
    def deltas(self) -> int:
        """How many pieces of text have arrived, of all choices."""
        return self._machine.deltas
