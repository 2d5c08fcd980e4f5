"""The address to connect to, and the TLS settings of the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from .base_url import BaseUrl

if TYPE_CHECKING:
    import ssl


@attrs.frozen
class Address:
    """A server's address.

    Attributes:
        host: The host name, which TLS checks against the certificate.
        port: The port.
        secure: Whether to use TLS.
        uds: The path of a Unix socket to connect to instead of host and port.
        ssl_context: The caller's TLS context; None for the default one.
        ip: The IP address to connect to instead of resolving the host name.
    """

    host: str
    port: int
    secure: bool
    uds: str | None = None
    ssl_context: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    ip: str | None = None

    @classmethod
    def of(cls, url: BaseUrl, uds: str | None, ssl_context: Any) -> Address:
        """Return the address of a base URL."""
        return cls(url.host, url.port, url.scheme == "https", uds, ssl_context, url.address)

    def __str__(self) -> str:
        host = self.ip or self.host
        host = f"[{host}]" if ":" in host else host
        return self.uds or f"{host}:{self.port}"
