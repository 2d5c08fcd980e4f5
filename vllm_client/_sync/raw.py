# Generated from vllm_client/_async/raw.py by `python tests/tools/generate_sync.py`.
"""`client.request` and `client.stream_request`: requests to any route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from ..api.common.shown_keywords import shows_keywords
from .call_runner import SyncCallRunner

if TYPE_CHECKING:
    from ..api.server.raw import RawOptions, RawResponse
    from .raw_stream import SyncRawStream


@explains_missing_await
@shows_keywords
class SyncRawCalls:
    """Requests to routes that have no method."""

    _caller: SyncCallRunner

    def request(self, method: str, path: str, **options: Unpack[RawOptions]) -> RawResponse:
        """Send a request to any route, with the client's headers, retries and errors.

            client.request("POST", "/tokenize", json={"prompt": "Hi"}).json()

        A request that the server may have received is sent again only if the method is GET, HEAD
        or OPTIONS, or with `replayable=True`.

        Args:
            method: The HTTP method.
            path: With a leading slash relative to the root of the server ("/tokenize",
                "/v1/models"), else relative to the API ("models"). It may have a query.

        Raises:
            ApiError: The status is 400 or above.
            VllmError: The request failed.
        """
        from ..api.server.raw import build_raw

        return self._caller.call(build_raw(self._caller.settings, method, path, options))

    def stream_request(
        self, method: str, path: str, **options: Unpack[RawOptions]
    ) -> SyncRawStream:
        """Send a request to any route, and stream the response.

        Iterate over the stream for bytes, or over `.events()` for server-sent events. The client
        does not know the format of the stream, so it does not detect that a stream ended early.

        Args:
            method: The HTTP method.
            path: As for `request`.

        Raises:
            ApiError: The status is 400 or above.
            StreamError: The connection was lost while reading.
            VllmError: The request failed.
        """
        from ..api.server.raw import plan_raw
        from .raw_stream import SyncRawStream

        plan = plan_raw(self._caller.settings, method, path, options)
        return self._caller.stream(plan, SyncRawStream)
