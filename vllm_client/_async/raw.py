"""`client.request` and `client.stream_request`: any route of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import Unpack

from .._io.asyncio_.unopened_stream import UnopenedStream
from ..api.common.shown_keywords import shows_keywords
from .call_runner import AsyncCallRunner

if TYPE_CHECKING:
    from ..api.server.raw import RawOptions, RawResponse
    from .raw_stream import AsyncRawStream


@shows_keywords
class AsyncRawCalls:
    """The way to routes that have no method of their own."""

    _caller: AsyncCallRunner

    async def request(self, method: str, path: str, **options: Unpack[RawOptions]) -> RawResponse:
        """The answer of any route, with the client's transport, headers, retries and errors.

            client.request("POST", "/tokenize", json={"prompt": "Hi"}).json()

        path: with a slash in front it is the server's own ("/tokenize", "/v1/models"); without one
        it is the API's ("models"), wherever base_url has that. It may have a query.

        A request by another method than GET, HEAD or OPTIONS is not sent again once it may have
        arrived, unless `replayable=True`. Raises VllmError: ApiError for a status of 400 or more.
        """
        from ..api.server.raw import build_raw

        return await self._caller.call(build_raw(self._caller.settings, method, path, options))

    def stream_request(
        self, method: str, path: str, **options: Unpack[RawOptions]
    ) -> UnopenedStream[AsyncRawStream]:
        """The same, read piece by piece: iterating gives bytes, `.events()` server-sent events.

        What breaks off is a StreamError. That what ended is whole, only the reader can know.
        """
        from ..api.server.raw import plan_raw
        from .raw_stream import AsyncRawStream

        plan = plan_raw(self._caller.settings, method, path, options)
        return self._caller.stream(plan, AsyncRawStream)
