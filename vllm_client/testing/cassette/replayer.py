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
    """Answer requests with the recorded answers; `replay` makes a replayer."""

    def __init__(
        self, exchanges: Sequence[Exchange], name: str, host: str, port: int, log: Log | None
    ) -> None:
        super().__init__(host, port)
        self._answers = RecordedAnswers(exchanges, name)
        self._activity = Activity(log)

    @property
    def requests(self) -> list[ReceivedRequest]:
        """All requests so far, in the order in which they were complete."""
        return list(self._activity.requests)

    @property
    def missing(self) -> list[str]:
        """The error of each request that was not recorded."""
        return list(self._answers.missing)

    def _connector(self) -> Connect:
        settings = SimulatorSettings(VersionBehavior())
        return partial(ServerConnection, settings, self._answers, self._activity)


def replay(
    path: str | os.PathLike[str], *, host: str = "127.0.0.1", port: int = 0, log: Log | None = None
) -> Replayer:
    """Make a local server that gives the answers of a cassette.

        with replay("cassette.jsonl") as server:
            client = SyncVllmClient(server.base_url)

    Requests are equal if method, path, query and body are, but for `request_id` in the body; JSON
    is compared by its values, multipart by its parts, and headers are not compared. Equal requests
    get their answers in recorded order, and then the last one again. Streams
    have the recorded chunks, sent at once unless they were recorded with `timing=True`; broken ones
    break again, and where the client had disconnected, the server is silent for 10 seconds and then
    closes the connection.

    A request that was not recorded is answered with status 421 and an error that shows the nearest
    recorded request and where it differs; `missing` has these errors.

    A last line that is not whole, as an interrupted recording leaves it, is left out with a
    UserWarning.

    Args:
        path: the file that `record` wrote.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        log: called, in the server's thread, with one line for each answered request.

    Raises:
        OSError: the file cannot be read; or, from `start` or `with`, the port is taken.
        ValueError: the file is not a cassette.
    """
    return Replayer(read_cassette(path), os.fspath(path), host, port, log)
