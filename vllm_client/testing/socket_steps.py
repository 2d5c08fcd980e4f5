"""Steps of a server on a socket, as values: an answer is a sequence of steps."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from email.utils import formatdate
from http import HTTPStatus

from attrs import evolve, field, frozen


@frozen
class Send:
    """Send bytes.

    Steps of a body have the bytes before the transfer coding, steps of a whole answer those after.
    """

    data: bytes


@frozen
class Event(Send):
    """Send one event of a stream."""


@frozen
class Comment(Send):
    """Send a comment between events."""


@frozen
class HeadStep(Send):
    """Send the status line and the headers."""


@frozen
class Raw(Send):
    """Send bytes inside a body without transfer coding."""


@frozen
class Delay:
    """Wait for some seconds."""

    seconds: float


@frozen
class Until:
    """Wait for an event in the server."""

    happened: Callable[[], Awaitable[None]]


@frozen
class Hang:
    """Wait until the client disconnects or the server stops."""


@frozen
class Close:
    """Close the connection normally (FIN)."""


@frozen
class Abort:
    """Reset the connection (RST)."""


@frozen
class Idle:
    """Set the idle time after which this connection is closed."""

    seconds: float


Step = Send | Delay | Until | Hang | Close | Abort | Idle


def pause(seconds: float) -> tuple[Delay, ...]:
    """Return a step that waits; no step if `seconds` is 0."""
    return (Delay(seconds),) if seconds > 0 else ()


def _do_nothing() -> None:
    pass


@frozen
class SocketResponse:
    """A status, headers, and the steps of the body.

    Attributes:
        status: The status.
        headers: The headers.
        body: The steps of the body.
        length: Length of the body in bytes; None for a chunked body.
        wait: Seconds before the head.
        before: Steps before the head, after `wait`.
        late: Function called after `before` that returns the answer to send instead of this one.
        on_end: Function called when the answer has ended or its client has disconnected.
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
    """Return the head with the headers and order that uvicorn writes for vLLM."""
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
    """Return the reason phrase of a status; an empty string for an unknown status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def chunked(steps: Iterable[Step]) -> Iterator[Step]:
    """Encode a body in HTTP chunks, one per piece. A body that breaks off gets no last chunk."""
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
    """Return a step with the first `most` bytes."""
    return evolve(step, data=step.data[:most])
