# Generated from vllm_client/_io/asyncio_/httpx_adapter.py by `python tests/tools/generate_sync.py`.
"""The httpx transport: uses the caller's httpx or httpx2 client, or a new one that uses a proxy."""

from __future__ import annotations

import sys
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
    import httpx2

    from .connection_options import ConnectionOptions


NO_DEADLINES: Mapping[type[Exception], Deadline] = {}


class SyncHttpxTransport:
    """Sends attempts over an httpx client.

    httpx has no timeout for a token or for a whole call. So the timeout for a token is its read
    timeout, and the total timeout is checked between reads.
    """

    def __init__(
        self, url: BaseUrl, client: httpx.Client | httpx2.Client, owned: bool
    ) -> None:
        self._origin = f"{url.scheme}://{url.netloc}"
        self._library = _library_of(client)
        self._client: Any = client
        self._owned = owned

    @classmethod
    def of(cls, url: BaseUrl, route: ConnectionOptions, proxy: str | None) -> SyncHttpxTransport:
        """Return a transport over the caller's client, or over a new one that uses this proxy.

        Raises:
            RequestError: The http_client is of the wrong class, or httpx cannot use the proxy.
        """
        if route.http_client is not None:
            if _library_of(route.http_client) is None:
                wanted, got = httpx.Client.__name__, type(route.http_client).__name__
                raise RequestError(f"http_client: expected {wanted}, got {got}")
            return cls(url, route.http_client, owned=False)
        limits = httpx.Limits(
            max_connections=route.max_connections,
            max_keepalive_connections=None,
            keepalive_expiry=IDLE_SECONDS,
        )
        verify = context_for(Address.of(url, None, route.ssl_context)) or True
        try:
            if route.uds is not None:
                transport = httpx.HTTPTransport(verify=verify, limits=limits, uds=route.uds)
                return cls(url, httpx.Client(transport=transport), owned=True)
            # trust_env=False: httpx would parse every proxy variable of the environment, and fail
            # on an invalid one even if it does not apply to this server.
            client = httpx.Client(verify=verify, limits=limits, proxy=proxy, trust_env=False)
            return cls(url, client, owned=True)
        except (httpx.InvalidURL, UnicodeError):  # not chained: it may contain the password
            raise RequestError("the proxy cannot be used: its URL is not valid") from None
        except (ImportError, ValueError) as error:  # for example SOCKS without socksio
            raise RequestError(f"the proxy cannot be used: {error}") from error

    def send(self, attempt: Attempt[Any], deadlines: CallDeadlines) -> SyncHttpxResponse:
        """Send the request and wait for the head of its response. Raises IoError, HttpError."""
        spec = attempt.spec
        queueing = deadlines.queueing(now())
        connecting, sending = deadlines.connecting(now()), deadlines.sending(now())
        library = self._library
        attempt.call._connection_is_known = False
        request = self._client.build_request(
            spec.method,
            self._origin + spec.target,
            headers=list(attempt.headers),
            content=spec.body or None,
            timeout=library.Timeout(
                _left(sending), connect=_left(connecting), pool=_left(queueing)
            ),
        )
        try:
            response = self._client.send(request, stream=True, follow_redirects=False)
        except (library.HTTPError, library.InvalidURL, RuntimeError) as error:
            unsent = {library.ConnectTimeout: connecting, library.PoolTimeout: queueing}
            ours = _ours(library, error, sending, unsent)
            raise self._with_origin(ours) from _bare(library, error)
        return SyncHttpxResponse(library, response, sending)

    def _with_origin(self, error: VllmError) -> VllmError:
        """Append the server's origin to the message of an error."""
        error.message += f" [{self._origin} over httpx]"
        error.args = (error.message, *error.args[1:])
        return error

    def close(self) -> None:
        """Close the client, unless it is the caller's."""
        if self._owned:
            self._client.close()


class SyncHttpxResponse:
    """A response read by httpx."""

    def __init__(self, library: Any, response: httpx.Response, deadline: Deadline) -> None:
        self._library = library
        self._deadline = deadline  # httpx uses the timeouts that it was given with the request
        self.status = response.status_code
        self.headers = Headers(response.headers.multi_items())
        self._response = response
        self._pieces = response.iter_bytes()

    def receive_head(self, deadlines: CallDeadlines) -> None:
        """Do nothing: httpx returns a response only when its head has arrived."""

    def take_whole_body(self) -> None:
        """Return None: httpx has not read the body yet."""

    def read(self, wait: Deadline) -> bytes:
        """Return the next bytes of the body; b"" at its end. Raises IoError or HttpError."""
        if now() >= wait.until:
            self.close()
            raise IoTimeout(str(wait), wait.clock, wait.seconds)
        try:
            for piece in self._pieces:
                if piece:
                    return piece
        except (self._library.HTTPError, self._library.StreamError, RuntimeError) as error:
            raise _ours(self._library, error, self._deadline) from _bare(self._library, error)
        return b""

    def drain(self) -> None:
        """Close the response, since httpx cannot wait for the end with a shorter timeout."""
        self.close()

    def close(self) -> None:
        """Close the response; httpx keeps the connection if the body was read to its end."""
        self._response.close()

    def abandon(self) -> None:
        """Do nothing: httpx closes the connection of a garbage-collected response."""


def _library_of(client: object) -> Any:
    """Return the module httpx or httpx2 that the client belongs to, or None. Imports neither."""
    for name in ("httpx", "httpx2"):
        library = sys.modules.get(name)
        if library is not None and isinstance(client, library.Client):
            return library
    return None


def _left(wait: Deadline) -> float | None:
    left = wait.until - now()
    return None if left == inf else max(0.001, left)


def _ours(
    library: Any,
    error: Exception,
    waiting: Deadline,
    unsent: Mapping[type[Exception], Deadline] = NO_DEADLINES,
) -> VllmError:
    """Convert an error of httpx or httpx2 to a VllmError.

    Args:
        library: The module of the error.
        error: The error.
        waiting: The deadline that was exceeded if the error is a timeout not listed in `unsent`.
        unsent: The deadlines before sending. Each key is the error that httpx raises when its
            deadline is exceeded.
    """
    text = str(error) or type(error).__name__
    ours: VllmError
    if deadline := unsent.get(type(error)):
        ours = IoTimeout(str(deadline), deadline.clock, deadline.seconds)
        ours.may_have_arrived = False
    elif isinstance(error, library.TimeoutException):
        ours = IoTimeout(str(waiting), waiting.clock, waiting.seconds)
    elif isinstance(error, library.ConnectError | library.ProxyError):
        ours = IoError(f"no connection: {text}")
        ours.failure, ours.may_have_arrived = _failure_of(error), False
    elif isinstance(error, library.NetworkError) or _was_cut(text):
        ours = IoError(f"the connection was lost: {text}")
    elif isinstance(error, RuntimeError) and not isinstance(error, library.HTTPError):
        ours = RequestError(f"httpx: {text}")
    else:
        ours = HttpError(text)
    return ours


def _was_cut(text: str) -> bool:
    return "disconnected" in text or "peer closed" in text


def _failure_of(error: BaseException) -> Failure:
    """Find the system's error in the chain of causes, and map it to `IoError.failure`."""
    if isinstance(error, OSError) and error.errno is not None:
        return failure_of(error)
    behind = error.__cause__ or error.__context__
    if isinstance(behind, ExceptionGroup):  # one error per address of the name
        behind = behind.exceptions[0]
    return "lost" if behind is None else _failure_of(behind)


def _bare(library: Any, error: Exception) -> Exception:
    """Remove the request from the error, since its headers contain the API key."""
    bare: Any = error
    if isinstance(error, library.HTTPError):
        bare.request = library.Request("GET", "http://request.left.out")
    if isinstance(error, library.HTTPStatusError):  # raised by an event hook of the caller
        bare.response = library.Response(bare.response.status_code)
    return error
