"""A local server that forwards requests to a real server and records the exchanges in a file."""

import os
import ssl
from functools import partial

from ...http.base_url import BaseUrl
from ..activity import Log
from ..listener import Connect
from ..local_server import LocalServer
from .cassette_file import CassetteWriter
from .recorder_connection import RecorderConnection
from .recording import Recording


class Recorder(LocalServer):
    """Proxy between a client and a real server that records their exchanges; see `record`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        base_url: str,
        *,
        timing: bool,
        ssl_context: ssl.SSLContext | None,
        host: str,
        port: int,
        log: Log | None,
    ) -> None:
        super().__init__(host, port)
        self._path = path
        self._server = BaseUrl.parse(base_url)
        self._timing = timing
        self._log = log
        self._ssl = None
        if self._server.scheme == "https":
            self._ssl = ssl_context or ssl.create_default_context()

    def start(self) -> None:
        """Listen, and record into the file. An existing file is overwritten.

        Raises:
            OSError: The address is in use, or the file cannot be written.
        """
        self._writer = CassetteWriter(self._path)
        try:
            super().start()
        except BaseException:
            self._writer.close()
            raise

    def stop(self) -> None:
        """Close all connections. Unfinished answers are recorded as abandoned."""
        if self._thread is not None:
            super().stop()
            self._writer.close()

    def _connector(self) -> Connect:
        recording = Recording(self._server, self._ssl, self._writer, self._timing, self._log)
        return partial(RecorderConnection, recording)


def record(
    path: str | os.PathLike[str],
    base_url: str,
    *,
    timing: bool = False,
    ssl_context: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    log: Log | None = None,
) -> Recorder:
    """Make a local server that forwards requests to a real one and writes a cassette.

    It works with any client: it forwards bytes at once in both directions, and when one side closes
    its connection it closes the other. Each exchange is written when it ends, so that the file of
    an interrupted recording is usable. API keys and cookies are forwarded but not written; prompts
    and answers are written in clear text.

    Args:
        path: The cassette file. An existing file is overwritten; missing folders are created.
        base_url: The base URL of the real server.
        timing: Whether to write when each piece of an answer arrived, so that `replay` keeps these
            times.
        ssl_context: TLS settings for a server whose certificate the system does not trust.
        host: The address to listen on.
        port: The port to listen on; 0 selects a free one.
        log: Function called in the server's thread with one line for each recorded exchange.

    Returns:
        A context manager with `base_url`, `start()` and `stop()`.

    Raises:
        RequestError: `base_url` is not the URL of a server.
        OSError: From `start` or `with`: the port is in use, or the file cannot be written.

    Example:
        with record("cassette.jsonl", base_url="http://gpu:8000/v1") as recorder:
            client = SyncVllmClient(recorder.base_url)
    """
    return Recorder(
        path, base_url, timing=timing, ssl_context=ssl_context, host=host, port=port, log=log
    )
