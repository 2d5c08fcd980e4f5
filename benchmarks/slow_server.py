"""The load server in Python, for machines without a C compiler. It is slower than the clients.

python slow_server.py STREAM_FILE PLAIN_FILE; load_server.c documents what it serves.
"""

import asyncio
import json
import re
import sys
import time
from email.utils import formatdate
from pathlib import Path

BURST = 64


def http_chunk(text: str) -> bytes:
    content = text.encode()
    return b"%x\r\n%b\r\n" % (len(content), content)


class Recorded:
    """The recorded stream in HTTP chunks, and the recorded answer."""

    def __init__(self, stream: Path, answer: Path):
        events = stream.read_text(encoding="utf-8").split("\n\n")[:-1]
        self.role, *self.tokens, finish, usage, done = (
            http_chunk(event + "\n\n") for event in events
        )
        end = done + b"0\r\n\r\n"
        self.tails = {False: finish + end, True: finish + usage + end}
        self.answer = answer.read_bytes()


class Server:
    """The server. Each connection is handled by its own task."""

    def __init__(self, recorded: Recorded):
        self._recorded = recorded
        self._connections = self._in_flight = 0
        self._reset()

    def _reset(self) -> None:
        self._cpu = time.process_time()
        self._peak_connections, self._peak = self._connections, self._in_flight
        self._tokens = self._answers = 0
        self._late = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        self._peak_connections = max(self._connections, self._peak_connections)
        try:
            while True:
                await self._answer(await reader.readuntil(b"\r\n\r\n"), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._connections -= 1
            writer.close()

    async def _answer(self, head, reader, writer) -> None:
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        if head.startswith(b"GET /stats "):
            return self._send_json(writer, json.dumps(self._stats()).encode())
        kind, *numbers = json.loads(body)["model"].split(":")
        self._in_flight += 1
        self._peak = max(self._in_flight, self._peak)
        if kind == "stream":
            tokens, pace, *_ = [*map(int, numbers), 0]
            await self._stream(writer, tokens, pace / 1e3, b"include_usage" in body)
        else:
            await asyncio.sleep(int(numbers[0]) / 1e3 if numbers else 0)
            self._send_json(writer, self._recorded.answer)
        self._answers += 1
        self._in_flight -= 1
        return None

    async def _stream(self, writer, tokens: int, pace: float, usage: bool) -> None:
        started = time.monotonic()
        head = f"HTTP/1.1 200 OK\r\ndate: {formatdate(usegmt=True)}\r\nserver: uvicorn\r\n"
        head += "content-type: text/event-stream; charset=utf-8\r\nvary: Origin\r\n"
        writer.write(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
        writer.write(self._recorded.role)
        for number in range(tokens):
            wait = started + number * pace - time.monotonic() if pace else 0
            if wait > 0 or number % BURST == 0:
                await asyncio.sleep(max(wait, 0))
                await writer.drain()
            self._late = max(self._late, -wait)
            writer.write(self._recorded.tokens[number % len(self._recorded.tokens)])
        writer.write(self._recorded.tails[usage])
        self._tokens += tokens
        await writer.drain()

    def _send_json(self, writer, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\ndate: {formatdate(usegmt=True)}\r\nserver: uvicorn\r\n"
        head += f"content-length: {len(body)}\r\ncontent-type: application/json\r\n"
        writer.write(f"{head}vary: Origin\r\n\r\n".encode())
        writer.write(body)

    def _stats(self) -> dict[str, float]:
        stats = {
            "cpu": time.process_time() - self._cpu,
            "connections": self._peak_connections,
            "peak": self._peak,
            "tokens": self._tokens,
            "answers": self._answers,
            "late_ms": self._late * 1e3,
        }
        self._reset()
        return stats


async def main(stream: str, answer: str) -> None:
    server = Server(Recorded(Path(stream), Path(answer)))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, backlog=4096)
    print("listening", listening.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    listening.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
