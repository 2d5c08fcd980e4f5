"""TLS: one shared context that verifies, made when the first https:// address is used."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from ..http.address import Address

if TYPE_CHECKING:
    import ssl


# How long to wait for the answer to a probe, which only improves an error.
PROBE_SECONDS = 2.0


def context_for(address: Address) -> ssl.SSLContext | None:
    """The context for connections to this address; None for plain ones."""
    if not address.secure:
        return None
    return address.ssl_context or _default_context()


def client_hello() -> bytes:
    """The beginning of a handshake, to which any server that speaks TLS has an answer."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    sent = ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), sent).do_handshake()
    return sent.read()


def is_tls_answer(received: bytes) -> bool:
    """Whether the first bytes of an answer to it are a TLS record: of a handshake, or an alert."""
    return received.startswith((b"\x16\x03", b"\x15\x03"))


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
