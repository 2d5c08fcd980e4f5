"""Observe one exchange: encode the request for the server, and record request and answer."""

from collections.abc import Mapping

import h11

from ..connection import MAX_HEAD_BYTES
from ..request_log import AnsweredRequest
from .exchange import End, Exchange, decoded_headers, readable_request
from .response_observer import ResponseObserver


class ExchangeObserver:
    """Observer that gets the request as h11 events and the answer as bytes.

    Args:
        number: The position of the request in the cassette, counted from 1.
        path: The path relative to the server's root.
        request: The head of the request.
        timing: Whether to record times.
    """

    def __init__(self, number: int, path: str, request: h11.Request, *, timing: bool) -> None:
        self._number = number
        self._path = path
        self._request = request
        self._timing = timing
        self._body: list[bytes] = []
        self._sent_at = 0.0
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self.response = ResponseObserver(self._parser)
        self.request_complete = False

    @property
    def complete(self) -> bool:
        """Whether request and answer are both complete."""
        return self.request_complete and self.response.complete

    def send(self, event: h11.Request | h11.Data | h11.EndOfMessage, now: float) -> bytes:
        """Return the bytes of this part of the request."""
        if isinstance(event, h11.Data):
            self._body.append(bytes(event.data))
        if isinstance(event, h11.EndOfMessage):
            self.request_complete = True
            self._sent_at = now
        return self._parser.send(event) or b""

    def recorded(self, end: End, now: float) -> Exchange:
        """Return the finished exchange."""
        headers = decoded_headers(self._request.headers)
        method = self._request.method.decode()
        request = readable_request(method, self._path, headers, b"".join(self._body))
        since = self._sent_at if self._timing else None
        return Exchange(self._number, request, self.response.recorded(end, since, now))

    def answered(self, end: End, now: float) -> AnsweredRequest:
        """Return the finished exchange for the log."""
        response = self.response.recorded(end, None, now)
        return AnsweredRequest(
            self._request.method.decode(),
            self._path,
            b"".join(self._body),
            response.status,
            b"".join(response.body),
            now - self._sent_at,
            _NOTES[end],
        )


_NOTES: Mapping[End, str] = {
    "complete": "",
    "closed": "(incomplete answer)",
    "reset": "(incomplete answer)",
    "abandoned": "(client disconnected)",
}
