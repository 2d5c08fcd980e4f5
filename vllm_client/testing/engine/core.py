"""The engine model, one scheduler step at a time.

It is modelled on the scheduler of vLLM 0.32 (v1/core/sched/scheduler.py): continuous batching,
chunked prefill, first come first served. Blocks for the whole prompt are reserved on admission. If
blocks run out, the newest request is preempted, moves to the head of the queue and is computed
again; a step that preempted admits no request. Not modelled: two steps in flight (async
scheduling), speculative decoding, prefix caching of generated tokens, data parallelism.

The cost of simulating a step depends on the requests that enter or leave it, not on those that run.
A request gains one token per step, so its last step is known when its prefill ends, and it needs a
new block every 16th step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from attrs import frozen

from .kv_blocks import KvBlocks
from .request import BLOCK_SIZE, EngineRequest
from .settings import Engine


@frozen
class EngineStats:
    """vLLM's gauges at the end of a step, without the finished requests."""

    running: int = 0
    waiting: int = 0
    kv_cache_usage: float = 0.0


@frozen
class StepResult:
    """The result of one call of `step`.

    Attributes:
        finished: Requests that ended in the last step.
        ends_at: When the next step ends; None if the engine is idle until a request is submitted.
    """

    finished: Sequence[EngineRequest]
    ends_at: float | None


class EngineCore:
    """The state of one engine.

    Call `step` when the step in progress ends, and after a submission to an idle engine.
    """

    def __init__(self, settings: Engine) -> None:
        self.settings = settings
        self.stats = EngineStats()
        self.blocks = KvBlocks(settings.kv_cache_tokens // BLOCK_SIZE)
        self.preemptions = 0
        self.computed_tokens = 0  # computed once: those of prompts (also cached) and answers
        self.recomputed_tokens = 0  # computed again after preemptions
        self.prompt_tokens = 0  # of finished prefills
        self.generated_tokens = 0  # of all answers
        self.prefix_queries = self.prefix_hits = 0  # numbers of tokens
        self._running: dict[EngineRequest, None] = {}  # ordered by admission
        self._prefilling: dict[EngineRequest, None] = {}
        self._waiting: deque[EngineRequest] = deque()
        self._arrived: deque[EngineRequest] = deque()  # arrived during the current step
        self._ends: dict[
            int, list[tuple[EngineRequest, int]]
        ] = {}  # step -> requests and their preemptions
        self._growing = [0] * BLOCK_SIZE  # requests that need a block, by step % 16
        self._prefilled: list[EngineRequest] = []  # prefills that the current step completes
        self._step = 0
        self._ends_at: float | None = None

    @property
    def unfinished(self) -> int:
        """The number of running and waiting requests."""
        return len(self._running) + self.waiting

    @property
    def waiting(self) -> int:
        """The number of waiting requests, including those that arrived during this step."""
        return len(self._waiting) + len(self._arrived)

    def has_room(self, count: int = 1) -> bool:
        """Whether `max_num_queued_reqs` allows `count` more requests."""
        limit = self.settings.max_num_queued_reqs
        return limit is None or self.unfinished + count <= limit

    def submit(self, request: EngineRequest) -> None:
        """Queue a request. Raise ValueError if it does not fit into the KV cache."""
        tokens = request.prompt_tokens + request.output_tokens
        if tokens > self.blocks.total * BLOCK_SIZE:
            raise ValueError(f"a request of {tokens} tokens does not fit into the KV cache")
        self._arrived.append(request)

    def abort(self, request: EngineRequest) -> None:
        """Drop an unfinished request, as vLLM does when its client disconnects."""
        request.is_aborted = not request.has_ended
        if request in self._running:
            self._release(request, self._step)
            request.preemptions += 1  # makes `_finish` ignore its end in `_ends`
        for queue in (self._waiting, self._arrived):
            if request in queue:
                queue.remove(request)

    def generated(self, request: EngineRequest) -> int:
        """Return the number of tokens that a request had at the end of the last step."""
        return request.generated + request.decoded(self._last_step)

    def step(self, now: float) -> StepResult:
        """Finish the step in progress if it has ended by `now`, and begin the next one."""
        if self._ends_at is not None and now < self._ends_at:
            return StepResult((), self._ends_at)
        finished = () if self._ends_at is None else self._finish()
        self._ends_at = self._begin(now)
        return StepResult(finished, self._ends_at)

    @property
    def _last_step(self) -> int:
        """The number of the last finished step."""
        return self._step if self._ends_at is None else self._step - 1

    def _begin(self, now: float) -> float | None:
        """Schedule a step and return when it ends."""
        self._waiting += self._arrived
        self._arrived.clear()
        self._step += 1
        has_preempted = self._make_room()
        decoding = len(self._running) - len(self._prefilling)
        prompt = self._continue_prefills(self.settings.max_num_batched_tokens - decoding)
        if not has_preempted:
            prompt = self._admit(now, prompt, self.settings.max_num_batched_tokens - decoding)
        if not self._running:
            return None
        self.computed_tokens += decoding
        self.generated_tokens += decoding
        return now + self._seconds(decoding, prompt)

    def _seconds(self, decoding: int, prompt: int) -> float:
        settings = self.settings
        return (
            settings.step_seconds
            + settings.seconds_per_sequence * decoding
            + settings.seconds_per_prompt_token * prompt
            + settings.seconds_per_kv_token * BLOCK_SIZE * self.blocks.used
        )

    def _finish(self) -> list[EngineRequest]:
        """Give each request its tokens of this step and return the finished requests."""
        ended = [each for each in self._prefilled if self._begin_decoding(each)]
        self._prefilled = []
        due = self._ends.pop(self._step, ())
        ended += [request for request, preemptions in due if request.preemptions == preemptions]
        for request in ended:
            request.generated += request.decoded(self._step)
            request.has_ended = True
            self._release(request, self._step)
        self.stats = EngineStats(len(self._running), len(self._waiting), self.blocks.usage)
        return ended

    def _begin_decoding(self, request: EngineRequest) -> bool:
        """Give a request its first token after its prefill; return whether it is the last."""
        if request not in self._prefilling:
            return False  # aborted
        del self._prefilling[request]
        if not request.generated:
            self.prompt_tokens += request.prompt_tokens
        first = min(1, request.output_tokens)
        request.generated += first
        self.computed_tokens += first
        self.generated_tokens += first
        left = request.output_tokens - request.generated
        if left <= 0:
            return True
        request.is_decoding, request.decodes_since = True, self._step
        request.block_phase = (self._step + 1 - request.to_prefill) % BLOCK_SIZE
        self._growing[request.block_phase] += 1
        self._ends.setdefault(self._step + left, []).append((request, request.preemptions))
        return False

    def _make_room(self) -> bool:
        """Take the blocks for this step's tokens; return whether requests were preempted."""
        phase, before = self._step % BLOCK_SIZE, self.preemptions
        while self.blocks.used + self._growing[phase] > self.blocks.total:
            self._preempt(next(reversed(self._running)))
        self.blocks.take(self._growing[phase])
        return self.preemptions > before

    def _preempt(self, request: EngineRequest) -> None:
        """Free a request's blocks and requeue it first; its tokens so far become its prompt."""
        decoded = request.decoded(self._step - 1)
        self._release(request, self._step - 1)
        request.generated += decoded
        request.computed += decoded
        self.recomputed_tokens += request.computed
        done = request.prompt_tokens + request.generated if request.generated else 0
        request.most_computed = max(request.most_computed, request.computed, done)
        request.preemptions += 1
        self.preemptions += 1
        self._waiting.appendleft(request)

    def _continue_prefills(self, budget: int) -> int:
        """Return the prompt tokens that this step computes for requests admitted earlier."""
        tokens = 0
        for request in self._prefilling:
            tokens += self._prefill(request, budget - tokens)
        return tokens

    def _admit(self, now: float, tokens: int, budget: int) -> int:
        """Admit requests from the queue while they fit; return the step's prompt tokens."""
        waiting, running = self._waiting, self._running
        while waiting and len(running) < self.settings.max_num_seqs and tokens < budget:
            request = waiting[0]
            if not self._allocate(request):
                break
            waiting.popleft()
            if request.started_at is None:
                request.started_at = now
            tokens += self._prefill(request, budget - tokens)
        return tokens

    def _allocate(self, request: EngineRequest) -> bool:
        request.to_prefill = request.prompt_tokens + request.generated
        own = request.own_blocks()
        if not self.blocks.has_room(own, request.prefix):
            return False
        hits = self.blocks.take_prefix(request.prefix) * BLOCK_SIZE
        self.blocks.take(own)
        request.computed = hits
        if request.started_at is None:
            request.cached_tokens = hits
            self.prefix_queries += request.prompt_tokens
            self.prefix_hits += hits
        self._running[request] = self._prefilling[request] = None
        return True

    def _prefill(self, request: EngineRequest, budget: int) -> int:
        tokens = min(budget, request.to_prefill - request.computed)
        request.computed += tokens
        if request.computed > request.most_computed:
            self.computed_tokens += request.computed - request.most_computed
            request.most_computed = request.computed
        if request.computed >= request.to_prefill:
            self._prefilled.append(request)
        return tokens

    def _release(self, request: EngineRequest, step: int) -> None:
        """Free the blocks that a request holds at this step."""
        self.blocks.free(request.own_blocks(step))
        self.blocks.free_prefix(request.prefix)
        if request.is_decoding:
            self._growing[request.block_phase] -= 1
            request.is_decoding = False
        del self._running[request]
        self._prefilling.pop(request, None)
