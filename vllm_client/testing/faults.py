"""Faults of a connection: each transforms the steps of an answer.

A fault works either on the body before the chunked encoding, or on the bytes after it. Several
faults are applied in the order given.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Literal

from attrs import evolve, field, frozen, validators

from .choices import one_of
from .socket_steps import (
    Abort,
    Close,
    Comment,
    Event,
    Hang,
    HeadStep,
    Idle,
    Raw,
    Send,
    SocketResponse,
    Step,
    chunked,
    head,
    pause,
    trimmed,
)

Unit = Literal["answer", "body", "events"]


@frozen
class Fault:
    """Transformation of an answer's steps. The base class changes nothing."""

    def on_body(self, steps: Iterable[Step]) -> Iterable[Step]:
        """Transform the steps of the body, before the chunked encoding."""
        return steps

    def on_wire(self, steps: Iterable[Step]) -> Iterable[Step]:
        """Transform all steps of the answer, after the chunked encoding."""
        return steps


@frozen
class BreakOff(Fault):
    """Base class of faults that break an answer off; `Cut` describes their arguments."""

    after: int = field(default=0, validator=validators.ge(0))
    of: Unit = field(default="answer", validator=one_of(("answer", "body", "events")))

    def on_body(self, steps: Iterable[Step]) -> Iterable[Step]:
        return steps if self.of == "answer" else self._broken_off(steps)

    def on_wire(self, steps: Iterable[Step]) -> Iterable[Step]:
        return self._broken_off(steps) if self.of == "answer" else steps

    def _broken_off(self, steps: Iterable[Step]) -> Iterator[Step]:
        yield from _first(steps, self.after, self.of)
        yield from self.ending()

    def ending(self) -> Iterable[Step]:
        """Return the steps that replace the rest of the answer."""
        raise NotImplementedError


@frozen
class Cut(BreakOff):
    """Close the connection normally (FIN), as when the server is killed.

    Args:
        after: How much of the answer is sent first: bytes, or events with `of="events"`. A shorter
            answer breaks at its end; with "body" or "events", before the last HTTP chunk.
        of: What is counted: bytes of the whole "answer" with its head, bytes of the "body", or
            "events" of the stream.
    """

    def ending(self) -> Iterable[Step]:
        return (Close(),)


@frozen
class Reset(BreakOff):
    """Reset the connection (RST). A Unix socket is closed instead.

    Args:
        after: How much of the answer is sent first; see `Cut`.
        of: What is counted: "answer", "body" or "events".
    """

    def ending(self) -> Iterable[Step]:
        return (Abort(),)


@frozen
class Stall(BreakOff):
    """Send nothing more, but keep the connection open until the client or server closes it.

    Args:
        after: How much of the answer is sent first; see `Cut`.
        of: What is counted: "answer", "body" or "events".
    """

    def ending(self) -> Iterable[Step]:
        return (Hang(),)


@frozen
class Garbage(BreakOff):
    """Send invalid bytes instead of the rest, then close the connection.

    In a chunked body, they break the chunked encoding.

    Args:
        after: How much of the answer is sent first; see `Cut`.
        of: What is counted: "answer", "body" or "events".
        data: The bytes to send.
    """

    data: bytes = field(default=b"\x16\x03\x01 this is no HTTP \xff\xfe\r\n\r\n", kw_only=True)

    def ending(self) -> Iterable[Step]:
        return (Raw(self.data), Close())


@frozen
class SlowHead(Fault):
    """Delay status line and headers.

    With `pieces=1`, this is a server that takes a long time before it answers.

    Args:
        seconds: The total delay.
        pieces: The number of pieces in which the head is sent, with a pause before each.
    """

    seconds: float
    pieces: int = field(default=8, validator=validators.ge(1))

    def on_wire(self, steps: Iterable[Step]) -> Iterator[Step]:
        for step in steps:
            if not isinstance(step, HeadStep):
                yield step
                continue
            size = -(-len(step.data) // self.pieces)
            for piece in _recut([step], [size]):
                yield from pause(self.seconds / self.pieces)
                yield piece


def _sizes(size: int | Sequence[int]) -> tuple[int, ...]:
    return (size,) if isinstance(size, int) else tuple(size)


@frozen
class Split(Fault):
    """Send the answer in pieces of other sizes, whatever their content.

    Args:
        sizes: The sizes of the pieces in bytes, such as 1 or `(7, 1)`. The last one is repeated.
        of: "answer": each piece is one write to the socket, which buffers may join again. "body":
            each piece is one HTTP chunk.
    """

    sizes: tuple[int, ...] = field(
        converter=_sizes,
        validator=[
            validators.min_len(1),
            validators.deep_iterable(validators.ge(1)),
        ],
    )
    of: Literal["answer", "body"] = field(default="answer", validator=one_of(("answer", "body")))

    def on_body(self, steps: Iterable[Step]) -> Iterable[Step]:
        return steps if self.of == "answer" else _recut(steps, self.sizes)

    def on_wire(self, steps: Iterable[Step]) -> Iterable[Step]:
        return _recut(steps, self.sizes) if self.of == "answer" else steps


@frozen
class LineEnds(Fault):
    """End the lines of events with CRLF or a lone CR, as some gateways do.

    Args:
        ending: The end of each line.
    """

    ending: str = "\r\n"

    def on_body(self, steps: Iterable[Step]) -> Iterator[Step]:
        for step in steps:
            if isinstance(step, Event | Comment):
                step = evolve(step, data=step.data.replace(b"\n", self.ending.encode()))
            yield step


@frozen
class KeepAlives(Fault):
    """Send comments `: keep-alive` between events, as vLLM does with `--sse-keep-alive-interval`.

    Args:
        count: The number of comments. None: they never end, and the next event is never sent.
        seconds: The pause before each comment.
        every: After how many events the comments are sent again; they also precede the first one.

    Raises:
        ValueError: `count` is None and `seconds` is 0.
    """

    count: int | None = 1
    seconds: float = 0.0
    every: int = field(default=1, validator=validators.ge(1))

    def __attrs_post_init__(self) -> None:
        if self.count is None and self.seconds <= 0:
            raise ValueError("endless keep-alives need a pause: seconds must be above 0")

    def on_body(self, steps: Iterable[Step]) -> Iterator[Step]:
        events = 0
        for step in steps:
            if isinstance(step, Event):
                if events % self.every == 0:
                    yield from self._comments()
                events += 1
            yield step

    def _comments(self) -> Iterator[Step]:
        for _ in repeat(None) if self.count is None else repeat(None, self.count):
            yield from pause(self.seconds)
            yield Comment(b": keep-alive\n\n")


@frozen
class WrongLength(Fault):
    """Send a wrong `content-length`. A stream has none and is not changed.

    Args:
        by: The difference in bytes to the correct length; may be negative.
    """

    by: int

    def on_wire(self, steps: Iterable[Step]) -> Iterator[Step]:
        for step in steps:
            if isinstance(step, HeadStep):
                step = evolve(step, data=_LENGTH.sub(self._falsified, step.data))
            yield step

    def _falsified(self, found: re.Match[bytes]) -> bytes:
        return b"%b%d" % (found[1], max(0, int(found[2]) + self.by))


_LENGTH = re.compile(rb"(?i)(\r\ncontent-length: *)(\d+)")


@frozen
class CloseAfter(Fault):
    """Close the connection after the answer, without `connection: close` in its head.

    vLLM does this after 5 idle seconds, which is the simulated server's default.

    Args:
        seconds: The idle time before the connection is closed.
    """

    seconds: float = 0.0

    def on_wire(self, steps: Iterable[Step]) -> Iterator[Step]:
        yield from steps
        yield Idle(self.seconds)


def faulty(
    answer: SocketResponse, faults: Sequence[Fault], *, close: bool, bodiless: bool = False
) -> Iterable[Step]:
    """Return the steps of an answer on the wire, with these faults.

    `close`: whether the head has `connection: close`. `bodiless`: whether it answers a HEAD
    request.
    """
    wire: Iterable[Step] = _whole(answer, faults, close=close, bodiless=bodiless)
    for fault in faults:
        wire = fault.on_wire(wire)
    return wire


def _whole(
    answer: SocketResponse, faults: Sequence[Fault], *, close: bool, bodiless: bool
) -> Iterator[Step]:
    """Yield the steps of an answer on the wire, with the faults applied to its body."""
    yield from pause(answer.wait)
    yield from answer.before
    if answer.late is not None:
        yield from _whole(answer.late(), faults, close=close, bodiless=bodiless)
        return
    body: Iterable[Step] = () if bodiless else answer.body
    for fault in faults:
        body = fault.on_body(body)
    yield head(answer, close=close)
    yield from chunked(body) if answer.length is None and not bodiless else body


def _first(steps: Iterable[Step], count: int, unit: Unit) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, Send):
            if count <= 0:
                return
            cost = len(step.data) if unit != "events" else not isinstance(step, Comment)
            if cost > count:
                yield trimmed(step, count)
                return
            count -= cost
        yield step


def _recut(steps: Iterable[Step], sizes: Sequence[int]) -> Iterator[Step]:
    each = chain(sizes, repeat(sizes[-1]))
    size = next(each)
    held = b""
    for step in steps:
        if not isinstance(step, Send) or isinstance(step, Raw):
            if held:
                yield Send(held)
                held = b""
            yield step
            continue
        held += step.data
        start = 0
        while len(held) - start >= size:
            yield Send(held[start : start + size])
            start += size
            size = next(each)
        held = held[start:]
    if held:
        yield Send(held)
