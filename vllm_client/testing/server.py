"""The simulated server, as tests set it up, script it and look at it."""

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
    """A server that speaks vLLM's dialect, on a loopback socket, in a thread of its own.

    It has the routes of every kind of server at once; with a `task`, only those that vLLM has for
    such a model and without further flags. `dev_mode` adds those of dev mode: /sleep and /pause,
    under which generations wait, weights, caches. With `response_store` responses are kept, as
    with VLLM_ENABLE_RESPONSES_API_STORE=1.

    Args:
        host: The address to listen at.
        port: 0 takes a free one.
        uds: A path for a Unix socket instead.
        version: Errors before 0.10.1 and reasoning before 0.16 have other shapes.
        task: "generate", "embed", "score", "classify" or "transcription"; None for all.
        reasoning_parser: False leaves `<think>` tags in the content.
        tool_parser: False leaves `<tool_call>` tags in the content.
        models: The only names that are served, or a single one; None for any.
        api_key: The key, or several, that /v1 asks for.
        root_path: What stands before all paths.
        max_model_len: Tokens of a prompt and its answer.
        pace: Seconds before each token.
        engine: A model of the engine that all generations go through, such as
            `Engine.preset("h100")`: it decides when tokens come, what /metrics shows, and which
            requests are refused. None: no request waits for another.
        keep_alive: Idle seconds after which a connection is closed.
        faults: They are in each answer of the model.
        dev_mode: As VLLM_SERVER_DEV_MODE=1.
        response_store: As VLLM_ENABLE_RESPONSES_API_STORE=1.
        embedding_size: Numbers of a vector; requests may ask for fewer dimensions.
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
        version: str = "0.32.0",
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
        """What it serves, in lines to print."""
        return self._settings.description

    # The script.

    def reply(
        self, *replies: Scriptable, faults: Sequence[Fault] = (), path: str | None = None
    ) -> None:
        """Queues answers, each for one request.

        `Reply`, a str and a list (the choices of one answer, with n > 1) go to requests that are
        answered in words, of any family; `Embeddings`, `Scores` and `Labels` to those that have
        these; `ErrorReply` and `RawReply` to any request for the model. With `path="/health"` they
        go to requests of that path. `faults` are in each of them. Requests that vLLM would refuse
        use up nothing.
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
        """How many requests for the model are being answered now."""
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


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _fitting(max_model_len: int, engine: Engine | None) -> int:
    """As vLLM's `--max-model-len auto`: no longer than what the KV cache holds."""
    if not isinstance(engine, Engine | None):
        raise TypeError(f"engine: expected an Engine, as Engine.preset('h100'), got {engine!r:.80}")
    return max_model_len if engine is None else min(max_model_len, engine.kv_cache_tokens)
