"""The servers of a call's attempts after each kind of failure."""

from __future__ import annotations

import attrs
import pytest

from vllm_client import (
    ApiError,
    IoError,
    IoTimeout,
    RequestError,
    RetryPolicy,
    StreamError,
    VllmError,
)
from vllm_client.balancing.call_route import (
    CallRoute,
    report_answer,
    report_failure,
    wanted_of,
)
from vllm_client.balancing.servers import ServerSet
from vllm_client.balancing.wanted import Wanted
from vllm_client.call.retry import NO_RETRY, Progress, Retry
from vllm_client.call.routing import Routing
from vllm_client.call.servers import Policy

POLICY = RetryPolicy(max_retries=3)
FIRST = Progress(
    tries=1, refusals=0, elapsed=0.0, total=None, replayable=True, fresh=True, random=0.5
)


def _io(failure: str, arrived: bool = True, in_pool: bool = False) -> IoError:
    error = IoError(failure)
    error.failure = failure  # type: ignore[assignment]
    error.may_have_arrived, error.died_in_pool = arrived, in_pool
    return error


REFUSED = _io("refused", arrived=False)
LOST = _io("lost")
BUSY = ApiError("busy", 503)
BAD_GATEWAY = ApiError("x", 502)
AT_ONCE = Retry(0.0, counts=False)
AT_ONCE_COUNTED = Retry(0.0)


def _unknown_model() -> ApiError:
    error = ApiError("The model `x` does not exist.", 404)
    error.type, error.param = "NotFoundError", "model"
    return error


ANY = Wanted()


class Call:
    """A call whose attempts fail, and the servers that they went to."""

    def __init__(self, names: str = "abcd", wanted: Wanted = ANY) -> None:
        self.servers = ServerSet(names, "least_loaded")
        self.route = CallRoute(self.servers, wanted, 0.0)
        self.went = [self.route.choose(0.0).name]
        self.progress = FIRST

    def fails(self, error: VllmError, policy: RetryPolicy = POLICY) -> Retry | None:
        """Record a failed attempt; return the next attempt, whose server is then chosen."""
        retry = self.route.after(error, policy, self.progress, 0.0)
        if retry is not None:
            self.progress = attrs.evolve(self.progress, tries=self.progress.tries + retry.counts)
            self.went.append(self.route.choose(0.0).name)
        return retry


def test_refused_connect_tries_each_other_server_at_once_without_counting_as_a_retry() -> None:
    call = Call()

    retries = [call.fails(REFUSED) for _ in range(3)]

    assert retries == [AT_ONCE] * 3
    assert sorted(call.went) == ["a", "b", "c", "d"]


def test_when_every_server_has_failed_the_call_waits_and_tries_all_again() -> None:
    call = Call("ab")
    call.fails(REFUSED)
    call.progress = attrs.evolve(call.progress, refusals=2)

    retry = call.fails(REFUSED)

    assert retry is not None
    assert retry.wait > 0
    assert not retry.counts
    assert call.fails(REFUSED) == AT_ONCE


def test_connect_timeout_moves_to_another_server_at_once() -> None:
    error = IoTimeout("x", "connect", 1.0)
    error.may_have_arrived = False

    assert Call().fails(error) == AT_ONCE


@pytest.mark.parametrize("error", [LOST, StreamError("cut")])
def test_lost_request_moves_to_at_most_two_other_servers(error: VllmError) -> None:
    if isinstance(error, StreamError):
        error.failure = "cut"
    call = Call()

    assert [call.fails(error) for _ in range(3)] == [AT_ONCE_COUNTED, AT_ONCE_COUNTED, None]
    assert len(set(call.went)) == 3


def test_lost_request_of_a_single_server_is_retried_at_most_twice() -> None:
    call = Call("a")

    retries = [call.fails(LOST) for _ in range(3)]

    assert [retry is None or retry.wait > 0 for retry in retries] == [True] * 3
    assert retries[2] is None


def test_503_tries_each_other_server_at_once_and_then_waits() -> None:
    call = Call("abc")

    retries = [call.fails(BUSY) for _ in range(3)]

    assert retries[:2] == [AT_ONCE, AT_ONCE]
    assert retries[2] is not None
    assert retries[2].wait > 0
    assert retries[2].counts
    assert sorted(call.went[:3]) == ["a", "b", "c"]


def test_other_retryable_status_waits_and_moves_to_another_server() -> None:
    call = Call("ab")

    retry = call.fails(BAD_GATEWAY)

    assert retry is not None
    assert retry.wait > 0
    assert sorted(call.went) == ["a", "b"]


def test_nothing_is_sent_again_after_the_first_event_of_a_stream() -> None:
    error = StreamError("cut")
    error.begun, error.failure = True, "cut"

    assert Call().fails(error) is None


@pytest.mark.parametrize("error", [REFUSED, LOST, BUSY])
def test_without_retries_nothing_is_sent_again(error: VllmError) -> None:
    assert Call().fails(error, NO_RETRY) is None


def test_non_replayable_request_moves_only_if_it_did_not_arrive() -> None:
    call = Call()
    call.progress = attrs.evolve(FIRST, replayable=False)

    assert call.fails(REFUSED) == AT_ONCE
    assert call.fails(LOST) is None


def test_a_pinned_call_stays_at_its_server() -> None:
    call = Call(wanted=Wanted(server="c"))

    assert call.fails(REFUSED) is not None
    assert call.fails(BUSY) is not None
    assert set(call.went) == {"c"}


def test_connection_that_died_in_the_pool_is_replaced_without_counting_as_a_retry() -> None:
    call = Call()
    call.progress = attrs.evolve(FIRST, fresh=False)

    assert call.fails(_io("lost", in_pool=True)) == Retry(0.0, fresh=True, counts=False)


def test_timeout_of_the_client_ends_the_call_and_does_not_blame_the_server() -> None:
    call = Call("a")
    error = IoTimeout("x", "queue", 1.0)

    assert call.fails(error) is None
    report_failure(call.servers, call.servers["a"], error, 0.0)
    assert call.servers["a"].errors == 0


def test_retry_budget_and_total_timeout_end_the_moves() -> None:
    late = Call()
    late.progress = attrs.evolve(FIRST, elapsed=61.0)
    assert late.fails(REFUSED) is None

    late.progress = attrs.evolve(FIRST, elapsed=5.0, total=5.0)
    assert late.fails(REFUSED) is None


def test_lost_requests_count_towards_max_retries() -> None:
    call = Call()
    policy = RetryPolicy(max_retries=1)

    assert [call.fails(LOST, policy), call.fails(LOST, policy)] == [AT_ONCE_COUNTED, None]


def test_retry_ratio_limits_requests_that_a_server_may_have_processed() -> None:
    servers = ServerSet("abc", "least_loaded")
    sent_again = 0
    for _ in range(30):
        route = CallRoute(servers, Wanted(), 0.0)
        route.choose(0.0)
        sent_again += route.after(LOST, POLICY, FIRST, 0.0) is not None
        assert route.after(BUSY, POLICY, FIRST, 0.0) is not None

    assert sent_again == 10


def test_unknown_model_is_tried_elsewhere_once() -> None:
    call = Call(wanted=Wanted(model="x"))

    assert call.fails(_unknown_model()) == AT_ONCE
    assert call.route.unknown_model is not None
    assert call.fails(_unknown_model()) is None


def test_an_unknown_model_of_a_pinned_call_is_an_error_at_once() -> None:
    assert Call(wanted=Wanted(server="a", model="x")).fails(_unknown_model()) is None


def test_failed_connects_are_recorded_in_the_health_of_the_server() -> None:
    servers = ServerSet("ab", "least_loaded")
    for _ in range(3):
        report_failure(servers, servers["a"], REFUSED, 0.0)

    assert servers["a"].state == "out"


def test_status_500_and_lost_request_schedule_a_probe() -> None:
    servers = ServerSet("ab", "least_loaded")
    report_answer(servers, servers["a"], 500, 1.0)
    report_failure(servers, servers["b"], LOST, 2.0)

    assert servers["a"].health.next_probe == 1.0
    assert servers["b"].health.next_probe == 2.0
    assert [server.state for server in servers.all] == ["in", "in"]


def test_503_makes_the_server_the_last_choice_and_200_does_not() -> None:
    servers = ServerSet("ab", "least_loaded")
    report_answer(servers, servers["a"], 503, 1.0)
    report_answer(servers, servers["b"], 200, 1.0)

    assert servers["a"].load > servers["b"].load
    assert servers["b"].errors == 0


def test_statuses_and_resets_never_take_a_server_out() -> None:
    servers = ServerSet("a", "least_loaded")
    for _ in range(20):
        report_failure(servers, servers["a"], LOST, 0.0)
        report_failure(servers, servers["a"], _io("lost", in_pool=True), 0.0)
        for status in (500, 502, 503, 404):
            report_answer(servers, servers["a"], status, 0.0)

    assert servers["a"].state == "in"


def test_an_unknown_model_names_the_models_of_each_server() -> None:
    call = Call("ab", Wanted(model="x"))
    call.fails(_unknown_model())
    call.route.refuse_unknown_model()  # the servers were not asked yet
    call.servers["a"].models = frozenset({"y"})
    call.servers["b"].models = frozenset({"z", "w"})

    with pytest.raises(ApiError, match="a has y; b has w, z"):
        call.route.refuse_unknown_model()


def _wanted(routing: Routing, policy: Policy = "least_loaded") -> Wanted:
    servers = ServerSet("abc", policy)
    servers.keep_response("resp_1", servers["b"])
    return wanted_of(routing, "m", servers)


def test_server_of_the_caller_or_of_a_stored_response_is_required() -> None:
    assert _wanted(Routing(server="a", response_id="resp_1")) == Wanted("a")
    assert _wanted(Routing(response_id="resp_1")) == Wanted("b")
    with pytest.raises(RequestError, match=r"was not created by this client.*server=…"):
        _wanted(Routing(response_id="resp_2"))
    with pytest.raises(RequestError, match="got 'd'"):
        _wanted(Routing(server="d"))


def test_session_keys_count_under_each_policy_and_prefix_keys_under_prefix() -> None:
    chat = {"messages": [{"role": "user", "content": "Hi"}]}

    session = _wanted(Routing(fields={**chat, "session_id": "s"}), "round_robin")
    assert session.session
    assert session == _wanted(Routing(fields={"session_id": "s"}), "prefix")
    assert _wanted(Routing(fields=chat)) == Wanted(model="m")
    assert len(_wanted(Routing(fields=chat), "prefix").keys) == 1
    assert _wanted(Routing(), "prefix") == Wanted(model="m")
