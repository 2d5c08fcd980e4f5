"""Our requests over an httpx client: the caller's own, or one that minds a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Any

import httpx

from ...call.request import Attempt
from ...errors import HttpError, IoError, IoTimeout, RequestError, VllmError
from ...http.address import Address
from ...http.base_url import BaseUrl
from ...http.headers import Headers
from ...http.idle_connections import IDLE_SECONDS
from ...http.timeouts import CallDeadlines, Deadline
from ..connect_errors import Failure, failure_of
from ..tls import context_for
from .waiting import now

if TYPE_CHECKING:
    from .connection_options import ConnectionOptions


NO_DEADLINES: Mapping[type[Exception], Deadline] = {}


class AsyncHttpxTransport:
    """Carries attempts over an httpx client.

    httpx has no clock for a token or for a whole call: its read timeout is the token's, and the
    total is looked at between reads.
    """

    def __init__(self, url: BaseUrl, client: httpx.AsyncClient, owned: bool) -> None:
        self._origin = f"{url.scheme}://{url.netloc}"
        self._client = client
        self._owned = owned

    @classmethod
    def of(cls, url: BaseUrl, route: ConnectionOptions, proxy: str | None) -> AsyncHttpxTransport:
        """The caller's own client, or a new one that goes through this proxy.

        Raises:
            RequestError: The http_client is of another class, or httpx cannot use the proxy.
        """
        if route.http_client is not None:
            wanted, got = httpx.AsyncClient, type(route.http_client)
            if not issubclass(got, wanted):
                raise RequestError(f"http_client: expected {wanted.__name__}, got {got.__name__}")
            return cls(url, route.http_client, owned=False)
        limits = httpx.Limits(
            max_connections=route.max_connections,
            max_keepalive_connections=None,
            keepalive_expiry=IDLE_SECONDS,
        )
        verify = context_for(Address.of(url, None, route.ssl_context)) or True
        try:
            if route.uds is not None:
                transport = httpx.AsyncHTTPTransport(verify=verify, limits=limits, uds=route.uds)
                return cls(url, httpx.AsyncClient(transport=transport), owned=True)
            # httpx would read every proxy of the environment, and fail on one that is not for us.
            client = httpx.AsyncClient(verify=verify, limits=limits, proxy=proxy, trust_env=False)
            return cls(url, client, owned=True)
        except (httpx.InvalidURL, UnicodeError):  # they may hold the password
            raise RequestError("the proxy cannot be used: its URL cannot be read") from None
        except (ImportError, ValueError) as error:  # as SOCKS without socksio
            raise RequestError(f"the proxy cannot be used: {error}") from error

    async def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> AsyncHttpxResponse:
        """Send the attempt; the answer, with its head. Raises IoError, HttpError."""
        spec = attempt.spec
        queueing = deadlines.queueing(now())
        connecting, sending = deadlines.connecting(now()), deadlines.sending(now())
        attempt.call._connection_is_known = False
        request = self._client.build_request(
            spec.method,
            self._origin + spec.target,
            headers=list(attempt.headers),
            content=spec.body or None,
            timeout=httpx.Timeout(_left(sending), connect=_left(connecting), pool=_left(queueing)),
        )
        try:
            response = await self._client.send(request, stream=True, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
            ours = _ours(
                error, sending, {httpx.ConnectTimeout: connecting, httpx.PoolTimeout: queueing}
            )
            raise self._with_origin(ours) from _bare(error)
        return AsyncHttpxResponse(response, sending)

    def _with_origin(self, error: VllmError) -> VllmError:
        """Add to an error where httpx was to go."""
        error.message += f" [{self._origin} over httpx]"
        error.args = (error.message, *error.args[1:])
        return error

    async def close(self) -> None:
        """Close the client, unless it is the caller's."""
        if self._owned:
            await self._client.aclose()


class AsyncHttpxResponse:
    """An answer that httpx reads."""

    def __init__(self, response: httpx.Response, deadline: Deadline) -> None:
        self._deadline = deadline  # httpx keeps to the clock that it was given with the request
        self.status = response.status_code
        self.headers = Headers(response.headers.multi_items())
        self._response = response
        self._pieces = response.aiter_bytes()

    async def receive_head(self, deadlines: CallDeadlines) -> None:
        """Nothing: httpx gives no answer before its head is there."""

    def take_whole_body(self) -> None:
        """None: httpx reads the body later."""

    async def read(self, wait: Deadline) -> bytes:
        """The next bytes of the body; b"" at its end. Raises IoError, IoTimeout, HttpError."""
        if now() >= wait.until:
            await self.close()
            raise IoTimeout(str(wait), wait.clock, wait.seconds)
        try:
            async for piece in self._pieces:
                if piece:
                    return piece
        except (httpx.HTTPError, httpx.StreamError, RuntimeError) as error:
            raise _ours(error, self._deadline) from _bare(error)
        return b""

    async def drain(self) -> None:
        """Close: httpx has no clock by which to wait for the end alone."""
        await self.close()

    async def close(self) -> None:
        """Close the answer; httpx keeps the connection if it was read to its end."""
        await self._response.aclose()

    def abandon(self) -> None:
        """Nothing to be done from here: httpx closes what is collected."""


def _left(wait: Deadline) -> float | None:
    left = wait.until - now()
    return None if left == inf else max(0.001, left)


def _ours(
    error: Exception, waiting: Deadline, unsent: Mapping[type[Exception], Deadline] = NO_DEADLINES
) -> VllmError:
    """httpx's error as one of ours.

    Args:
        error: httpx's.
        waiting: the deadline of a timeout after the request was sent.
        unsent: the deadlines of timeouts before that, by httpx's class.
    """
    text = str(error) or type(error).__name__
    ours: VllmError
    if deadline := unsent.get(type(error)):
        ours = IoTimeout(str(deadline), deadline.clock, deadline.seconds)
        ours.may_have_arrived = False
    elif isinstance(error, httpx.TimeoutException):
        ours = IoTimeout(str(waiting), waiting.clock, waiting.seconds)
    elif isinstance(error, httpx.ConnectError | httpx.ProxyError):
        ours = IoError(f"no connection: {text}")
        ours.failure, ours.may_have_arrived = _failure_of(error), False
    elif isinstance(error, httpx.NetworkError) or "disconnected" in text or "peer closed" in text:
        ours = IoError(f"the connection was lost: {text}")
    elif isinstance(error, RuntimeError) and not isinstance(error, httpx.HTTPError):
        ours = RequestError(f"httpx: {text}")
    else:
        ours = HttpError(text)
    return ours


def _failure_of(error: BaseException) -> Failure:
    """What the system said, which httpx hides behind errors of two or three libraries."""
    if isinstance(error, OSError) and error.errno is not None:
        return failure_of(error)
    behind = error.__cause__ or error.__context__
    if isinstance(behind, ExceptionGroup):  # of several addresses
        behind = behind.exceptions[0]
    return "lost" if behind is None else _failure_of(behind)


def _bare(error: Exception) -> Exception:
    """The error without its request, whose headers hold the key."""
    if isinstance(error, httpx.HTTPError):
        error.request = httpx.Request("GET", "http://request.left.out")
    if isinstance(error, httpx.HTTPStatusError):  # of the caller's own event hook
        error.response = httpx.Response(error.response.status_code)
    return error
