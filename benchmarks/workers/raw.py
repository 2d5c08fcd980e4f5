"""The lower bound: a bare socket, one reused buffer, and only the HTTP that this server needs."""

import asyncio
import json
import socket
from time import perf_counter
from urllib.parse import urlsplit

from request import plain_body, stream_body

BUFFER = 128 * 1024


def request_bytes(host, body):
    content = json.dumps(body).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class StreamReader:
    """Parse one streamed answer. `done` is True after its last byte."""

    def __init__(self):
        self.first = None
        self.characters = 0
        self.done = False
        self._rest = b""

    def feed(self, data):
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            self._read(event[event.index(b"data: ") + 6 :])
        self.done = self._rest.endswith(b"0\r\n\r\n")

    def _read(self, text):
        if text == b"[DONE]":
            return
        choices = json.loads(text)["choices"]
        if choices and (content := choices[0]["delta"].get("content")):
            self.first = self.first or perf_counter()
            self.characters += len(content)

    def result(self):
        return self.first, self.characters


class TextStreamReader(StreamReader):
    """Parse as `StreamReader`, but decode each read to str first, which json parses faster."""

    def feed(self, data):
        whole, end, rest = (self._rest + data).rpartition(b"\n\n")
        self._rest = rest
        for event in whole.decode().split("\n\n") if end else ():
            self._read_text(event[event.index("data: ") + 6 :])
        self.done = self._rest.endswith(b"0\r\n\r\n")

    def _read_text(self, text):
        if text != "[DONE]":
            self._read(text)


class UndecodedStreamReader(StreamReader):
    """Receive without parsing or decoding, so that there are no characters to count."""

    def feed(self, data):
        self.done = data.endswith(b"\r\n0\r\n\r\n")


class AnswerReader:
    """Parse one answer with a content-length."""

    def __init__(self):
        self.done = False
        self._data = b""

    def feed(self, data):
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self.done = len(body) == length
        if self.done:
            self._body = body

    def result(self):
        return len(json.loads(self._body)["choices"][0]["message"]["content"])


class SyncClient:
    stream_reader = StreamReader

    def __init__(self, url, connections):
        address = urlsplit(url)
        self._host = address.netloc
        self._socket = socket.create_connection((address.hostname, address.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(BUFFER)
        self._view = memoryview(self._buffer)

    def stream(self, model):
        return self._exchange(stream_body(model), self.stream_reader())

    def plain(self, model):
        return self._exchange(plain_body(model), AnswerReader())

    def _exchange(self, body, reader):
        self._socket.sendall(request_bytes(self._host, body))
        while not reader.done:
            count = self._socket.recv_into(self._buffer)
            reader.feed(bytes(self._view[:count]))
        return reader.result()


class SyncTextClient(SyncClient):
    stream_reader = TextStreamReader


class SyncUndecodedClient(SyncClient):
    stream_reader = UndecodedStreamReader


class Connection(asyncio.BufferedProtocol):
    _view = memoryview(bytearray(BUFFER))

    def connection_made(self, transport):
        self._transport = transport

    def get_buffer(self, sizehint):
        return self._view

    def buffer_updated(self, count):
        self._reader.feed(bytes(self._view[:count]))
        if self._reader.done:
            self._finished.set_result(None)

    async def exchange(self, request, reader):
        self._reader = reader
        self._finished = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._finished
        return reader.result()

    def close(self):
        self._transport.close()


class AsyncClient:
    stream_reader = StreamReader

    def __init__(self, url, connections):
        self._address = urlsplit(url)
        self._idle = []

    async def stream(self, model):
        return await self._exchange(stream_body(model), self.stream_reader())

    async def plain(self, model):
        return await self._exchange(plain_body(model), AnswerReader())

    async def _exchange(self, body, reader):
        connection = self._idle.pop() if self._idle else await self._connect()
        result = await connection.exchange(request_bytes(self._address.netloc, body), reader)
        self._idle.append(connection)
        return result

    async def _connect(self):
        loop = asyncio.get_running_loop()
        address = self._address.hostname, self._address.port
        return (await loop.create_connection(Connection, *address))[1]

    async def aclose(self):
        for connection in self._idle:
            connection.close()


class AsyncTextClient(AsyncClient):
    stream_reader = TextStreamReader


class AsyncUndecodedClient(AsyncClient):
    stream_reader = UndecodedStreamReader


class Decoder:
    """Decode with json.loads only, for the text of each event."""

    @staticmethod
    def decode(pieces):
        reader = StreamReader()
        for piece in pieces:
            reader.feed(piece)
        return reader.characters


class TextDecoder:
    @staticmethod
    def decode(pieces):
        reader = TextStreamReader()
        for piece in pieces:
            reader.feed(piece)
        return reader.characters
