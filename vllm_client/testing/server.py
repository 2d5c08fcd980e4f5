"""The simulated server: settings, scripts and counters for tests."""

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
    """A simulated vLLM server on a loopback socket, in a separate thread.

    By default it has the routes of all tasks at once; with a `task`, only the routes that vLLM has
    for such a model without further flags. It is thread-safe. In async tests, wait in a thread:
    `await asyncio.to_thread(server.wait_until, lambda: server.running == 0)`.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 selects a free one.
        uds: The path of a Unix socket to listen on instead.
        version: The version of vLLM to simulate. Errors before 0.10.1 and reasoning before 0.16
            have another format; 0.33 has more fields and routes than 0.32.
        task: "generate", "embed", "score", "classify" or "transcription"; None for all.
        reasoning_parser: False leaves `<think>` tags in the content.
        tool_parser: False leaves `<tool_call>` tags in the content.
        models: The name or names of the served models; None accepts any name.
        api_key: The key or keys that are valid for /v1; without one, no key is needed.
        root_path: A prefix of all paths.
        max_model_len: Maximum number of tokens of a prompt and its answer together.
        pace: Seconds before each token.
        engine: A model of the engine that all requests go through, such as
            `Engine.preset("h100")`. It determines when tokens are sent, what /metrics shows, and
            which requests are rejected. None: all requests run at once.
        keep_alive: Idle seconds after which a connection is closed.
        faults: Faults in all answers of the model.
        dev_mode: Whether to have the routes of VLLM_SERVER_DEV_MODE=1: weights, caches, aborts,
            and /sleep and /pause, which make generations wait, end or fail as in vLLM.
        response_store: Whether to store responses, as with VLLM_ENABLE_RESPONSES_API_STORE=1.
        embedding_size: Length of a vector; requests may ask for fewer dimensions.
        labels: The classes of /classify.
        log: Function called in the server's thread with one line for each answered request:
            method, path, status, model, tokens and seconds.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The version or the task is unknown.

    Example:
        with SimulatedVllm() as server:
            server.reply("Hello!")
            client = SyncVllmClient(server.base_url)
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
        """The settings of the server, as lines to print."""
        return self._settings.description

    def reply(
        self, *replies: Scriptable, faults: Sequence[Fault] = (), path: str | None = None
    ) -> None:
        """Queue answers, each for one request.

        `Reply`, a str and a list (the choices of one answer, with n > 1) are for requests of any
        family that generates text; `Embeddings`, `Scores` and `Labels` for requests of vectors,
        scores and classes; `ErrorReply` and `RawReply` for any request to the model. Requests that
        vLLM would reject use up no answer.

        Args:
            *replies: The answers, in the order of the requests.
            faults: Faults in each of these answers.
            path: Use the answers for this path only, such as "/health"; None for any request that
                they fit.

        Raises:
            TypeError: A reply has the wrong type.

        Example:
            server.reply("one", Reply("two", pace=0.05), ErrorReply(503, "busy"))
        """
        self._script.add(path, [scripted(reply, faults) for reply in replies])

    @property
    def replies_left(self) -> int:
        """The number of queued answers that are not used up."""
        return self._script.left

    @property
    def requests(self) -> list[ReceivedRequest]:
        """All requests so far, in the order in which they were completed."""
        return list(self._activity.requests)

    @property
    def running(self) -> int:
        """The number of model requests in flight."""
        return self._activity.running

    @property
    def disconnects(self) -> int:
        """The number of answers that ended early because the client had disconnected."""
        return self._activity.disconnects

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return self._activity.connections

    @property
    def connections_made(self) -> int:
        """The total number of connections so far."""
        return self._activity.accepted

    def wait_until(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait until `condition` is true; it is checked after each event of the server.

        Args:
            condition: Function called in the waiting thread.
            timeout: Maximum wait in seconds.

        Raises:
            TimeoutError: The condition was not true in time.

        Example:
            server.wait_until(lambda: server.running == 0)
        """
        self._activity.wait_until(condition, timeout)


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _fitting(max_model_len: int, engine: Engine | None) -> int:
    """Limit the length to the size of the KV cache, as `--max-model-len auto` of vLLM does."""
    if not isinstance(engine, Engine | None):
        raise TypeError(f"engine: expected an Engine, as Engine.preset('h100'), got {engine!r:.80}")
    return max_model_len if engine is None else min(max_model_len, engine.kv_cache_tokens)
