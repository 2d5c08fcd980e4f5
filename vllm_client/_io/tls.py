"""TLS: one shared context that verifies, made when the first https:// address is used."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ..errors import IoError
from ..http.address import Address

if TYPE_CHECKING:
    import ssl


def context_for(address: Address) -> ssl.SSLContext | None:
    """The context for connections to this address; None for plain ones."""
    if not address.secure:
        return None
    return address.ssl_context or _default_context()


def not_connected(address: Address, error: OSError) -> IoError:
    """The error of a connection that could not be made; of a refused certificate, for good."""
    told = IoError(f"no connection to {address}: {error}")
    # ssl.SSLCertVerificationError is the one OSError that is a ValueError, too. To name it would
    # take an import of ssl, which is slow, for connections that have no TLS.
    told.failure = "tls" if isinstance(error, ValueError) else "not_connected"
    return told


@cache
def _default_context() -> ssl.SSLContext:
    """The system's certificate store or SSL_CERT_FILE; certifi's where that is empty."""
    import ssl

    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        _load_certifi(context)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load_certifi(context: ssl.SSLContext) -> None:
    """Trust the authorities of certifi, if it is installed."""
    # httpx requires certifi today, but it is not one of our dependencies. Without it the context
    # trusts no authority: every certificate is refused, and the IoError quotes OpenSSL's reason.
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(certifi.where())
