"""What a server does to a socket, as values: an answer is a sequence of steps."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from email.utils import formatdate
from http import HTTPStatus

from attrs import evolve, field, frozen


@frozen
class Send:
    """Bytes: in a body, before the transfer coding; on the wire, as they are."""

    data: bytes


@frozen
class Event(Send):
    """A body's bytes that are one event of a stream."""


@frozen
class Comment(Send):
    """A body's bytes that are a comment between events."""


@frozen
class HeadStep(Send):
    """The status line and the headers."""


@frozen
class Raw(Send):
    """Bytes in the midst of a body that no transfer coding wraps."""


@frozen
class Delay:
    """A pause of so many seconds."""

    seconds: float


@frozen
class Until:
    """A pause until something has happened in the server."""

    happened: Callable[[], Awaitable[None]]


@frozen
class Hang:
    """Nothing more, until the client leaves or the server stops."""


@frozen
class Close:
    """The end of the connection, in order (FIN)."""


@frozen
class Abort:
    """The end of the connection with a reset (RST)."""


@frozen
class Idle:
    """From now on this connection is closed after so many idle seconds."""

    seconds: float


Step = Send | Delay | Until | Hang | Close | Abort | Idle


def pause(seconds: float) -> tuple[Delay, ...]:
    """A pause, or no step at all when it lasts no time."""
    return (Delay(seconds),) if seconds > 0 else ()


def _do_nothing() -> None:
    pass


@frozen
class SocketResponse:
    """A status, headers, and the steps that make the body.

    `length`: bytes of the body; None for a chunked one. `wait`: seconds before the head. `before`:
    steps before the head, after that wait. `late`: makes the answer when `before` is over, in
    place of this one's status, headers and body. `on_end` is called when the answer has ended, or
    its client has left.
    """

    status: int
    headers: Mapping[str, str]
    body: Iterable[Step] = ()
    length: int | None = 0
    wait: float = field(default=0.0)
    before: Iterable[Step] = ()
    late: "Callable[[], SocketResponse] | None" = None
    on_end: Callable[[], None] = _do_nothing


def head(answer: SocketResponse, *, close: bool) -> HeadStep:
    """The head as uvicorn writes it under vLLM: same headers, same order."""
    lines = [
        f"HTTP/1.1 {answer.status} {phrase(answer.status)}",
        f"date: {formatdate(usegmt=True)}",
        "server: uvicorn",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    lines += ["connection: close"] * close
    lines += ["transfer-encoding: chunked"] * (answer.length is None)
    return HeadStep(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def phrase(status: int) -> str:
    """The words that go with a status; none for one that has no name."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def chunked(steps: Iterable[Step]) -> Iterator[Step]:
    """A body in HTTP chunks, one for each piece, and the last chunk unless the body breaks off."""
    for step in steps:
        match step:
            case Raw():
                yield step
            case Send(data):
                yield Send(b"%x\r\n%b\r\n" % (len(data), data))
            case Close() | Abort() | Hang():
                yield step
                return
            case _:
                yield step
    yield Send(b"0\r\n\r\n")


def trimmed(step: Send, most: int) -> Send:
    """The first `most` bytes of a step."""
    return evolve(step, data=step.data[:most])
