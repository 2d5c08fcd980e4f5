"""The simulated server, as tests set it up, script it and look at it."""

import os
from collections.abc import Callable, Sequence
from functools import partial

from .activity import Activity, Log
from .connection import ServerConnection
from .faults import Fault
from .listener import Connect
from .local_server import LocalServer
from .replies import ReceivedRequest
from .routes import Routes
from .script import Script, Scriptable, scripted
from .server_version import VersionBehavior
from .settings import SimulatorSettings


class SimulatedVllm(LocalServer):
    """A server that speaks vLLM's dialect, on a loopback socket, in a thread of its own.

    `port=0` takes a free one; `uds` is a path for a Unix socket instead. `models`: the only names
    that are served (None: any). `api_key`: the key, or several, that /v1 asks for.
    `version`: errors before 0.10.1 and reasoning before 0.16 have other shapes.
    `reasoning_parser=False` leaves `<think>` tags in the content, `tool_parser=False` leaves
    `<tool_call>` tags there. `pace`: seconds before each token. `keep_alive`: idle seconds after
    which a connection is closed. `faults` are in the answer of every generation. `dev_mode` has
    /sleep, /wake_up, /pause and /resume, under which generations wait. `log` is called, in the
    server's thread, with one line for each answered request: method, path, status, model, tokens
    and seconds.

    Thread-safe. In async tests, wait in a thread:
    `await asyncio.to_thread(server.wait_until, lambda: server.running == 0)`.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        uds: str | os.PathLike[str] | None = None,
        version: str = "0.32.0",
        reasoning_parser: bool = True,
        tool_parser: bool = True,
        models: Sequence[str] | None = None,
        api_key: str | Sequence[str] = (),
        root_path: str = "",
        max_model_len: int = 32768,
        pace: float = 0.0,
        keep_alive: float = 5.0,
        faults: Sequence[Fault] = (),
        dev_mode: bool = False,
        log: Log | None = None,
    ) -> None:
        super().__init__(host, port, uds, root_path)
        self._settings = SimulatorSettings(
            dialect=VersionBehavior(version, reasoning_parser, tool_parser),
            models=None if models is None else tuple(models),
            api_keys=(api_key,) if isinstance(api_key, str) else tuple(api_key),
            root_path=root_path,
            max_model_len=max_model_len,
            pace=pace,
            keep_alive=keep_alive,
            dev_mode=dev_mode,
            faults=tuple(faults),
        )
        self._script = Script()
        self._activity = Activity(log)

    def _connector(self) -> Connect:
        routes = Routes(self._settings, self._script, self._activity)
        return partial(ServerConnection, self._settings, routes, self._activity)

    @property
    def description(self) -> list[str]:
        """What it serves, in lines to print."""
        return self._settings.description

    # The script.

    def reply(
        self, *replies: Scriptable, faults: Sequence[Fault] = (), path: str | None = None
    ) -> None:
        """Queues answers, each for one request: `Reply`, `ErrorReply`, `RawReply`, a str, a list.

        A list has the choices of one answer (with n > 1). Without `path` the answers go to
        generation requests of either kind; with `path="/health"` to requests of that path.
        `faults` are in each of them. Requests that vLLM would refuse use up nothing.
        """
        self._script.add(path, [scripted(reply, faults) for reply in replies])

    @property
    def replies_left(self) -> int:
        """How many queued answers no request has used up."""
        return self._script.left

    # What happened.

    @property
    def requests(self) -> list[ReceivedRequest]:
        """All requests so far, in the order in which they were complete."""
        return list(self._activity.requests)

    @property
    def running(self) -> int:
        """How many generations are being answered now."""
        return self._activity.running

    @property
    def disconnects(self) -> int:
        """How many answers were given up because the client had left."""
        return self._activity.disconnects

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return self._activity.connections

    @property
    def connections_made(self) -> int:
        """How many connections there were in all."""
        return self._activity.accepted

    def wait_until(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        """Returns as soon as `condition` holds, which is asked whenever something happens here.

            server.wait_until(lambda: server.running == 0)

        Raises TimeoutError after `timeout` seconds.
        """
        self._activity.wait_until(condition, timeout)
