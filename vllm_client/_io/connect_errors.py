"""Why a connection could not be made: the system's errors as facts, and as words."""

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

# EAGAIN is what a Unix socket with a full backlog gives.
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

# OpenSSL's reason -> what it means where client and server do not fit. The first byte of an answer
# that is no TLS record is "wrong version number", or in newer versions a failure of the layer.
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
_NO_COMMON_VERSION = frozenset(
    {"NO_PROTOCOLS_AVAILABLE", "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"}
)


def not_connected(address: Address, error: OSError) -> IoError:
    """The error of a connection that could not be made."""
    made = IoError(f"no connection to {address}: {_words(address, error)}")
    made.failure = failure_of(error)
    made.may_have_arrived = False
    return made


def failure_of(error: OSError) -> Failure:
    """Which `IoError.failure` the system's error is."""
    if isinstance(error, gaierror):
        return "refused" if error.errno == EAI_AGAIN else "no_address"
    if _is_tls_error(error):
        return "tls"
    if error.errno in _REFUSED:
        return "refused"
    return "no_address" if error.errno in _NO_ADDRESS else "lost"


def most_telling(errors: Sequence[OSError]) -> OSError:
    """The error of several endpoints of one name that says most: the one that may pass first."""
    return min(errors, key=_rank)


def is_out_of_descriptors(error: BaseException) -> bool:
    """Whether the process had no file descriptor left for the connection."""
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in _OUT_OF_DESCRIPTORS


def no_descriptor_left(error: IoError) -> IoError:
    """The same error where the client has no connection of its own that may come free."""
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
    """Whether client and server do not fit; an end of the connection is none."""
    if "ssl" not in sys.modules:  # slow to load, and needless without TLS
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
        yield f"{address} does not speak TLS: for a server of plain HTTP use http://"
    elif reason in _NO_COMMON_VERSION:
        yield "client and server have no TLS version in common: ssl_context= may allow others"
    elif reason == "CERTIFICATE_VERIFY_FAILED":
        yield "ssl_context= may hold the authority that signed it, or a name in the URL that it has"
