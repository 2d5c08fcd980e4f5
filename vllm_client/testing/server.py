"""The simulated server: settings, scripted answers and counters for tests."""

import os
from collections.abc import Callable, Sequence
from functools import partial

from .activity import Activity, Log
from .connection import ServerConnection
from .engine.settings import Engine
from .faults import Fault
from .listener import Connect
from .local_server import LocalServer
from .replies import ReceivedRequest
from .routes import Routes
from .script import Script, Scriptable, scripted
from .server_version import VersionBehavior
from .settings import SimulatorSettings, Task


class SimulatedVllm(LocalServer):
    """A server with vLLM's API, on a loopback socket, in a separate thread.

    By default it has the routes of every kind of server at once; with a `task`, only the routes
    that vLLM has for such a model without further flags.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        uds: The path of a Unix socket to listen on instead.
        version: The version of vLLM to behave as: errors before 0.10.1 and reasoning before 0.16
            have another form, and 0.33 has more fields and routes than 0.32.
        task: "generate", "embed", "score", "classify" or "transcription"; None for all.
        reasoning_parser: False leaves `<think>` tags in the content.
        tool_parser: False leaves `<tool_call>` tags in the content.
        models: The only names that are served, or a single one; None for any.
        api_key: The key, or several, that /v1 asks for.
        root_path: A prefix of all paths.
        max_model_len: Maximum tokens of a prompt and its answer together.
        pace: Seconds before each token.
        engine: A model of the engine that all generations go through, such as
            `Engine.preset("h100")`: it decides when tokens come, what /metrics shows, and which
            requests are refused. None: no request waits for another.
        keep_alive: Idle seconds after which a connection is closed.
        faults: Faults to put into each answer of the model.
        dev_mode: Whether to serve the routes of VLLM_SERVER_DEV_MODE=1: weights, caches, aborts,
            and /sleep and /pause, which make generations wait, end or fail as vLLM does.
        response_store: Whether to keep responses, as with VLLM_ENABLE_RESPONSES_API_STORE=1.
        embedding_size: Length of a vector; requests may ask for fewer dimensions.
        labels: The classes of /classify.
        log: Called, in the server's thread, with one line for each answered request: method, path,
            status, model, tokens and seconds.

    Thread-safe. In async tests, wait in a thread:
    `await asyncio.to_thread(server.wait_until, lambda: server.running == 0)`.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        uds: str | os.PathLike[str] | None = None,
        version: str = "0.33.0",
        task: Task | None = None,
        reasoning_parser: bool = True,
        tool_parser: bool = True,
        models: str | Sequence[str] | None = None,
        api_key: str | Sequence[str] = (),
        root_path: str = "",
        max_model_len: int = 32768,
        pace: float = 0.0,
        engine: Engine | None = None,
        keep_alive: float = 5.0,
        faults: Sequence[Fault] = (),
        dev_mode: bool = False,
        response_store: bool = False,
        embedding_size: int = 384,
        labels: Sequence[str] = ("LABEL_0", "LABEL_1"),
        log: Log | None = None,
    ) -> None:
        super().__init__(host, port, uds, root_path)
        self._settings = SimulatorSettings(
            dialect=VersionBehavior(version, reasoning_parser, tool_parser),
            models=None if models is None else _names(models),
            api_keys=_names(api_key),
            root_path=root_path,
            max_model_len=_fitting(max_model_len, engine),
            pace=pace,
            engine=engine,
            keep_alive=keep_alive,
            task=task,
            dev_mode=dev_mode,
            response_store=response_store,
            embedding_size=embedding_size,
            labels=tuple(labels),
            faults=tuple(faults),
        )
        self._script = Script()
        self._activity = Activity(log)

    def _connector(self) -> Connect:
        routes = Routes(self._settings, self._script, self._activity)
        return partial(ServerConnection, self._settings, routes, self._activity)

    @property
    def description(self) -> list[str]:
        """The settings of the server, in lines to print."""
        return self._settings.description

    def reply(
        self, *replies: Scriptable, faults: Sequence[Fault] = (), path: str | None = None
    ) -> None:
        """Queue answers, each for one request.

        `Reply`, a str and a list (the choices of one answer, with n > 1) go to requests of any
        family that generates text; `Embeddings`, `Scores` and `Labels` to requests for vectors,
        scores and classes; `ErrorReply` and `RawReply` to any request for the model. Requests
        that vLLM would refuse use up nothing.

        Args:
            replies: The answers, in the order of the requests.
            faults: Faults to put into each of these answers.
            path: Give the answers to requests of this path, such as "/health", instead.
        """
        self._script.add(path, [scripted(reply, faults) for reply in replies])

    @property
    def replies_left(self) -> int:
        """How many queued answers no request has used up."""
        return self._script.left

    @property
    def requests(self) -> list[ReceivedRequest]:
        """All requests so far, in the order in which they were complete."""
        return list(self._activity.requests)

    @property
    def running(self) -> int:
        """How many requests for the model are being answered now."""
        return self._activity.running

    @property
    def disconnects(self) -> int:
        """How many answers were abandoned because the client had disconnected."""
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
        """Wait until `condition` is true; it is checked after each event of the server.

            server.wait_until(lambda: server.running == 0)

        Args:
            condition: The condition.
            timeout: The longest wait, in seconds.

        Raises:
            TimeoutError: The condition was not true in time.
        """
        self._activity.wait_until(condition, timeout)


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _fitting(max_model_len: int, engine: Engine | None) -> int:
    """As vLLM's `--max-model-len auto`: no longer than what the KV cache holds."""
    if not isinstance(engine, Engine | None):
        raise TypeError(f"engine: expected an Engine, as Engine.preset('h100'), got {engine!r:.80}")
    return max_model_len if engine is None else min(max_model_len, engine.kv_cache_tokens)
