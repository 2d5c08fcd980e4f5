"""One request and its answer, as a cassette holds them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from attrs import frozen

from . import pieces
from .request_body import readable_body

End = Literal["complete", "closed", "reset", "abandoned"]
"""How an answer ended: whole; the server closed or reset the connection before; the client left."""

# All others may hold secrets, or differ from run to run.
WRITTEN_REQUEST_HEADERS = ("accept", "content-type")
WRITTEN_RESPONSE_HEADERS = (
    "allow",
    "content-encoding",
    "content-length",
    "content-type",
    "location",
    "retry-after",
    "retry-after-ms",
    "transfer-encoding",
    "x-request-id",
    "x-should-retry",
)


@frozen
class RecordedTimes:
    """When head, each piece of the body, and end came: seconds since the request was complete."""

    head: float
    body: tuple[float, ...]
    end: float


@frozen
class RecordedResponse:
    """An answer. `status` is None if no head came, or bytes that are none: `body` has them.

    `body` is in pieces: the HTTP chunks of a chunked body, reads of one that the connection's end
    ends, a single piece if the length was announced. `raw`: its chunking is broken, and the pieces
    are the bytes as they came, chunking included.
    """

    status: int | None
    headers: Mapping[str, str]
    body: tuple[bytes, ...]
    end: End
    times: RecordedTimes | None = None
    raw: bool = False


@frozen
class Exchange:
    """A request and its answer. `number` counts the requests as they came, from 1.

    `request` has `method`, `path` (below the server's root, with the query), `headers`, and the
    body as `readable_body` gives it.
    """

    number: int
    request: Mapping[str, Any]
    response: RecordedResponse


def readable_request(
    method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes
) -> dict[str, Any]:
    """A request as a cassette has it: of its headers only those that hold no secret."""
    content_type = dict(headers).get("content-type", "")
    written = allowed_headers(headers, WRITTEN_REQUEST_HEADERS)
    readable = readable_body(content_type, body)
    if "parts" in readable:  # the boundary is another one each time
        written["content-type"] = content_type.partition(";")[0]
    return {"method": method, "path": path, "headers": written, **readable}


def allowed_headers(headers: Sequence[tuple[str, str]], allowed: Sequence[str]) -> dict[str, str]:
    """Those of the headers that may be written; names are in lower case."""
    return {name: value for name, value in headers if name in allowed}


def decoded_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Headers as h11 has them, as text."""
    return [(name.decode(), value.decode("latin-1")) for name, value in headers]


def exchange_to_json(exchange: Exchange) -> dict[str, Any]:
    response, times = exchange.response, exchange.response.times
    status = {} if response.status is None else {"status": response.status}
    written: dict[str, Any] = {
        **status,
        "headers": dict(response.headers),
        "body": [pieces.to_json(piece) for piece in response.body],
        "end": response.end,
    }
    if response.raw:
        written["raw"] = True
    if times is not None:
        written["times"] = {"head": times.head, "body": list(times.body), "end": times.end}
    return {"number": exchange.number, "request": dict(exchange.request), "response": written}


def exchange_from_json(value: Any) -> Exchange:
    """Raises KeyError, TypeError or ValueError for what is no exchange."""
    request, response = value["request"], value["response"]
    times = response.get("times")
    return Exchange(
        value["number"],
        {"method": request["method"], "path": request["path"], **request},
        RecordedResponse(
            response.get("status"),
            response["headers"],
            tuple(map(pieces.from_json, response["body"])),
            response["end"],
            times and RecordedTimes(times["head"], tuple(times["body"]), times["end"]),
            response.get("raw", False),
        ),
    )
