"""Read the rows of a run as it needs them."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections import deque
from collections.abc import AsyncIterable, Callable, Iterable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, Protocol

import attrs

from ..errors import RequestError


@attrs.frozen
class InputRow:
    """A row of the input with the options of its call.

    Attributes:
        value: The row of the input.
        options: The options of its call.
        problem: The error if the row has no valid options; None otherwise.
    """

    value: Any
    options: Any = None
    problem: Exception | None = None


Prepare = Callable[[Any], Any]


def prepared(value: Any, prepare: Prepare) -> InputRow:
    """Prepare a row: call `prepare` and keep its options or its error."""
    try:
        return InputRow(value, prepare(value))
    except Exception as error:
        return InputRow(value, problem=error)


class BulkInput(Protocol):
    """A source of rows."""

    @property
    def error(self) -> BaseException | None:
        """The exception that ended the input, if any."""
        ...

    @property
    def has_ended(self) -> bool:
        """Whether all rows have been taken, so that no further one follows."""
        ...

    def want(self, rows: int) -> None:
        """Read up to `rows` rows ahead; `ready` is called when one is available, and at the end."""
        ...

    def take(self) -> InputRow | None:
        """Return the next row; None if none is available now."""
        ...

    def close(self) -> None:
        """Stop reading."""
        ...

    async def closed(self) -> None:
        """Wait until the reader has stopped, if it can be stopped."""
        ...


def bulk_input(
    rows: Iterable[Any] | AsyncIterable[Any],
    prepare: Prepare,
    in_thread: bool,
    ready: Callable[[], None],
) -> BulkInput:
    """Create the input that reads an iterable of rows.

    Args:
        rows: Lists, tuples and ranges are read in the event loop; other iterables, which may block,
            in a separate thread; async iterables in a task.
        prepare: Converts a row to the options of a call. It may raise.
        in_thread: Whether `prepare` may block, and must run in the thread.
        ready: Called in the event loop: see `BulkInput.want`.

    Raises:
        RequestError: `rows` is not iterable.
    """
    if isinstance(rows, AsyncIterable):
        return _TaskInput(rows, prepare, ready)
    if isinstance(rows, str | bytes) or not isinstance(rows, Iterable):
        raise RequestError(f"rows: expected an iterable of rows, got {rows!r:.80}")
    if type(rows) in (list, tuple, range) and not in_thread:  # a subclass may block
        return _LoopInput(rows, prepare)
    return _ThreadInput(rows, prepare, ready)


class _LoopInput:
    """Rows of a list, tuple or range."""

    error: BaseException | None = None

    def __init__(self, rows: Iterable[Any], prepare: Prepare) -> None:
        self._rows = iter(rows)
        self._prepare = prepare
        self.has_ended = False

    def want(self, rows: int) -> None:
        """Do nothing: the rows are in memory."""

    def take(self) -> InputRow | None:
        for value in self._rows:
            return prepared(value, self._prepare)
        self.has_ended = True
        return None

    def close(self) -> None:
        self.has_ended = True

    async def closed(self) -> None:
        """Do nothing: no reader runs."""


class _ReadAhead:
    """Rows that a task or thread reads ahead, up to the number of wanted rows."""

    def __init__(self, prepare: Prepare, ready: Callable[[], None]) -> None:
        self._prepare = prepare
        self._ready = ready
        self._rows: deque[InputRow] = deque()
        self._promised = 0  # number of rows that are wanted and not yet taken
        self._reader_ended = False
        self.error: BaseException | None = None

    @property
    def has_ended(self) -> bool:
        return self._reader_ended and not self._rows

    def take(self) -> InputRow | None:
        if not self._rows:
            return None
        self._promised -= 1
        return self._rows.popleft()

    def _missing(self, rows: int) -> int:
        """Return the number of rows that the reader has yet to read."""
        more = max(0, rows - self._promised)
        self._promised += more
        return more


class _TaskInput(_ReadAhead):
    """Rows of an async iterable, read by a task."""

    def __init__(
        self, rows: AsyncIterable[Any], prepare: Prepare, ready: Callable[[], None]
    ) -> None:
        super().__init__(prepare, ready)
        self._iterator = aiter(rows)
        self._closed = False
        self._credits = asyncio.Semaphore(0)
        self._task = asyncio.create_task(self._read())

    def want(self, rows: int) -> None:
        for _ in range(self._missing(rows)):
            self._credits.release()

    async def _read(self) -> None:
        try:
            await self._credits.acquire()
            async for value in self._iterator:
                self._rows.append(prepared(value, self._prepare))
                self._ready()
                await self._credits.acquire()
        except Exception as error:
            self.error = error
        except asyncio.CancelledError as error:
            if self._closed:
                raise
            # The iterable raised CancelledError, or all tasks were cancelled. The input is
            # incomplete.
            self.error = RequestError("rows: reading the async iterable was cancelled")
            self.error.__cause__ = error
        finally:
            self._reader_ended = True
            self._ready()

    def close(self) -> None:
        self._closed = True
        self._task.cancel()

    async def closed(self) -> None:
        await asyncio.wait([self._task])
        close = getattr(self._iterator, "aclose", None)
        if close is not None:
            with suppress(Exception):  # raised while a generator closes; the run has already ended
                await close()


class _ThreadInput(_ReadAhead):
    """Rows of an iterable that may block, read by a thread.

    A thread cannot be interrupted: if it waits for its iterator when the run is closed, it ends
    after the next row.
    """

    def __init__(self, rows: Iterable[Any], prepare: Prepare, ready: Callable[[], None]) -> None:
        super().__init__(prepare, ready)
        self._loop = asyncio.get_running_loop()
        self._credits: SimpleQueue[int] = SimpleQueue()
        self._closed = False
        self._is_called = False
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._read, rows), name="vllm-client-rows", daemon=True
        )
        thread.start()

    def want(self, rows: int) -> None:
        more = self._missing(rows)
        if more:
            self._credits.put(more)

    def close(self) -> None:
        self._closed = True
        self._credits.put(0)

    async def closed(self) -> None:
        """Do nothing: the thread may wait for its iterator forever."""

    # Runs in the thread:

    def _read(self, rows: Iterable[Any]) -> None:
        iterator: Iterator[Any] | None = None
        try:
            iterator = iter(rows)
            while not self._closed and self._read_some(iterator, self._credits.get()):
                pass
        except BaseException as error:
            self.error = error
        finally:
            if inspect.isgenerator(iterator):
                with suppress(Exception):
                    iterator.close()
            self._reader_ended = True
            self._call()

    def _read_some(self, iterator: Iterator[Any], count: int) -> bool:
        """Read up to `count` rows; return False at the end of the input."""
        for _ in range(count):
            try:
                value = next(iterator)
            except StopIteration:
                return False
            self._rows.append(prepared(value, self._prepare))
            self._call()
            if self._closed:
                return False
        return True

    def _call(self) -> None:
        """Schedule `ready` in the event loop, unless it is scheduled already."""
        if not self._is_called:
            self._is_called = True
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._look)

    # Runs in the event loop:

    def _look(self) -> None:
        self._is_called = False
        self._ready()
