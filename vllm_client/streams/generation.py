"""What the streams of all generations have in common: how they fail, how they end, how they add up.

A machine is told the data of server-sent events and gives StreamEvents; it does no I/O. Each
dialect (chat, completions) says what a chunk of its own means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from ..codec.answer import Answer
from ..errors import VllmError
from .delta_template import DeltaHandler, DeltaTemplate, Path, learn
from .endings import as_met, early_end, event_of, payload_of
from .events import DoneEvent, ErrorEvent, UsageEvent

ChunkT = TypeVar("ChunkT", bound=Answer)
ResponseT = TypeVar("ResponseT", bound=Answer)

# Where chunks differ in more than their delta a template fits none but its own; after so many for
# each choice we learn no more.
MAX_LEARNED_TEMPLATES = 8
# With more, the look at each of them costs what parsing costs.
MAX_KEPT_TEMPLATES = 8


class StreamMachine(ABC, Generic[ChunkT, ResponseT]):
    """From the data of server-sent events to StreamEvents, and to the answer they add up to.

    begun: an event has come out; from here on an error is a StreamError with the text so far.
    over: nothing more will come out.
    error: what broke the stream; to be raised when one reads on.
    """

    TOP: ClassVar[tuple[str, ...]]
    """The fields of a chunk that the answer has as well: of each, the first that is not empty."""
    LATEST: ClassVar[tuple[str, ...]] = ("usage", "metrics")
    """Those that a later chunk tells better: of each, the last that is not null."""

    def __init__(self, chunk_class: type[ChunkT], choices: int) -> None:
        self.begun = False
        self.over = False
        self.error: VllmError | None = None
        self._chunk_class = chunk_class
        self._expected = max(choices, 1)
        self._top: dict[str, Any] = {}
        self._unknown_fields: dict[str, Any] = {}
        self._templates: list[DeltaTemplate] = []
        self._lessons = MAX_LEARNED_TEMPLATES * self._expected

    @abstractmethod
    def response(self) -> ResponseT:
        """What has come so far, as the answer that a plain call gives."""

    def _add_top(self, chunk: ChunkT) -> None:
        """Take in what a chunk tells of the whole answer."""
        for name in self.TOP:
            value = getattr(chunk, name)
            if value:
                self._top.setdefault(name, value)
        for name in self.LATEST:
            value = getattr(chunk, name)
            if value is not None:
                self._top[name] = value
        self._unknown_fields |= chunk.unknown_fields

    def _whole_top(self) -> dict[str, Any]:
        """What has come so far of the whole answer, as the keywords of its class."""
        return {**self._top, "unknown_fields": self._unknown_fields.copy()}

    @abstractmethod
    def _add(self, chunk: ChunkT) -> list[Any]:
        """The events that a chunk makes."""

    @abstractmethod
    def _lesson(self, chunk: ChunkT) -> tuple[Path, DeltaHandler] | None:
        """Where the delta of a chunk stands that brought nothing else new, and what to do with it.

        To take in the chunk's like any number of times, in whatever order, must come to the same
        as its template does.
        """

    @abstractmethod
    def _flush(self) -> list[Any]:
        """The events of text that was held back, now that nothing follows."""

    @abstractmethod
    def _finish_reasons(self) -> dict[int, str | None]:
        """Why each choice that was seen ended; None for one that has not."""

    def receive(self, texts: list[str]) -> list[Any]:
        """The events that the data of some server-sent events make."""
        events: list[Any] = []
        for text in texts:
            for template in self._templates:
                delta = template.delta(text)
                if delta is not None:
                    self.begun = True
                    template.keep(delta)
                    events.append(template.event(delta))
                    break
            else:
                chunk = self.read(text, events)
                if chunk is not None and self._lessons and (lesson := self._lesson(chunk)):
                    self._learn(text, *lesson)
        return events

    def read(self, text: str, events: list[Any]) -> ChunkT | None:
        """Take in one event's data and append what it makes; the chunk it was, if it was one."""
        if self.over:
            return None
        if text.strip() == "[DONE]":
            events += self.end()
            return None
        try:
            chunk = self._parse(text)
        except VllmError as error:
            events += self.fail(error)
            return None
        made = self._add(chunk)
        self.begun = self.begun or bool(made)
        events += made
        return chunk

    def end(self) -> list[Any]:
        """The last events, now that no more data will come.

        [DONE] alone does not mean success: vLLM sends it after an error, too. A stream is
        complete when every choice has its finish_reason.
        """
        if self.over:
            return []
        reasons = self._finish_reasons()
        done = {index: reason for index, reason in sorted(reasons.items()) if reason is not None}
        if len(done) < max(self._expected, len(reasons)):
            return self.fail(early_end("every choice had its finish_reason"))
        events = self._close()
        if "usage" in self._top:
            events.append(UsageEvent(self._top["usage"]))
        events.append(DoneEvent(next(iter(done.values())), done))
        return events

    def fail(self, error: VllmError) -> list[Any]:
        """The last events of a stream that this error broke."""
        if self.over:
            return []
        events = self._close()
        self.error = as_met(error, self.begun, self.response)
        # before the first delta the opening raises it, and no reader meets the event
        events.append(ErrorEvent(self.error))  # type: ignore[arg-type]
        return events

    def _learn(self, text: str, path: Path, known: DeltaHandler) -> None:
        """Read further chunks like this one by their template."""
        self._lessons -= 1
        template = learn(text, path, known)
        if template is not None:
            # the newest kind first: it is the likeliest to come again
            self._templates = [template, *self._templates[: MAX_KEPT_TEMPLATES - 1]]

    def _close(self) -> list[Any]:
        self.over = True
        self._templates.clear()
        return self._flush()

    def _parse(self, text: str) -> ChunkT:
        payload, failure = payload_of(text)
        if failure is not None:
            raise failure
        return event_of(payload, self._chunk_class, text)


class ChunkReader(Generic[ChunkT, ResponseT]):
    """The same stream as typed chunks, as the server sent them, instead of events."""

    def __init__(self, machine: StreamMachine[ChunkT, ResponseT]) -> None:
        self._machine = machine

    @property
    def begun(self) -> bool:
        """See StreamMachine."""
        return self._machine.begun

    @property
    def over(self) -> bool:
        """See StreamMachine."""
        return self._machine.over

    @property
    def error(self) -> VllmError | None:
        """See StreamMachine."""
        return self._machine.error

    def response(self) -> ResponseT:
        """See StreamMachine."""
        return self._machine.response()

    def receive(self, texts: list[str]) -> list[ChunkT]:
        """The chunks that these data are."""
        chunks = [self._machine.read(text, []) for text in texts]
        return [chunk for chunk in chunks if chunk is not None]

    def end(self) -> list[ChunkT]:
        """The bytes have ended; no chunk comes of it."""
        self._machine.end()
        return []

    def fail(self, error: VllmError) -> list[ChunkT]:
        """The bytes broke off; no chunk comes of it."""
        self._machine.fail(error)
        return []
