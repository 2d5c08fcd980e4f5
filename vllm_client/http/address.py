"""Where to connect to, and how the connection is secured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from .base_url import BaseUrl

if TYPE_CHECKING:
    import ssl


@attrs.frozen
class Address:
    """A server's address. `uds` is the path of a Unix socket, in place of host and port.

    ip: the address to connect to, if it is not to be looked up; TLS still checks the host's name.
    """

    host: str
    port: int
    secure: bool
    uds: str | None = None
    ssl_context: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    ip: str | None = None

    @classmethod
    def of(cls, url: BaseUrl, uds: str | None, ssl_context: Any) -> Address:
        """The address of a base URL."""
        return cls(url.host, url.port, url.scheme == "https", uds, ssl_context, url.address)

    def __str__(self) -> str:
        host = self.ip or self.host
        host = f"[{host}]" if ":" in host else host
        return self.uds or f"{host}:{self.port}"
