"""What can go wrong on the way: each fault turns the steps of an answer into others.

A fault works either on the body, before it is put in HTTP chunks, or on the wire, after. Several
are applied in the order given.
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
    """Changes the steps of an answer. The base class changes nothing."""

    def on_body(self, steps: Iterable[Step]) -> Iterable[Step]:
        """The body's steps, before they are put in HTTP chunks."""
        return steps

    def on_wire(self, steps: Iterable[Step]) -> Iterable[Step]:
        """All steps of the answer, as its bytes go on the wire."""
        return steps


@frozen
class BreakOff(Fault):
    """An answer that goes wrong after `after` bytes of the whole `answer` or of its `body`.

    With `of="events"`, after so many events of its stream. An answer that is shorter goes wrong
    at its end, before a stream's last HTTP chunk when the body is counted.
    """

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
        """What comes instead of the rest."""
        raise NotImplementedError


@frozen
class Cut(BreakOff):
    """The connection ends in order (FIN), as when the server is killed."""

    def ending(self) -> Iterable[Step]:
        return (Close(),)


@frozen
class Reset(BreakOff):
    """The connection is reset (RST). On a Unix socket it just ends."""

    def ending(self) -> Iterable[Step]:
        return (Abort(),)


@frozen
class Stall(BreakOff):
    """Not a byte more, and no end, until the client leaves or the server stops."""

    def ending(self) -> Iterable[Step]:
        return (Hang(),)


@frozen
class Garbage(BreakOff):
    """`data` instead of the rest, then the end. Within a chunked body, it breaks the chunking."""

    data: bytes = field(default=b"\x16\x03\x01 this is no HTTP \xff\xfe\r\n\r\n", kw_only=True)

    def ending(self) -> Iterable[Step]:
        return (Raw(self.data), Close())


@frozen
class SlowHead(Fault):
    """Status line and headers take `seconds`, in `pieces` pieces with a pause before each.

    One piece is a server that thinks for so long before it answers.
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
    """The answer's bytes in pieces of other sizes, whatever they hold: `Split(1)`, `Split((7, 1))`.

    The last size goes on to the end. Of the `answer`, pieces are writes to the socket; of the
    `body`, they are HTTP chunks, which no buffer on the way joins again.
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
    """Events whose lines end in CRLF, or in a lone CR, as behind some gateways."""

    ending: str = "\r\n"

    def on_body(self, steps: Iterable[Step]) -> Iterator[Step]:
        for step in steps:
            if isinstance(step, Event | Comment):
                step = evolve(step, data=step.data.replace(b"\n", self.ending.encode()))
            yield step


@frozen
class KeepAlives(Fault):
    """Comment lines `: keep-alive` between events, as with `--sse-keep-alive-interval`.

    `count` of them, each after `seconds`, before the first event and before each one that follows
    `every` more. With `count=None` they never end, and the event never comes.
    """

    count: int | None = 1
    seconds: float = 0.0
    every: int = field(default=1, validator=validators.ge(1))

    def __attrs_post_init__(self) -> None:
        if self.count is None and self.seconds <= 0:
            raise ValueError("endless keep-alives need seconds between them")

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
    """A `content-length` that is `by` bytes more (or less, below 0) than what comes.

    A stream has none, and stays as it is.
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
    """The connection is closed `seconds` after the answer's end, though nothing announced it.

    vLLM does so after 5 idle seconds, which is the server's default without this fault.
    """

    seconds: float = 0.0

    def on_wire(self, steps: Iterable[Step]) -> Iterator[Step]:
        yield from steps
        yield Idle(self.seconds)


def faulty(
    answer: SocketResponse, faults: Sequence[Fault], *, close: bool, bodiless: bool = False
) -> Iterable[Step]:
    """The steps of an answer on the wire, with these faults.

    `close`: the head announces the connection's end; `bodiless`: it is the answer to a HEAD.
    """
    wire: Iterable[Step] = _whole(answer, faults, close=close, bodiless=bodiless)
    for fault in faults:
        wire = fault.on_wire(wire)
    return wire


def _whole(
    answer: SocketResponse, faults: Sequence[Fault], *, close: bool, bodiless: bool
) -> Iterator[Step]:
    """The steps of an answer on the wire, whose body has the faults."""
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
