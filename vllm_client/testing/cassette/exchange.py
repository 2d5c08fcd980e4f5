"""One request and its answer, as stored in a cassette."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from attrs import frozen

from . import pieces
from .request_body import readable_body

End = Literal["complete", "closed", "reset", "abandoned"]
"""How an answer ended.

"complete": the whole answer arrived. "closed", "reset": the server closed or reset the connection
early. "abandoned": the client disconnected.
"""

# All other headers may hold secrets, or differ from run to run.
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
    """When the head, each piece of the body and the end arrived, in seconds after the request."""

    head: float
    body: tuple[float, ...]
    end: float


@frozen
class RecordedResponse:
    """A recorded answer.

    Attributes:
        status: The HTTP status; None if no valid head arrived. `body` then has the bytes.
        headers: The headers that may be written, with lower-case names.
        body: The HTTP chunks of a chunked body; one piece if content-length was given; otherwise
            the bytes of each read until the connection ended.
        end: How the answer ended.
        times: When the parts arrived, if the recording has timing.
        raw: Whether the chunked encoding is broken. `body` then has the bytes as they arrived,
            including the chunk headers.
    """

    status: int | None
    headers: Mapping[str, str]
    body: tuple[bytes, ...]
    end: End
    times: RecordedTimes | None = None
    raw: bool = False


@frozen
class Exchange:
    """A request and its answer.

    Attributes:
        number: The position of the request in the recording, counted from 1.
        request: `method`, `path` (relative to the server's root, with the query), `headers`, and
            the body as returned by `readable_body`.
        response: The answer.
    """

    number: int
    request: Mapping[str, Any]
    response: RecordedResponse


def readable_request(
    method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes
) -> dict[str, Any]:
    """Return a request as stored in a cassette, without headers that may hold secrets."""
    content_type = dict(headers).get("content-type", "")
    written = allowed_headers(headers, WRITTEN_REQUEST_HEADERS)
    readable = readable_body(content_type, body)
    if "parts" in readable:  # the boundary is random
        written["content-type"] = content_type.partition(";")[0]
    return {"method": method, "path": path, "headers": written, **readable}


def allowed_headers(headers: Sequence[tuple[str, str]], allowed: Sequence[str]) -> dict[str, str]:
    """Return the headers that may be written. Names must be in lower case."""
    return {name: value for name, value in headers if name in allowed}


def decoded_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Return h11's headers as strings."""
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
    """Parse an exchange. Raise KeyError, TypeError or ValueError if it is invalid."""
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
