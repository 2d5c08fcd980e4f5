"""The events of /v1/responses: each item is opened, filled by deltas, and closed."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from attrs import define, field

from ..generation import Choice, Kind, Token
from ..ids import new_id
from ..logprobs import response_logprobs, streamed_logprobs
from ..server_version import named_event
from ..socket_steps import Close, Step
from . import responses
from .responses import Item, ResponsesAnswer

Fields = dict[str, Any]
Events = Iterator[tuple[str, Fields]]


class StreamedResponses(ResponsesAnswer):
    """Writer of a response, plain or as events."""

    def stream(self) -> Iterator[Step]:
        """Yield the events. A failure cuts the connection: vLLM 0.32 has no event for it."""
        numbers = count()
        for step in self._steps():
            if isinstance(step, tuple):
                yield _numbered(step[0], next(numbers), step[1])
            else:
                yield step

    def _steps(self) -> Iterator[Step | tuple[str, Fields]]:
        begun = self.response("in_progress", [])
        yield "created", {"response": begun}
        yield "in_progress", {"response": begun}
        choice = self.generation.choices[0]
        items = _OpenItems(choice, responses.wanted_logprobs(self.generation.body))
        shown = responses.shows_reasoning(self.generation.body)
        for steps, _, position in self.generation.steps():
            yield from steps
            token = choice.tokens[position]
            if shown or token.kind is not Kind.REASONING:
                yield from items.events(token)
        if self.generation.error is not None:
            yield Close()
            return
        status = responses.status_of(choice)
        # Before 0.33 the last event of a truncated response was "completed".
        end = status if self.dialect.since(0, 33) else "completed"
        yield from items.close(end)
        yield end, {"response": self.response(status, items.finished)}


def _numbered(type: str, number: int, fields: Fields) -> Step:
    full = f"response.{type}"
    given = {**fields, "sequence_number": number, "type": full}
    # vLLM 0.32 sends the fields in alphabetical order, except that a call's name comes first.
    order = sorted(given, key=lambda name: (name == "name", name))
    return named_event(full, {name: given[name] for name in order})


_PREFIXES = {Kind.REASONING: "rs_", Kind.CONTENT: "msg_", Kind.CALL: "fc_"}


@define
class _OpenItems:
    """Convert tokens to events. An item stays open while tokens are of its kind.

    `rivals`: the number of log probabilities for each token of text; None if not requested.
    """

    choice: Choice
    rivals: int | None
    finished: list[Item] = field(factory=list)
    _kind: Kind | None = None
    _id: str = ""
    _call: int = 0
    _texts: list[str] = field(factory=list)

    def events(self, token: Token) -> Events:
        """Yield the events of one token."""
        kind = Kind.CALL if token.kind is Kind.ARGUMENTS else token.kind
        if kind is Kind.END:
            return
        if token.kind is Kind.CALL or kind is not self._kind:
            yield from self.close()
            yield from self._open(kind, token.call)
        if token.text:
            self._texts.append(token.text)
            yield self._delta(token.text)

    def close(self, status: str = "completed") -> Events:
        """Yield the end of the open item, if any."""
        if self._kind is None:
            return
        text = "".join(self._texts)
        item = {**self._item(text), "status": status}
        yield from self._done(text, item)
        yield "output_item.done", {"item": item, **self._place()}
        self.finished.append(item)
        self._kind = None

    def _open(self, kind: Kind, call: int) -> Events:
        self._kind, self._id, self._call, self._texts = kind, new_id(), call, []
        yield "output_item.added", {"item": self._item(None), **self._place()}
        if kind is not Kind.CALL:
            yield "content_part.added", {"part": self._part(""), **self._inside()}

    def _place(self) -> Fields:
        return {"output_index": len(self.finished)}

    def _inside(self) -> Fields:
        item = f"{_PREFIXES[self._kind or Kind.CALL]}{self._id}"
        content = {} if self._kind is Kind.CALL else {"content_index": 0}
        return {**content, "item_id": item, **self._place()}

    def _delta(self, text: str) -> tuple[str, Fields]:
        fields = {"delta": text, **self._inside()}
        match self._kind:
            case Kind.REASONING:
                return "reasoning_text.delta", fields
            case Kind.CALL:
                return "function_call_arguments.delta", fields
            case _:
                logprobs = [] if self.rivals is None else streamed_logprobs(text, self.rivals)
                return "output_text.delta", {**fields, "logprobs": logprobs}

    def _done(self, text: str, item: Item) -> Events:
        inside = self._inside()
        if self._kind is Kind.CALL:
            done = {"arguments": text, "name": item["name"], **inside}
            yield "function_call_arguments.done", done
            return
        if self._kind is Kind.REASONING:
            yield "reasoning_text.done", {"text": text, **inside}
        else:
            yield "output_text.done", {"text": text, "logprobs": [], **inside}
        yield "content_part.done", {"part": self._part(text), **inside}

    def _part(self, text: str) -> Item:
        if self._kind is Kind.REASONING:
            return {"text": text, "type": "reasoning_text"}
        return responses.text_part(text, self._logprobs() if text else [])

    def _logprobs(self) -> list[Item] | None:
        return None if self.rivals is None else response_logprobs(self._texts, self.rivals)

    def _item(self, text: str | None) -> Item:
        """Return the open item; without a text, in its initial state."""
        begun = text is None
        status = "in_progress" if begun else "completed"
        match self._kind:
            case Kind.REASONING:
                return responses.reasoning_item(self._id, text, status)
            case Kind.CALL:
                call = self.choice.calls[self._call]
                return responses.call_item(self._id, call, text or "", status)
            case _:
                return responses.message_item(self._id, text, None if begun else self._logprobs())
