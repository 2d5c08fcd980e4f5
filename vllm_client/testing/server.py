"""The simulated server: a thread with an event loop of its own, and a socket that listens."""

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from functools import partial
from threading import Thread
from types import TracebackType
from typing import Any, Self

from .activity import Activity
from .connection import ServerConnection
from .connections import Connections
from .faults import Fault
from .replies import ReceivedRequest
from .routes import Routes
from .script import Script, Scriptable, scripted
from .server_version import VersionBehavior
from .settings import SimulatorSettings

# Thousands of clients may connect in one moment; Linux cuts this to net.core.somaxconn.
_BACKLOG = 4096


class SimulatedVllm:
    """A server that speaks vLLM's dialect, on a loopback socket, in a thread of its own.

    `port=0` takes a free one; `uds` is a path for a Unix socket instead. `models`: the only names
    that are served (None: any). `api_key`: the key, or several, that /v1 asks for.
    `version`: errors before 0.10.1 and reasoning before 0.16 have other shapes.
    `reasoning_parser=False` leaves `<think>` tags in the content, `tool_parser=False` leaves
    `<tool_call>` tags there. `pace`: seconds before each token. `keep_alive`: idle seconds after
    which a connection is closed. `faults` are in the answer of every generation. `dev_mode` has
    /sleep, /wake_up, /pause and /resume, under which generations wait.

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
    ) -> None:
        self.host = host
        self.port = port
        self.uds = None if uds is None else os.fspath(uds)
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
        self._activity = Activity()
        self._thread: Thread | None = None

    # Running.

    def start(self) -> None:
        """Listens, and answers from now on. A second start takes the same port again.

        Raises OSError when the address is taken.
        """
        if self._thread is not None:
            raise RuntimeError("this server runs already")
        listener = self._listen()
        # A proactor, the default of Windows, has no add_reader.
        self._loop = asyncio.SelectorEventLoop()
        self._stopping = asyncio.Event()
        routes = Routes(self._settings, self._script, self._activity)
        connect = partial(ServerConnection, self._settings, routes, self._activity)
        self._connections = Connections(self._loop, listener, connect)
        self._thread = Thread(target=self._run, name="SimulatedVllm", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends all connections and the thread, as a server that is killed. Twice does no harm."""
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None
        if self.uds is not None:
            os.unlink(self.uds)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "stopped" if self._thread is None else "running"
        return f"<SimulatedVllm {self.uds or self.base_url} {state}>"

    @property
    def root_url(self) -> str:
        """The root of the server, where /health and /tokenize stand."""
        if self.uds is not None:
            return f"http://localhost{self._settings.root_path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{self._settings.root_path}"

    @property
    def base_url(self) -> str:
        """What a client takes as its base URL; it ends in /v1."""
        return f"{self.root_url}/v1"

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

    def close_idle_connections(self) -> None:
        """Closes the connections that wait for another request, as vLLM does after 5 seconds."""
        if self._thread is None:
            raise RuntimeError("this server does not run")
        asyncio.run_coroutine_threadsafe(self._close_idle(), self._loop).result()

    # In the thread.

    def _listen(self) -> socket.socket:
        if self.uds is not None:
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            address: Any = self.uds
        else:
            family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            # asyncio sets TCP_NODELAY only on sockets that say they are TCP.
            listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            address = (self.host, self.port)
        try:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
        if self.uds is None:
            self.port = listener.getsockname()[1]
        return listener

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        await self._stopping.wait()
        await self._connections.close()

    async def _close_idle(self) -> None:
        self._connections.close_idle()
        # The sockets themselves are closed in the loop's next round.
        await asyncio.sleep(0)
