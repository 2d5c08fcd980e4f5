"""A TLS proxy in front of a server without TLS.

The certificates in `tls/` are for these tests only: a CA whose key was deleted, and a server's for
localhost and 127.0.0.1, both valid until 2120, made with `openssl ca`.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.facades.drivers import LoopThread
from vllm_client.testing import SimulatedVllm

_FILES = Path(__file__).with_name("tls")
CA = _FILES / "ca.pem"


def trusting_context() -> ssl.SSLContext:
    """A context that trusts only the CA of the tests."""
    return ssl.create_default_context(cafile=str(CA))


def serving_context() -> ssl.SSLContext:
    """The context of a server for localhost."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_FILES / "server.pem", _FILES / "server.key")
    return context


class TlsFront:
    """A TLS port of a simulated server."""

    def __init__(self, server: SimulatedVllm) -> None:
        self._server = server
        self._thread = LoopThread()
        self.handshakes = 0
        self.names: list[str | None] = []  # server names that clients sent (SNI)

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.do(self._listen())
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread.do(self._close())
        self._thread.stop()

    async def _listen(self) -> None:
        self._visits: set[asyncio.Task[None]] = set()
        context = serving_context()
        context.sni_callback = lambda _, name, __: self.names.append(name)
        self._listener = await asyncio.start_server(self._visit, "127.0.0.1", 0, ssl=context)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._listener.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.handshakes += 1
        task = asyncio.current_task()
        assert task is not None
        self._visits.add(task)
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        ways = [
            asyncio.create_task(_pass_on(reader, inner_writer)),
            asyncio.create_task(_pass_on(inner_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            # before the first await, which a second cancellation could interrupt
            writer.transport.abort()
            inner_writer.transport.abort()
            await asyncio.gather(*ways, return_exceptions=True)
            await asyncio.sleep(0)
            self._visits.discard(task)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while received := await reader.read(1 << 16):
            writer.write(received)
            await writer.drain()
        await writer.drain()
    except OSError:
        return  # one side has closed
