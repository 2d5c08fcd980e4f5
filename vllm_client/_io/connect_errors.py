"""Convert the system's connection errors to `IoError`, with a cause and advice."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator, Sequence
from socket import EAI_AGAIN, gaierror
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..errors import IoError
from ..http.address import Address

if TYPE_CHECKING:
    import ssl

Failure: TypeAlias = Literal["refused", "no_address", "tls", "lost"]

# EAGAIN: the backlog of a Unix socket is full.
_REFUSED = frozenset(
    {
        errno.EAGAIN,
        errno.ECONNREFUSED,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
    }
)
_NO_ADDRESS = frozenset({errno.ENOENT, errno.ENOTDIR})
_OUT_OF_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE})

# Reasons that OpenSSL gives when client and server are incompatible. An answer that is not a TLS
# record is WRONG_VERSION_NUMBER, or in newer versions of OpenSSL RECORD_LAYER_FAILURE.
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
_NO_COMMON_VERSION = frozenset(
    {"NO_PROTOCOLS_AVAILABLE", "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"}
)


def not_connected(address: Address, error: OSError) -> IoError:
    """Return the IoError of a failed connect."""
    made = IoError(f"no connection to {address}: {_words(address, error)}")
    made.failure = failure_of(error)
    made.may_have_arrived = False
    return made


def failure_of(error: OSError) -> Failure:
    """Map an OSError to a value of `IoError.failure`."""
    if isinstance(error, gaierror):
        return "refused" if error.errno == EAI_AGAIN else "no_address"
    if _is_tls_error(error):
        return "tls"
    if error.errno in _REFUSED:
        return "refused"
    return "no_address" if error.errno in _NO_ADDRESS else "lost"


def most_telling(errors: Sequence[OSError]) -> OSError:
    """Return the most useful of several endpoints' errors: one that a retry may cure, if any."""
    return min(errors, key=_rank)


def is_out_of_descriptors(error: BaseException) -> bool:
    """Return whether the connect failed because the process has no file descriptor left."""
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in _OUT_OF_DESCRIPTORS


def no_descriptor_left(error: IoError) -> IoError:
    """Add advice to an out-of-descriptors error when no connection of this client can free one."""
    made = IoError(
        f"{error.message}: the process may open {_limit()} files, and other parts of it use them. "
        "Raise the limit (ulimit -n), or set max_connections below it"
    )
    made.may_have_arrived = False
    return made


def _rank(error: OSError) -> int:
    if error.errno in _OUT_OF_DESCRIPTORS:
        return 0
    return 1 if failure_of(error) == "refused" else 2


def _limit() -> str:
    try:
        import resource
    except ImportError:
        return "no more"
    return str(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _is_tls_error(error: OSError) -> bool:
    """Return whether the TLS handshake failed, other than by a closed connection."""
    if "ssl" not in sys.modules:  # slow to import, and not needed without TLS
        return False
    import ssl

    passing = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
    return isinstance(error, ssl.SSLError) and not isinstance(error, passing)


def _words(address: Address, error: OSError) -> str:
    said = str(error) or "the connection was closed while it was being made"
    return "; ".join([said, *(_tls_advice(address, error) if _is_tls_error(error) else ())])


def _tls_advice(address: Address, error: ssl.SSLError | OSError) -> Iterator[str]:
    reason = getattr(error, "reason", None) or ""
    if reason in _NO_TLS:
        yield f"{address} does not speak TLS: use http:// for a plain HTTP server"
    elif reason in _NO_COMMON_VERSION:
        yield "client and server share no TLS version: pass an ssl_context= that allows others"
    elif reason == "CERTIFICATE_VERIFY_FAILED":
        yield (
            "pass an ssl_context= that trusts the authority that signed the certificate, and use a "
            "host name that the certificate lists"
        )
