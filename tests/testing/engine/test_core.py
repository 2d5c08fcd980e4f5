"""The engine model, step by step, on a virtual clock."""

import random
from collections.abc import Iterable, Sequence

import pytest

from vllm_client.testing.engine.core import EngineCore, EngineStats
from vllm_client.testing.engine.request import EngineRequest
from vllm_client.testing.engine.settings import Engine

# A step takes 1 s, plus 0.01 s for each token of a prompt.
SIMPLE = {
    "step_seconds": 1.0,
    "seconds_per_sequence": 0.0,
    "seconds_per_prompt_token": 0.01,
    "seconds_per_kv_token": 0.0,
}


def engine(**limits: int) -> EngineCore:
    return EngineCore(Engine(**SIMPLE, **limits))


def finish(core: EngineCore, now: float = 0.0) -> list[tuple[EngineRequest, float]]:
    """Run until the engine is idle; return the requests with the times of their ends."""
    ended = []
    while True:
        result = core.step(now)
        ended += [(request, now) for request in result.finished]
        if result.ends_at is None:
            return ended
        now = result.ends_at


def submit(core: EngineCore, *requests: EngineRequest) -> Sequence[EngineRequest]:
    for request in requests:
        core.submit(request)
    return requests


def ends(core: EngineCore, requests: Iterable[EngineRequest]) -> list[float]:
    times = dict(finish(core))
    return [pytest.approx(times[request]) for request in requests]


class TestSteps:
    def test_engine_without_requests_is_idle(self) -> None:
        assert engine().step(5.0) == engine().step(6.0)
        assert engine().step(5.0).ends_at is None

    def test_prompt_takes_one_step_that_generates_the_first_token(self) -> None:
        core = engine()

        assert ends(core, submit(core, EngineRequest(100, 1))) == [2.0]

    def test_each_further_token_takes_one_step(self) -> None:
        core = engine()

        assert ends(core, submit(core, EngineRequest(100, 5))) == [2.0 + 4]

    def test_a_request_without_answer_ends_with_its_prompt(self) -> None:
        core = engine()
        (request,) = submit(core, EngineRequest(100, 0))

        assert ends(core, [request]) == [2.0]
        assert core.generated(request) == 0

    def test_an_empty_prompt_takes_a_step(self) -> None:
        core = engine()

        assert ends(core, submit(core, EngineRequest(0, 0), EngineRequest(0, 2))) == [1.0, 2.0]

    def test_requests_share_steps(self) -> None:
        core = engine()

        assert ends(core, submit(core, EngineRequest(100, 5), EngineRequest(100, 5))) == [7.0, 7.0]

    def test_unfinished_step_is_not_ended(self) -> None:
        core = engine()
        submit(core, EngineRequest(100, 5))
        core.step(0.0)

        assert core.step(1.9) == core.step(1.95)
        assert core.step(1.95).ends_at == 2.0

    def test_request_submitted_during_a_step_starts_with_the_next_one(self) -> None:
        core = engine()
        submit(core, EngineRequest(100, 5))
        core.step(0.0)

        (late,) = submit(core, EngineRequest(100, 1))

        assert ends(core, [late]) == [4.0]
        assert late.started_at == 2.0

    def test_a_long_prompt_is_computed_in_chunks(self) -> None:
        core = engine(max_num_batched_tokens=100)

        assert ends(core, submit(core, EngineRequest(250, 1))) == [2 + 2 + 1.5]

    def test_decoding_continues_during_chunked_prefill(self) -> None:
        core = engine(max_num_batched_tokens=100)
        first, _ = submit(core, EngineRequest(50, 3), EngineRequest(250, 1))

        assert ends(core, [first])[0] == 2.0 + 1.99 + 1.99

    def test_generated_counts_tokens_of_finished_steps(self) -> None:
        core = engine()
        (request,) = submit(core, EngineRequest(100, 5))
        counts = []
        for now in (0.0, 2.0, 3.0, 4.0, 5.0, 6.0):
            core.step(now)
            counts.append(core.generated(request))

        assert counts == [0, 1, 2, 3, 4, 5]


class TestQueue:
    def test_at_most_max_num_seqs_run(self) -> None:
        core = engine(max_num_seqs=1)

        assert ends(core, submit(core, EngineRequest(100, 2), EngineRequest(100, 2))) == [3.0, 6.0]

    def test_a_request_waits_until_its_prompt_fits_into_the_cache(self) -> None:
        core = engine(kv_cache_tokens=160)
        first, second = submit(core, EngineRequest(96, 2), EngineRequest(96, 2))

        assert ends(core, [first, second]) == [2.96, 5.92]

    def test_request_larger_than_the_cache_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="of 161 tokens does not fit"):
            engine(kv_cache_tokens=160).submit(EngineRequest(160, 1))

    def test_max_num_queued_reqs_counts_running_requests_too(self) -> None:
        core = engine(max_num_queued_reqs=3)
        submit(core, EngineRequest(10, 5), EngineRequest(10, 5))
        core.step(0.0)

        assert (core.has_room(), core.has_room(2)) == (True, False)
        submit(core, EngineRequest(10, 5))
        assert (core.has_room(), core.waiting, core.unfinished) == (False, 1, 3)

    def test_without_max_num_queued_reqs_there_is_always_room(self) -> None:
        assert engine().has_room(10**6)


class TestPreemption:
    def test_newest_request_is_preempted_and_computed_again(self) -> None:
        core = engine(kv_cache_tokens=96)
        old, new = submit(core, EngineRequest(32, 40), EngineRequest(32, 40))

        ended = [request for request, _ in finish(core)]

        assert ended == [old, new]
        assert (old.preemptions, new.preemptions) == (0, 1)
        assert core.recomputed_tokens > 32

    def test_a_preempted_request_keeps_its_tokens(self) -> None:
        core = engine(kv_cache_tokens=96)
        _, new = submit(core, EngineRequest(32, 40), EngineRequest(32, 40))

        finish(core)

        assert core.generated(new) == 40
        assert core.generated_tokens == 80


class TestPrefixCache:
    def test_a_cached_prefix_is_not_computed(self) -> None:
        core = engine()
        submit(core, EngineRequest(116, 1, prefix="abcdef"))
        finish(core)

        (second,) = submit(core, EngineRequest(116, 1, prefix="abcdef"))

        assert ends(core, [second]) == [1.2]
        assert second.cached_tokens == 96
        assert (core.prefix_queries, core.prefix_hits) == (232, 96)


class TestAbort:
    def test_aborted_running_request_frees_its_blocks(self) -> None:
        core = engine()
        (request,) = submit(core, EngineRequest(100, 50))
        core.step(0.0)
        core.step(2.0)

        core.abort(request)

        assert (core.blocks.used, core.unfinished) == (0, 0)
        assert finish(core, 3.0) == []

    def test_abort_during_prefill_generates_nothing(self) -> None:
        core = engine()
        (request,) = submit(core, EngineRequest(100, 1))
        core.step(0.0)

        core.abort(request)

        assert finish(core, 2.0) == []
        assert core.blocks.used == 0

    def test_aborted_waiting_request_leaves_the_queue(self) -> None:
        core = engine(max_num_seqs=1)
        first, waiting, late = submit(core, *(EngineRequest(10, 5) for _ in range(3)))
        core.step(0.0)
        core.abort(waiting)
        (arrived,) = submit(core, EngineRequest(10, 5))
        core.abort(arrived)

        assert [request for request, _ in finish(core, 1.1)] == [first, late]

    def test_abort_of_a_finished_request_does_nothing(self) -> None:
        core = engine()
        (request,) = submit(core, EngineRequest(10, 2))
        finish(core)

        core.abort(request)

        assert core.generated(request) == 2


class TestStats:
    def test_stats_are_taken_at_the_end_of_a_step(self) -> None:
        core = engine(max_num_seqs=1, kv_cache_tokens=160)
        submit(core, EngineRequest(80, 1), EngineRequest(80, 5), EngineRequest(80, 1))
        core.step(0.0)
        assert core.stats == EngineStats()
        core.step(1.8)
        assert core.stats == EngineStats(running=0, waiting=2, kv_cache_usage=0.0)
        core.step(3.6)
        assert core.stats == EngineStats(running=1, waiting=1, kv_cache_usage=0.5)


class TestBooks:
    """In all runs, all blocks are freed and all work is done exactly once."""

    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("aborted", [0, 20])
    def test_all_blocks_are_freed_and_computed_tokens_equal_requested_tokens(
        self, seed: int, aborted: int
    ) -> None:
        chance = random.Random(seed)
        core = engine(kv_cache_tokens=2000, max_num_seqs=16, max_num_batched_tokens=256)
        requests = [random_request(chance) for _ in range(200)]
        submit(core, *requests)
        now: float | None = core.step(0.0).ends_at
        for request in chance.sample(requests, aborted):
            for _ in range(5):
                assert now is not None
                now = core.step(now).ends_at
            core.abort(request)
        finish(core, now or 0.0)

        assert core.preemptions > 0
        assert (core.blocks.used, core.unfinished, core.stats.running) == (0, 0, 0)
        asked = sum(request.prompt_tokens + request.output_tokens for request in requests)
        if not aborted:
            assert core.computed_tokens == asked
            assert [core.generated(each) for each in requests] == [
                each.output_tokens for each in requests
            ]


def random_request(chance: random.Random) -> EngineRequest:
    group = chance.randrange(5)
    return EngineRequest(
        prompt_tokens=chance.randint(1, 300),
        output_tokens=chance.choice([0, 1, 2, chance.randint(3, 400)]),
        prefix=[(group, block) for block in range(chance.choice([0, 0, 4]))],
    )
