"""TLS contexts: one shared, verifying context, created at the first https:// address."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from ..http.address import Address

if TYPE_CHECKING:
    import ssl


# Max wait for the answer to a TLS probe, which only serves to improve an error message.
PROBE_SECONDS = 2.0


def context_for(address: Address) -> ssl.SSLContext | None:
    """Return the TLS context for connections to this address; None for plain HTTP."""
    if not address.secure:
        return None
    return address.ssl_context or _default_context()


def client_hello() -> bytes:
    """Return the first bytes of a TLS handshake, which every TLS server answers."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    sent = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), sent).do_handshake()
    return sent.read()


def is_tls_answer(received: bytes) -> bool:
    """Return whether the answer begins with a TLS record, a handshake or an alert."""
    return received.startswith((b"\x16\x03", b"\x15\x03"))


@cache
def _default_context() -> ssl.SSLContext:
    """Return a context with the system's or SSL_CERT_FILE's certificates, else certifi's."""
    import ssl

    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        _load_certifi(context)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load_certifi(context: ssl.SSLContext) -> None:
    """Trust the authorities of certifi, if it is installed."""
    # httpx requires certifi, but this package does not depend on it. Without it the context trusts
    # no authority: every certificate is rejected, and the IoError quotes OpenSSL's reason.
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(certifi.where())
