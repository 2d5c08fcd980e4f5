"""Use the async client through blocking wrappers, so that one test covers both clients.

A test is written for the sync client. With the async client each call, each step of an iteration
and each side of a `with` block runs in one event loop in a separate thread, so the loop continues
between the steps of a test, as in a program.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Coroutine
from typing import Any, Self

import httpx

from vllm_client import AsyncVllmClient, SyncVllmClient


class LoopThread:
    """An event loop in a thread that records the errors of the loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(lambda _, context: self.complaints.append(context))
        self.complaints: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._run, name="LoopThread", daemon=True)
        self._thread.start()

    def do(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine in the loop; return or raise its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def tasks_left(self) -> int:
        """Return the number of tasks in the loop that do not end by themselves."""

        async def count() -> int:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            if not others:
                return 0
            _, pending = await asyncio.wait(others, timeout=5)
            return len(pending)

        return int(self.do(count()))

    def stop(self) -> None:
        """End the loop as asyncio.run does."""
        self.do(self.loop.shutdown_asyncgens())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()


class Blocking:
    """A wrapper of an async object with the methods of its sync counterpart."""

    def __init__(self, thing: Any, thread: LoopThread) -> None:
        self.thing = thing
        self._thread = thread

    def __getattr__(self, name: str) -> Any:
        if name == "close":
            name = "aclose"
        return self._blocking(getattr(self.thing, name))

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        async def call() -> Any:
            made = self.thing(*args, **keywords)
            awaited = inspect.isawaitable(made)
            return (await made) if awaited else made

        return self._blocking(self._thread.do(call()))

    def __enter__(self) -> Self:
        entered = self._thread.do(self.thing.__aenter__())
        assert entered is self.thing
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._thread.do(self.thing.__aexit__(*exc_info))

    def __iter__(self) -> Self:
        assert self.thing.__aiter__() is self.thing
        return self

    def __next__(self) -> Any:
        try:
            return self._thread.do(self.thing.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def __repr__(self) -> str:
        return repr(self.thing)

    def _blocking(self, value: Any) -> Any:
        owner = getattr(value, "__self__", value)
        ours = type(owner).__module__.startswith("vllm_client._async")
        builder = inspect.ismethod(value) and hasattr(owner, "send_stream")
        return Blocking(value, self._thread) if ours or builder else value


class SyncFacade:
    """Create sync clients, and close them at the end."""

    is_async = False

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._clients: list[Any] = []

    def client(self, base_url: str | None = None, **settings: Any) -> Any:
        """Return a new client, which is closed with this facade."""
        client = SyncVllmClient(base_url, **{**self._settings, **settings})
        self._clients.append(client)
        return client

    def adopt(self, client: Any) -> Any:
        """Take a client that the test has made, such as a copy; it is closed with this facade."""
        self._clients.append(client)
        return client

    def forget(self) -> None:
        """Drop all clients without closing them."""
        self._clients.clear()

    def settle(self) -> None:
        """Wait until the client has processed everything that arrived before this call."""

    def httpx_client(self, library: Any = httpx, **settings: Any) -> Any:
        """Return a client of httpx or httpx2 of the matching kind."""
        return library.Client(**settings)

    def close_httpx(self, client: Any) -> None:
        client.close()

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()


class AsyncFacade(SyncFacade):
    """Create async clients that a test uses like sync ones, and close them at the end."""

    is_async = True

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.thread = LoopThread()

    def client(self, base_url: str | None = None, **settings: Any) -> Any:
        return self.adopt(AsyncVllmClient(base_url, **{**self._settings, **settings}))

    def adopt(self, client: Any) -> Any:
        return super().adopt(Blocking(client, self.thread))

    def settle(self) -> None:
        for _ in range(2):  # the first iteration of the loop may have started earlier
            self.thread.do(asyncio.sleep(0))

    def httpx_client(self, library: Any = httpx, **settings: Any) -> Any:
        return library.AsyncClient(**settings)

    def close_httpx(self, client: Any) -> None:
        self.thread.do(client.aclose())

    def close(self) -> None:
        super().close()
        if self.thread.loop.is_closed():
            return
        tasks = self.thread.tasks_left()
        self.thread.stop()
        assert tasks == 0, "a task was left behind"
        assert self.thread.complaints == []


FACADES = {"sync": SyncFacade, "async": AsyncFacade}


def thing_of(client: Any) -> Any:
    """Return the client without its blocking wrapper."""
    return client.thing if isinstance(client, Blocking) else client
