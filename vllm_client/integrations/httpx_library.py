"""Convert requests, responses and errors of httpx or httpx2, for the mounted transport.

Neither library is imported: the class of the request tells which one it is, and responses,
streams and exceptions are made of the classes of that library.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..errors import HttpError, IoError, IoTimeout, VllmError
from ..http.http1 import ResponseHead, header_is_legal, request_bytes
from ..http.secrets import SecretBytes
from ..http.timeouts import Timeout

if TYPE_CHECKING:
    import httpx
    import httpx2

    Request = httpx.Request | httpx2.Request

LIBRARIES = ("httpx", "httpx2")
_TIMEOUTS = {"connect": "ConnectTimeout", "queue": "PoolTimeout"}
# Fields that we set ourselves: the whole body is sent with its length, never in chunks.
_OURS = frozenset({"content-length", "transfer-encoding"})


def library_of(request: object) -> ModuleType:
    """Return the library that the request belongs to: the module httpx or httpx2.

    Raises:
        TypeError: The request belongs to neither library.
    """
    for name in LIBRARIES:
        library = sys.modules.get(name)
        if library is not None and isinstance(request, library.Request):
            return library
    raise TypeError(f"expected a request of httpx or httpx2, got a {type(request).__qualname__}")


def response_of(request: Request, head: ResponseHead, stream: object) -> Any:
    """Create a response of the request's library, whose body is read from the stream."""
    return library_of(request).Response(
        head.status,
        headers=list(head.headers.pairs),
        stream=stream,
        extensions={
            "http_version": f"HTTP/{head.version}".encode(),
            "reason_phrase": head.reason.encode("latin-1"),
        },
    )


def error_of(error: VllmError, request: Request) -> Exception:
    """Return the error that the library's own transport would raise."""
    made: Exception = getattr(library_of(request), _error_name(error))(
        error.message, request=request
    )
    return made


def _error_name(error: VllmError) -> str:
    if isinstance(error, HttpError):
        return "RemoteProtocolError"
    if isinstance(error, IoTimeout):
        return _TIMEOUTS.get(error.clock, "ReadTimeout")
    if isinstance(error, IoError) and not error.may_have_arrived:
        return "ConnectError"
    return "ReadError"


def bytes_of(request: Request, body: bytes) -> SecretBytes:
    """Serialize a request. Raises LocalProtocolError for an illegal method or header field."""
    fields = request.headers.multi_items()
    # the grammar of a method is that of a field name: a token
    if not all(header_is_legal(*each) for each in [(request.method, ""), *fields]):
        # a header may be a secret, which a traceback with local variables would show
        del fields
        illegal = library_of(request).LocalProtocolError
        raise illegal("illegal method or header field", request=request)
    sent = [field for field in fields if field[0] not in _OURS]
    return request_bytes(request.method, request.url.raw_path.decode(), sent, body)


def timeout_of(request: Request) -> Timeout:
    """Return the limits of a request: `read` becomes `token` and `idle`, `pool` becomes `queue`."""
    limits: dict[str, Any] = request.extensions.get("timeout", {})
    read = limits.get("read")
    return Timeout(connect=limits.get("connect"), token=read, idle=read, queue=limits.get("pool"))
