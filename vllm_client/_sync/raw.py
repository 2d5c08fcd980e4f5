# Generated from vllm_client/_async/raw.py by `python tests/tools/generate_sync.py`.
"""`client.request` and `client.stream_request`: any route of the server."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import Unpack

from ..endpoints.raw import RawResponse, response_of
from ..errors import StreamError
from ..request import Reply, RequestSpec
from ..sse import SseDecoder
from .caller import SyncCaller
from .stream import SyncStream
from .waiting import Opening

if TYPE_CHECKING:
    from ..endpoints.raw import RawOptions


class SyncRawStream(SyncStream[bytes, RawResponse]):
    """An answer of any kind as its bytes come, cut wherever the network cut them.

    Enter it with a `with` block: it owns a connection. `status` and `headers` are there at once.
    """

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._answer.status

    def events(self) -> SyncRawEvents:
        """The data of server-sent events as text, one by one; vLLM's last may be "[DONE]"."""
        return SyncRawEvents(self, self._spec)

    def response(self) -> RawResponse:
        """Read the rest of the stream; a response whose body is what had not been read before."""
        body = bytearray()
        for piece in self:
            body += piece
        return response_of(self._spec, Reply(self.status, self.headers, bytes(body)))


class SyncRawEvents:
    """The data of the server-sent events in a stream."""

    def __init__(self, stream: SyncRawStream, spec: RequestSpec[Any]) -> None:
        self._stream = stream
        self._spec = spec
        self._feed = SseDecoder().feed
        self._ready: deque[str] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        while not self._ready:
            piece = self._stream.__next__()
            try:
                self._ready.extend(self._feed(piece))
            except StreamError as error:
                self._stream.close()
                raise self._spec.scrubbed(error) from error.__cause__
        return self._ready.popleft()


class SyncRawCalls:
    """The way to routes that have no method of their own."""

    _caller: SyncCaller

    def request(self, method: str, path: str, **options: Unpack[RawOptions]) -> RawResponse:
        """The answer of any route, with the client's transport, headers, retries and errors.

            client.request("POST", "/tokenize", json={"prompt": "Hi"}).json()

        path: with a slash in front it is the server's own ("/tokenize", "/v1/models"); without one
        it is the API's ("models"), wherever base_url has that. It may have a query.

        A request by another method than GET, HEAD or OPTIONS is not sent again once it may have
        arrived, unless `replayable=True`. Raises VllmError: ApiError for a status of 400 or more.
        """
        from ..endpoints.raw import build_raw

        return self._caller.call(build_raw(self._caller.settings, method, path, options))

    def stream_request(
        self, method: str, path: str, **options: Unpack[RawOptions]
    ) -> Opening[SyncRawStream]:
        """The same, read piece by piece: iterating gives bytes, `.events()` server-sent events.

        What breaks off is a StreamError. That what ended is whole, only the reader can know.
        """
        from ..endpoints.raw import plan_raw

        plan = plan_raw(self._caller.settings, method, path, options)
        return self._caller.stream(plan, SyncRawStream)
