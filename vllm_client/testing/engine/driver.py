"""Run the engine model in real time, in the event loop of a simulated server."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterator, Sequence
from functools import partial

from attrs import evolve, frozen

from ..request_checks import Refusal
from ..socket_steps import SocketResponse, Until
from .core import EngineCore
from .request import BLOCK_SIZE, EngineRequest
from .settings import Engine

# Max delay in seconds that the engine catches up. A step begins at the time at which the previous
# one was due to end, so that late timers do not add up. Of a longer delay, for example while the
# process was stopped, only this much is caught up.
MAX_SECONDS_BEHIND = 0.05

_BUSY = (
    "The engine is currently busy and cannot accept new requests. "
    "Please try again later or on a different instance."
)


class EngineDriver:
    """Driver of one engine. Answers wait here for their tokens."""

    def __init__(self, settings: Engine) -> None:
        self.core = EngineCore(settings)
        self._waiting: list[tuple[EngineRequest, int, asyncio.Future[None]]] = []
        self._is_running = False
        self._is_held = False

    def check_room(self, sequences: int) -> None:
        """Raise Refusal if `max_num_queued_reqs` is exceeded, as vLLM 0.32 does."""
        if not self.core.has_room(sequences):
            raise Refusal(_BUSY, None, 503, "Service Unavailable")

    def begin(self, sequences: Sequence[tuple[Sequence[str], int]], cache: Hashable) -> EngineRun:
        """Queue the sequences of one API request.

        Args:
            sequences: For each prompt, its tokens and the number of tokens to generate.
            cache: Key that separates equal prompts in the prefix cache, such as the model's name.
        """
        requests = [self._request(prompt, answer, cache) for prompt, answer in sequences]
        for request in requests:
            self.core.submit(request)
        self._start()
        return EngineRun(self, requests)

    def hold(self, held: bool) -> None:
        """Start or stop holding the engine: while paused or asleep, no further step begins."""
        self._is_held = held
        self._start()

    def abort(self, requests: Sequence[EngineRequest]) -> None:
        """Drop those of the requests that are unfinished; their client has disconnected."""
        for request in requests:
            self.core.abort(request)
        self._wake()

    async def until(self, request: EngineRequest, tokens: int) -> None:
        """Return once a sequence has `tokens` tokens or has ended."""
        while not self._has(request, tokens):
            future = asyncio.get_running_loop().create_future()
            self._waiting.append((request, tokens, future))
            await future

    async def until_all_end(self, requests: Sequence[EngineRequest]) -> None:
        for request in requests:
            await self.until(request, request.output_tokens + 1)

    def _request(self, prompt: Sequence[str], answer: int, cache: Hashable) -> EngineRequest:
        room = self.core.blocks.total * BLOCK_SIZE - len(prompt)
        return EngineRequest(len(prompt), min(answer, room), list(prefix_keys(prompt, cache)))

    def _has(self, request: EngineRequest, tokens: int) -> bool:
        if request.has_ended or request.is_aborted:
            return True
        return self.core.generated(request) >= tokens

    def _start(self) -> None:
        if not self._is_running and not self._is_held:
            self._step(asyncio.get_running_loop().time())

    def _step(self, due: float) -> None:
        loop = asyncio.get_running_loop()
        self._is_running = not self._is_held
        if self._is_held:
            return
        ends_at = self.core.step(max(due, loop.time() - MAX_SECONDS_BEHIND)).ends_at
        self._is_running = ends_at is not None
        if ends_at is not None:
            loop.call_at(ends_at, self._step, ends_at)
        self._wake()

    def _wake(self) -> None:
        for request, tokens, future in self._waiting:
            if not future.done() and self._has(request, tokens):
                future.set_result(None)
        # The futures of disconnected clients are cancelled, so they count as done.
        self._waiting = [each for each in self._waiting if not each[2].done()]


@frozen
class EngineRun:
    """One API request in the engine, with a sequence for each choice or input."""

    driver: EngineDriver
    requests: Sequence[EngineRequest]

    def token(self, index: int, count: int) -> Until:
        """Return a step that waits until the sequence at this index has `count` tokens."""
        return Until(partial(self.driver.until, self.requests[index], count))

    def whole(self) -> Until:
        """Return a step that waits until all sequences have ended."""
        return Until(partial(self.driver.until_all_end, self.requests))

    def generated(self, index: int) -> int:
        """Return the number of tokens that the sequence at this index has."""
        return self.driver.core.generated(self.requests[index])

    @property
    def has_ended(self) -> bool:
        """Whether all sequences have ended."""
        return all(request.has_ended for request in self.requests)

    @property
    def cached_tokens(self) -> int:
        """Prompt tokens found in the prefix cache.

        As in vLLM 0.33, only the last sequence counts.
        """
        return self.requests[-1].cached_tokens

    @property
    def created_cache_tokens(self) -> int:
        """Prompt tokens of the last sequence in full blocks that were added to the prefix cache."""
        last = self.requests[-1]
        return len(last.prefix) * BLOCK_SIZE - last.cached_tokens

    def timed(self, response: SocketResponse) -> SocketResponse:
        """Delay a plain answer until its last token is generated."""
        return evolve(response, before=[self.whole()], on_end=self.end)

    def end(self) -> None:
        """Drop unfinished sequences once the answer has ended or its client has disconnected."""
        self.driver.abort(self.requests)


def prefix_keys(tokens: Sequence[str], cache: Hashable) -> Iterator[int]:
    """Yield a key for each full block of a prompt.

    A key depends on all tokens up to the end of its block.
    """
    key = hash(cache)
    for start in range(0, len(tokens) - BLOCK_SIZE + 1, BLOCK_SIZE):
        key = hash((key, *tokens[start : start + BLOCK_SIZE]))
        yield key
