"""`client.request` and `client.stream_request`: any route of the server."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import Unpack

from ..endpoints.raw import RawResponse, response_of
from ..errors import StreamError
from ..request import Reply, RequestSpec
from ..sse import SseDecoder
from .caller import AsyncCaller
from .stream import AsyncStream
from .waiting import Opening

if TYPE_CHECKING:
    from ..endpoints.raw import RawOptions


class AsyncRawStream(AsyncStream[bytes, RawResponse]):
    """An answer of any kind as its bytes come, cut wherever the network cut them.

    Enter it with a `with` block: it owns a connection. `status` and `headers` are there at once.
    """

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._answer.status

    def events(self) -> AsyncRawEvents:
        """The data of server-sent events as text, one by one; vLLM's last may be "[DONE]"."""
        return AsyncRawEvents(self, self._spec)

    async def response(self) -> RawResponse:
        """Read the rest of the stream; a response whose body is what had not been read before."""
        body = bytearray()
        async for piece in self:
            body += piece
        return response_of(self._spec, Reply(self.status, self.headers, bytes(body)))


class AsyncRawEvents:
    """The data of the server-sent events in a stream."""

    def __init__(self, stream: AsyncRawStream, spec: RequestSpec[Any]) -> None:
        self._stream = stream
        self._spec = spec
        self._feed = SseDecoder().feed
        self._ready: deque[str] = deque()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while not self._ready:
            piece = await self._stream.__anext__()
            try:
                self._ready.extend(self._feed(piece))
            except StreamError as error:
                await self._stream.aclose()
                raise self._spec.scrubbed(error) from error.__cause__
        return self._ready.popleft()


class AsyncRawCalls:
    """The way to routes that have no method of their own."""

    _caller: AsyncCaller

    async def request(self, method: str, path: str, **options: Unpack[RawOptions]) -> RawResponse:
        """The answer of any route, with the client's transport, headers, retries and errors.

            client.request("POST", "/tokenize", json={"prompt": "Hi"}).json()

        path: with a slash in front it is the server's own ("/tokenize", "/v1/models"); without one
        it is the API's ("models"), wherever base_url has that. It may have a query.

        A request by another method than GET, HEAD or OPTIONS is not sent again once it may have
        arrived, unless `replayable=True`. Raises VllmError: ApiError for a status of 400 or more.
        """
        from ..endpoints.raw import build_raw

        return await self._caller.call(build_raw(self._caller.settings, method, path, options))

    def stream_request(
        self, method: str, path: str, **options: Unpack[RawOptions]
    ) -> Opening[AsyncRawStream]:
        """The same, read piece by piece: iterating gives bytes, `.events()` server-sent events.

        What breaks off is a StreamError. That what ended is whole, only the reader can know.
        """
        from ..endpoints.raw import plan_raw

        plan = plan_raw(self._caller.settings, method, path, options)
        return self._caller.stream(plan, AsyncRawStream)
