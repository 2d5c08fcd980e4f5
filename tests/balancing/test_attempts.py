"""The attempts of a call at several servers."""

from __future__ import annotations

from vllm_client import IoError
from vllm_client.balancing.attempts import ServerAttempts
from vllm_client.balancing.call_route import CallRoute
from vllm_client.balancing.servers import ServerSet
from vllm_client.balancing.wanted import Wanted
from vllm_client.call.build_request import build_request
from vllm_client.call.retry import Clock, RetryPolicy
from vllm_client.call.settings import settings_of
from vllm_client.http.timeouts import Timeout
from vllm_client.record import Call
from vllm_client.vllm.routes import MODELS


def _refused() -> IoError:
    error = IoError("connection refused")
    error.failure, error.may_have_arrived = "refused", False
    return error


def test_attempts_follow_the_route_and_each_has_its_own_request_id() -> None:
    settings = settings_of(
        "http://a,http://b",
        {},
        api_key=None,
        timeout=Timeout(),
        headers=None,
        retry=RetryPolicy(max_retries=1),
        thinking=True,
        api_prefix=None,
    )
    spec = build_request(settings, MODELS, lambda reply: reply)
    clock = Clock(monotonic=lambda: 0.0, date=lambda: 0.0, random=lambda: 0.5)
    servers = ServerSet("ab", "least_loaded")
    route = CallRoute(servers, Wanted(), 0.0)
    attempts = ServerAttempts(spec, clock, Call(spec, 0.0), route)
    assert attempts.first().wait == 0
    servers.begin(route.choose(0.0), object(), 0.0)

    second = attempts.after(_refused())

    assert second.wait == 0
    assert len(set(second.request_ids)) == 2
    assert route.choose(0.0).name == "b"
    third = attempts.after(_refused())
    assert third.wait > 0
