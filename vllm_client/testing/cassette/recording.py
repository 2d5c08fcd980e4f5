"""A recording in progress: the server to forward to, and the exchanges written so far."""

from base64 import b64encode
from ssl import SSLContext

import h11
from attrs import define, field

from ...http.base_url import BaseUrl
from ..activity import Log
from ..connection import target_of
from .cassette_file import CassetteWriter
from .exchange import End
from .exchange_observer import ExchangeObserver


@define
class Recording:
    """State shared by all connections of a recorder. `ssl` is None for a server without TLS."""

    server: BaseUrl
    ssl: SSLContext | None
    writer: CassetteWriter
    timing: bool
    log: Log | None
    _begun: int = field(default=0, init=False)

    def begin(self, request: h11.Request) -> ExchangeObserver:
        """Number a request and return its observer."""
        self._begun += 1
        return ExchangeObserver(self._begun, target_of(request), request, timing=self.timing)

    def end(self, exchange: ExchangeObserver, end: End, now: float) -> None:
        """Write an exchange. Skip it if its request is incomplete, as no request could match it."""
        if exchange.request_complete:
            self.writer.write(exchange.recorded(end, now))
            if self.log is not None:
                self.log(str(exchange.answered(end, now)))

    def forwarded(self, request: h11.Request) -> h11.Request:
        """Return the request for the real server, with its host, base path and credentials."""
        headers = [
            (name, self.server.netloc.encode() if name.lower() == b"host" else value)
            for name, value in request.headers.raw_items()
        ]
        named = {name for name, _ in request.headers}
        if self.server.credentials is not None and b"authorization" not in named:
            credentials = b64encode(self.server.credentials.encode())
            headers.append((b"Authorization", b"Basic " + credentials))
        target = self.server.root + target_of(request)
        return h11.Request(method=request.method, target=target, headers=headers)
