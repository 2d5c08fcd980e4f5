"""Convert a recorded answer to the steps that replay it."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from ..faults import Fault
from ..socket_steps import Abort, Close, Delay, Send, SocketResponse, Step, pause
from .exchange import End, RecordedResponse

# Silence where the recorded client disconnected. A client that waits for its own timeout
# disconnects again; a client that reads on gets a cut answer.
ABANDONED_SECONDS = 10.0

_ENDINGS: Mapping[End, tuple[Step, ...]] = {
    "complete": (),
    "closed": (Close(),),
    "reset": (Abort(),),
    "abandoned": (Delay(ABANDONED_SECONDS), Close()),
}


@frozen
class _Instead(Fault):
    """Fault that replaces the answer with these steps."""

    steps: tuple[Step, ...]

    def on_wire(self, steps: Iterable[Step]) -> Iterable[Step]:
        return self.steps


def played(response: RecordedResponse) -> tuple[SocketResponse, tuple[Fault, ...]]:
    """Return the answer with its times and its end. Bytes that are not HTTP become a fault."""
    steps = tuple(_steps(response))
    if response.status is None:
        return SocketResponse(200, {}), (_Instead(steps),)
    wait = response.times.head if response.times else 0.0
    chunked = "transfer-encoding" in response.headers and not response.raw
    # the server adds this header itself when it encodes a body in chunks
    headers = {
        name: value
        for name, value in response.headers.items()
        if not (chunked and name == "transfer-encoding")
    }
    return SocketResponse(response.status, headers, steps, None if chunked else 0, wait), ()


def _steps(response: RecordedResponse) -> Iterator[Step]:
    times = response.times
    at = times.head if times and response.status is not None else 0.0
    body_times = times.body if times else (at,) * len(response.body)
    for piece, then in zip(response.body, body_times, strict=True):
        yield from pause(then - at)
        yield Send(piece)
        at = then
    yield from pause(times.end - at if times else 0.0)
    yield from _ENDINGS[response.end]
    if response.end == "complete" and _ends_with_connection(response):
        yield Close()


def _ends_with_connection(response: RecordedResponse) -> bool:
    framed = response.headers.keys() & {"content-length", "transfer-encoding"}
    return not framed and response.status not in (204, 304)
