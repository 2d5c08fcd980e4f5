"""The rules of the concurrency controller, one by one, without a clock."""

import itertools
from collections.abc import Iterable
from math import sqrt
from typing import Any

import pytest

from vllm_client.bulk.concurrency import (
    MAX_MISSED_POLLS,
    Concurrency,
    ConcurrencyController,
    LimitReason,
)
from vllm_client.bulk.gauges import Gauges
from vllm_client.bulk.replica_detector import POLLS_OF_ONE_PROCESS
from vllm_client.errors import RequestError

IDLE = Gauges(running=0, waiting=0, kv_cache_usage=0.1)


def controller(*, background: bool = False, **settings: int) -> ConcurrencyController:
    return ConcurrencyController(Concurrency(**settings), background=background)


def fill(made: ConcurrencyController, now: float = 0.0) -> None:
    while made.in_flight < made.limit:
        made.sent(now)


def complete(made: ConcurrencyController, count: int, now: float = 0.0) -> None:
    """Complete this many requests, each replaced by a new one."""
    for _ in range(count):
        made.completed(now, sent_at=now - 1, tokens=100)
    fill(made, now)


def running(made: ConcurrencyController, waiting: int = 0, kv: float = 0.1) -> Gauges:
    """Return the gauges of a server that is used only by this client."""
    return Gauges(made.in_flight - waiting, waiting, kv)


def grown(polls: Iterable[int], **settings: int) -> list[int]:
    """Return the limits after polls of a server without waiting requests.

    Args:
        polls: The number of requests completed before each poll.
        settings: The fields of `Concurrency`.
    """
    made = controller(**settings)
    limits = []
    for now, answers in enumerate(polls):
        fill(made)
        complete(made, answers)
        made.polled(now, running(made))
        limits.append(made.limit)
    return limits


class TestSettings:
    def test_the_first_limit_is_sixteen(self) -> None:
        assert controller().limit == 16

    @pytest.mark.parametrize(
        ("settings", "limit"), [({"max": 8}, 8), ({"min": 32}, 32), ({"start": 20}, 20)]
    )
    def test_first_limit_is_clamped_to_the_allowed_range(
        self, settings: dict[str, int], limit: int
    ) -> None:
        assert controller(**settings).limit == limit

    @pytest.mark.parametrize("settings", [{"min": 0}, {"min": 9, "max": 8}, {"max": 0}])
    def test_invalid_settings_are_rejected(self, settings: dict[str, int]) -> None:
        with pytest.raises(RequestError, match="1 <= min <= max"):
            Concurrency(**settings)

    def test_auto_a_number_and_settings_are_accepted(self) -> None:
        assert Concurrency.of("auto") == Concurrency()
        assert Concurrency.of(64) == Concurrency(min=64, start=64, max=64)
        assert Concurrency.of(Concurrency(max=9)) == Concurrency(max=9)

    @pytest.mark.parametrize("value", ["many", 1.5, None, True])
    def test_other_values_are_rejected(self, value: Any) -> None:
        with pytest.raises(RequestError, match='"auto", a number or Concurrency'):
            Concurrency.of(value)

    def test_the_limit_stays_within_its_bounds(self) -> None:
        made = controller(min=10, max=20)
        fill(made)
        made.polled(0, Gauges(0, 1000, 0.1))
        made.polled(1, Gauges(0, 1000, 0.1))
        assert made.limit == 10
        complete(made, 500)
        for now in range(2, 9):
            fill(made)
            made.polled(now, running(made))
        assert made.limit == 20

    def test_fixed_number_never_changes(self) -> None:
        made = ConcurrencyController(Concurrency.of(64))
        fill(made)
        complete(made, 64)
        made.polled(0, running(made))
        made.polled(1, running(made, waiting=60))
        made.refused(2, sent_at=1.5)
        made.server_back(3)
        made.polled(4, None)
        assert (made.limit, made.reason) == (64, LimitReason.FIXED)


class TestSurplus:
    """Rule 1: lower the limit by half of the surplus of own waiting requests."""

    def test_limit_falls_by_half_of_the_surplus(self) -> None:
        made = controller(start=100)
        fill(made)

        made.polled(0, running(made, waiting=41))

        assert made.limit == 100 - (41 - 1) / 2

    def test_only_the_own_share_of_the_queue_counts(self) -> None:
        made = controller(start=100)
        fill(made)

        made.polled(0, Gauges(running=300, waiting=100, kv_cache_usage=0.1))

        assert made.limit == int(100 - (25 - 1) / 2)

    def test_target_is_one_plus_the_square_root_of_the_own_rate(self) -> None:
        made = controller(start=100)
        fill(made)
        for now in range(30):
            complete(made, 100)
            made.polled(now, running(made, kv=0.95))

        complete(made, 100)
        made.polled(30, running(made, waiting=11))  # 1 + sqrt(100)
        assert made.limit in (99, 100)

        complete(made, 100)
        made.polled(31, running(made, waiting=51))
        assert made.limit == pytest.approx(80, abs=2)

    def test_queue_of_other_clients_does_not_lower_the_limit_of_an_idle_client(self) -> None:
        made = controller()

        made.polled(0, Gauges(running=64, waiting=500, kv_cache_usage=0.5))

        assert made.limit == 16

    def test_surplus_with_a_slow_input_does_not_raise_the_limit(self) -> None:
        made = controller(start=100)
        fill(made)
        made.polled(0, running(made, waiting=99))
        limit = made.limit

        made.polled(1, running(made, waiting=3))  # more are in flight than the limit allows

        assert made.limit <= limit


class TestGrowth:
    """Rules 2 and 3: grow while no request waits, paced by completions."""

    def test_step_doubles_at_each_poll_while_no_request_waits(self) -> None:
        # 1 + sqrt(8), the target at 8 completions per second on average; then 7.7 and 15.3
        assert grown([0, 16, 16, 32], start=16) == [16, 19, 27, 42]

    def test_growth_is_at_most_the_number_of_completions(self) -> None:
        limits = grown([3] * 12, start=16)

        assert limits[-1] - limits[-2] == 3
        assert limits[-1] <= 16 + 12 * 3

    def test_without_completions_there_is_no_growth(self) -> None:
        assert grown([0] * 20, start=16) == [16] * 20

    def test_step_is_at_most_the_limit(self) -> None:
        limits = [4, *grown([1000] * 8, start=4)]

        assert all(after <= 2 * before for before, after in itertools.pairwise(limits))

    def test_a_waiting_request_ends_the_doubling(self) -> None:
        made = controller(start=100)
        fill(made)
        for now in range(5):
            complete(made, 100)
            made.polled(now, running(made))
        limit, step = made.limit, 100

        complete(made, step)
        made.polled(5, running(made, waiting=1))

        assert 0 < made.limit - limit <= 1 + sqrt(100)

    def test_a_full_cache_ends_growth(self) -> None:
        made = controller()
        fill(made)
        complete(made, 16)

        made.polled(0, running(made, kv=0.9))

        assert (made.limit, made.reason) == (16, LimitReason.KV_BOUND)

    def test_a_slow_input_does_not_raise_the_limit(self) -> None:
        made = controller()
        for _ in range(14):
            made.sent(0)
        for now in range(10):
            made.completed(now, sent_at=now, tokens=1)
            made.sent(now)
            made.polled(now, running(made))

        assert (made.limit, made.reason) == (16, LimitReason.INPUT_BOUND)


class TestRefusals:
    """Rule 4: a refusal lowers the limit, once for all requests sent before it."""

    def test_limit_falls_below_the_number_of_requests_in_flight(self) -> None:
        made = controller(start=100)
        fill(made)

        made.refused(1, sent_at=0)

        assert made.limit == int(0.97 * 99)

    def test_refusals_of_requests_sent_before_the_last_refusal_are_ignored(self) -> None:
        made = controller(start=100)
        fill(made)
        made.refused(1, sent_at=0)
        limit = made.limit

        made.refused(1.1, sent_at=0.5)
        assert made.limit == limit
        made.refused(2, sent_at=1.5)
        assert made.limit == limit  # 100 are still in flight: the new limit would be the same

    def test_later_refusal_lowers_the_limit_again(self) -> None:
        made = controller(start=100)
        fill(made)
        made.refused(1, sent_at=0)
        for _ in range(50):
            made.completed(1, sent_at=0, tokens=1)

        made.refused(2, sent_at=1.5)

        assert made.limit == int(0.97 * 49)

    def test_a_refused_request_keeps_its_slot(self) -> None:
        made = controller(start=4)
        fill(made)

        made.refused(1, sent_at=0)

        assert made.in_flight == 4

    def test_a_refusal_never_raises_the_limit(self) -> None:
        made = controller(start=100)
        fill(made)
        made.polled(0, running(made, waiting=99))
        limit = made.limit

        made.refused(1, sent_at=0.5)

        assert made.limit <= limit

    def test_the_reason_is_shown_for_a_while(self) -> None:
        made = controller()
        fill(made)
        made.refused(1, sent_at=0)
        assert made.reason is LimitReason.REFUSED
        made.polled(2, running(made))
        assert made.reason is LimitReason.REFUSED
        made.polled(12, running(made))
        assert made.reason is LimitReason.RAMPING_UP


class TestConnections:
    def test_a_lost_connection_frees_its_slot_and_leaves_the_limit(self) -> None:
        made = controller()
        fill(made)

        made.connection_lost(1)

        assert (made.in_flight, made.limit) == (15, 16)

    def test_an_abandoned_request_frees_its_slot_and_leaves_the_limit(self) -> None:
        made = controller()
        fill(made)

        made.abandoned(1)

        assert (made.in_flight, made.limit) == (15, 16)

    def test_limit_is_halved_when_the_server_is_back(self) -> None:
        made = controller(start=100)

        made.server_back(60)

        assert made.limit == 50

    def test_restarted_server_is_not_a_second_replica(self) -> None:
        made = controller()
        fill(made)
        made.polled(0, Gauges(16, 0, 0.1, process_start_time=1.0))
        made.connection_lost(1)
        made.server_back(60)
        fill(made)

        made.polled(61, Gauges(8, 0, 0.1, process_start_time=60.0))

        assert made.reason is LimitReason.RAMPING_UP


class TestReplicas:
    def poll(self, made: ConcurrencyController, now: float, process: float, waiting: int) -> None:
        made.polled(now, Gauges(0, waiting, 0.1, process_start_time=process))

    def test_the_gauges_of_several_servers_are_ignored(self) -> None:
        made = controller(start=100)
        fill(made)
        self.poll(made, 0, 1.0, 0)
        limit = made.limit

        for now in range(1, 9):
            self.poll(made, now, 1.0 + now % 2, 90)

        assert (made.limit, made.reason) == (limit, LimitReason.SEVERAL_SERVERS)

    def test_one_server_is_trusted_again_after_many_polls(self) -> None:
        made = controller(start=100)
        fill(made)
        self.poll(made, 0, 1.0, 0)

        for now in range(POLLS_OF_ONE_PROCESS):
            self.poll(made, now, 2.0, 90)

        assert (made.limit < 100, made.reason) == (True, LimitReason.SERVER_BOUND)


class TestWithoutGauges:
    def blind(self, polls: int) -> ConcurrencyController:
        """Return a controller that never got gauges, at a server with unlimited capacity."""
        made = controller()
        for now in range(polls):
            fill(made, now)
            for _ in range(200):
                made.completed(now + 0.5, sent_at=now, tokens=100)
                made.sent(now + 0.5)
            made.polled(now + 0.9, None)
        return made

    def test_a_few_missed_polls_change_nothing(self) -> None:
        made = self.blind(MAX_MISSED_POLLS - 1)

        assert (made.limit, made.reason) == (16, LimitReason.RAMPING_UP)

    def test_the_limit_climbs_with_throughput(self) -> None:
        made = self.blind(MAX_MISSED_POLLS + 1)

        assert (made.limit, made.reason) == (64, LimitReason.NO_GAUGES)

    def test_gauges_that_come_back_are_used(self) -> None:
        made = self.blind(MAX_MISSED_POLLS + 1)
        fill(made)

        made.polled(10, running(made, waiting=60))

        assert (made.limit < 64, made.reason) == (True, LimitReason.SERVER_BOUND)

    def test_a_slow_input_does_not_climb(self) -> None:
        made = controller()
        for now in range(20):
            made.sent(now)
            for _ in range(100):
                made.sent(now)
                made.completed(now + 0.5, sent_at=now, tokens=100)
            made.completed(now + 0.5, sent_at=now, tokens=100)
            made.polled(now + 0.9, None)

        assert (made.limit, made.reason) == (16, LimitReason.INPUT_BOUND)


class TestBackground:
    """A background run keeps no queue of its own."""

    def test_any_waiting_request_is_a_surplus(self) -> None:
        made = controller(background=True, start=100)
        fill(made)
        for now in range(5):
            complete(made, 100)
            made.polled(now, running(made, kv=0.7))  # no growth
        assert made.limit == 100

        made.polled(5, running(made, waiting=10))

        assert made.limit == 95

    def test_growth_ends_while_the_cache_has_room_for_other_clients(self) -> None:
        made = controller(background=True)
        fill(made)
        complete(made, 16)
        made.polled(0, running(made, kv=0.69))
        limit = made.limit
        assert limit > 16

        complete(made, 16)
        made.polled(1, running(made, kv=0.7))

        assert (made.limit, made.reason) == (limit, LimitReason.KV_BOUND)


class TestReasons:
    def test_ramping_up_before_the_first_poll(self) -> None:
        assert controller().reason == "ramping up"

    def test_ramping_up_while_the_new_limit_is_not_used_up_yet(self) -> None:
        made = controller(start=4)
        fill(made)
        complete(made, 4)
        made.polled(0, running(made))

        assert (made.in_flight < 0.9 * made.limit, made.reason) == (True, "ramping up")

    def test_server_bound_while_requests_wait(self) -> None:
        made = controller()
        fill(made)

        made.polled(0, running(made, waiting=1))

        assert made.reason == "server-bound"

    def test_output_bound_comes_before_input_bound(self) -> None:
        made = controller()

        made.polled(0, IDLE, output_blocked=True)

        assert made.reason == "output-bound"

    def test_at_the_maximum_when_the_server_would_allow_more(self) -> None:
        made = controller(max=16)
        fill(made)
        complete(made, 16)

        made.polled(0, running(made))

        assert made.reason == "at the maximum"
