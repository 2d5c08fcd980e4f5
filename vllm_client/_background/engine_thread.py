"""Run the bulk engine of a sync client in a thread, with an event loop and an async client."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Protocol

from .._async.bulk_engine import BulkEngine, Outbox
from .._async.call_runner import AsyncCallRunner
from .._async.choose_runner import family_for, runner_for
from .._async.shared_transport import AsyncSharedTransport
from .._io.asyncio_.connection_options import ConnectionOptions
from .._io.threads.connection_options import ConnectionOptions as SyncConnectionOptions
from ..bulk.run_job import BulkJob
from ..call.settings import ClientSettings
from ..errors import RequestError
from ..telemetry.observer import Observers


class _Family(Protocol):
    @property
    def options(self) -> SyncConnectionOptions: ...


class SyncCaller(Protocol):
    """The part of a sync client that sends its requests."""

    settings: ClientSettings
    observers: Observers | None
    closed: bool

    @property
    def family(self) -> _Family:
        """The connection pool that related clients share, with its options."""
        ...


class TwinOptions:
    """The options of the async client that sends the rows of a sync client.

    Args:
        caller: The object that sends the sync client's requests. Its observers are called in the
            run's event loop.

    Raises:
        RequestError: The client has an `http_client`, which an event loop cannot use.
    """

    def __init__(self, caller: SyncCaller) -> None:
        options = caller.family.options
        if options.http_client is not None:
            raise RequestError(
                "a sync client with an http_client cannot run bulk, which needs an event loop: use "
                "AsyncVllmClient(http_client=httpx.AsyncClient(…)), or no http_client"
            )
        self.settings = caller.settings
        self._family = caller.family
        self._observers = caller.observers
        self.options = ConnectionOptions(
            max_connections=options.max_connections,
            ssl_context=options.ssl_context,
            uds=options.uds,
            transport=options.transport,
        )

    def caller(self) -> AsyncCallRunner:
        """Return the object that sends the async client's requests. Raises RequestError."""
        return runner_for(self.settings, self._family_of_twin(), self._observers)

    def _family_of_twin(self) -> AsyncSharedTransport:
        if self.settings.servers is None:
            return family_for(self.settings, self.options)
        from .._async.followed_servers import AsyncFollowedServers

        return AsyncFollowedServers(self._family, self.settings, self.options)  # type: ignore[arg-type]  # with `settings.servers`, the family is FollowedServers


class EngineThread:
    """A bulk engine running in its own thread. The constructor raises if it cannot start.

    Attributes:
        engine: The bulk engine. Other threads may use only its `taken` and `stats`.
    """

    engine: BulkEngine

    def __init__(self, twin: TwinOptions, job: BulkJob, outbox: Outbox) -> None:
        self._twin = twin
        self._job = job
        self._outbox = outbox
        self._process = os.getpid()
        self._has_begun = threading.Event()
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="vllm-client-bulk", daemon=True)
        self._thread.start()
        self._has_begun.wait()
        if self._problem is not None:
            raise self._problem

    def check_process(self) -> None:
        """Raise RequestError in a forked child, where the thread does not exist."""
        if os.getpid() != self._process:
            raise RequestError("this run belongs to the parent process: begin another one here")

    def stop(self) -> None:
        """Send no further rows."""
        self.engine.from_thread(self.engine.stop)

    def close_soon(self) -> None:
        """End the run without waiting for its end."""
        if os.getpid() == self._process:
            self.engine.from_thread(self.engine.close_soon)

    def close(self) -> None:
        """End the run, and wait until its connections are closed."""
        self.close_soon()
        if os.getpid() == self._process:
            self._thread.join()

    # The methods below run in the thread.

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        try:
            caller = self._twin.caller()
            self.engine = BulkEngine(caller, self._job, self._outbox)
        except BaseException as error:
            self._problem = error
            return
        finally:
            self._has_begun.set()
        try:
            await self.engine.closed.wait()
        finally:
            await caller.family.leave(caller)
            self._outbox.end(None)  # however the run ended, no reader waits forever
