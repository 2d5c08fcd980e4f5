"""The replayer: a local server that answers from a cassette."""

import os
from collections.abc import Sequence
from functools import partial

from ..activity import Activity, Log
from ..connection import ServerConnection
from ..listener import Connect
from ..local_server import LocalServer
from ..replies import ReceivedRequest
from ..server_version import VersionBehavior
from ..settings import SimulatorSettings
from .cassette_file import read_cassette
from .exchange import Exchange
from .recorded_answers import RecordedAnswers


class Replayer(LocalServer):
    """Local server that answers with recorded answers; see `replay`."""

    def __init__(
        self, exchanges: Sequence[Exchange], name: str, host: str, port: int, log: Log | None
    ) -> None:
        super().__init__(host, port)
        self._answers = RecordedAnswers(exchanges, name)
        self._activity = Activity(log)

    @property
    def requests(self) -> list[ReceivedRequest]:
        """All requests so far, in the order in which they were completed."""
        return list(self._activity.requests)

    @property
    def missing(self) -> list[str]:
        """The error messages for requests that were not recorded."""
        return list(self._answers.missing)

    def _connector(self) -> Connect:
        settings = SimulatorSettings(VersionBehavior())
        return partial(ServerConnection, settings, self._answers, self._activity)


def replay(
    path: str | os.PathLike[str], *, host: str = "127.0.0.1", port: int = 0, log: Log | None = None
) -> Replayer:
    """Make a local server that answers from a cassette.

    Two requests are equal if method, path, query and body are equal. `request_id` in the body is
    ignored, JSON is compared by value, multipart bodies part by part; headers are not compared.
    Equal requests get their answers in recorded order; then the last answer is repeated. Streams
    have the recorded chunks, sent without pauses unless they were recorded with `timing=True`.
    Broken streams break at the same byte. Where the recorded client disconnected, the server is
    silent for 10 seconds and then closes the connection.

    A request that was not recorded is answered with status 421 and an error that shows the nearest
    recorded request and the differences from it; `missing` has these errors. An incomplete last
    line, which an interrupted recording leaves, is skipped with a UserWarning.

    Args:
        path: The file that `record` wrote.
        host: The address to listen on.
        port: The port to listen on; 0 selects a free one.
        log: Function called in the server's thread with one line for each answered request.

    Returns:
        A context manager with `base_url`, `requests`, `missing`, `start()` and `stop()`.

    Raises:
        OSError: The file cannot be read; from `start` or `with`: the port is in use.
        ValueError: The file is not a cassette.

    Example:
        with replay("cassette.jsonl") as server:
            client = SyncVllmClient(server.base_url)
    """
    return Replayer(read_cassette(path), os.fspath(path), host, port, log)
