"""The record of a call: the values computed from the stored times."""

from __future__ import annotations

import pickle
from array import array
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from vllm_client.codec.answer import Answer
from vllm_client.codec.usage import Usage
from vllm_client.http.base_url import BaseUrl
from vllm_client.http.headers import Headers
from vllm_client.http.secrets import Secrets
from vllm_client.record import Call, CallAttempt, Failure, Recorded, Timing
from vllm_client.vllm.routes import CHAT_COMPLETIONS

SECRET = "sk-0123456789abcdef"
URL = BaseUrl.parse(f"http://user:{SECRET}@host:8000/v1")
REQUEST: Any = SimpleNamespace(
    route=CHAT_COMPLETIONS, server=URL, model="m", secrets=Secrets((SECRET,))
)


def call(**moments: Any) -> Call:
    """Return a call that began at time 100, with these attributes."""
    made = Call(REQUEST, 100.0)
    for name, value in moments.items():
        setattr(made, name, value)
    return made


def test_new_call_has_only_the_data_of_its_request() -> None:
    new = call()

    assert (new.method, new.route, new.model) == ("POST", "/v1/chat/completions", "m")
    assert (new.server, new.state, new.streamed) == ("http://host:8000/v1", "running", False)
    assert (new.attempts, new.request_id, new.status, new.headers) == ((), None, None, {})
    assert (new.error, new.error_type, new.finish_reasons) == (None, None, ())
    assert (new.input_tokens, new.output_tokens, new.token_gaps) == (None, None, ())
    assert new.timing == Timing(queued=0.0, connect=0.0)


def test_times_are_seconds_from_the_start_of_the_call() -> None:
    done = call(
        streamed=True, _request_id="1", _queueing=100.0, _connecting=101.0, _sent=103.0,
        _first_byte=104.0, _first_token=105.0, _last_token=109.0, _ended=110.0,
    )  # fmt: skip
    done._describe(SimpleNamespace(usage=Usage(prompt_tokens=7, completion_tokens=5)))

    assert done.timing == Timing(
        queued=1.0, connect=2.0, first_byte=4.0, first_token=5.0, last_token=9.0, total=10.0,
        tokens_per_second=5 / 9, inter_token_latency=1.0,
    )  # fmt: skip
    assert done.timing.time_to_first_token == 5.0
    assert (done.input_tokens, done.output_tokens, done.state) == (7, 5, "complete")


def test_tokens_per_second_of_a_plain_answer_use_the_total_time() -> None:
    done = call(_ended=102.0)
    done._describe(SimpleNamespace(usage=Usage(completion_tokens=5)))

    assert done.timing.tokens_per_second == 2.5
    assert done.timing.inter_token_latency is None


@pytest.mark.parametrize("tokens", [0, 1, None])
def test_fewer_than_two_tokens_have_no_inter_token_latency(tokens: int | None) -> None:
    done = call(streamed=True, _first_token=101.0, _last_token=101.0)
    done._describe(SimpleNamespace(usage=Usage(completion_tokens=tokens)))

    assert done.timing.inter_token_latency is None


@pytest.mark.parametrize(
    ("gaps", "p99"), [([3.0], 3.0), ([1.0, 2.0], 2.0), ([float(n) for n in range(1, 201)], 198.0)]
)
def test_the_99th_percentile_is_the_nearest_rank(gaps: list[float], p99: float) -> None:
    measured = call(_gaps=array("d", gaps))

    assert measured.timing.p99_inter_token_latency == p99
    assert measured.token_gaps == tuple(gaps)


def test_deltas_are_counted_until_the_server_sends_the_token_count() -> None:
    running = call(streamed=True)
    running._describe(None, deltas=3)
    assert running.output_tokens == 3
    running._describe(SimpleNamespace(usage=SimpleNamespace(output_tokens=0)), deltas=4)
    assert running.output_tokens == 4
    running._describe(SimpleNamespace(usage=SimpleNamespace(output_tokens=9)), deltas=4)
    assert running.output_tokens == 9


@pytest.mark.parametrize("odd", [-5, 10**400])
def test_number_that_cannot_be_a_token_count_is_unknown(odd: int) -> None:
    done = call(_ended=12.0)
    done._describe(SimpleNamespace(usage=Usage(7, odd)))

    assert (done.input_tokens, done.output_tokens) == (7, None)
    assert done.timing.tokens_per_second is None


def test_attempt_has_data_of_its_connection_and_its_end() -> None:
    done = call(_request_id="2", _wait=0.5, _attempt_began=101.0, _sent=101.0, _ended=103.0)
    done._status = 200
    done._earlier = (CallAttempt("http://host:8000/v1", "1", 0.0),)

    assert done.attempts[1] == CallAttempt(
        "http://host:8000/v1", "2", started=1.0, wait=0.5, seconds=2.0, queued=0.0, connect=0.0,
        reused=True, status=200,
    )  # fmt: skip
    assert repr(done) == "<Call POST /v1/chat/completions m: complete, 3.000 s, 2 attempts>"


def test_attempt_that_was_never_sent_has_its_queue_time() -> None:
    failed = call(_request_id="1", _attempt_began=100.0, _queueing=100.0, _connecting=102.0)
    failed._attempt_failure = Failure(105.0, "IoError", "refused")

    (attempt,) = failed.attempts
    assert (attempt.queued, attempt.connect, attempt.reused) == (2.0, 3.0, None)
    assert (attempt.error, attempt.error_type, attempt.seconds) == ("refused", "IoError", 5.0)


def test_connection_is_unknown_with_httpx() -> None:
    done = call(_request_id="1", _connecting=100.0, _sent=100.0, _connection_is_known=False)

    (attempt,) = done.attempts
    assert (attempt.queued, attempt.connect, attempt.reused) == (None, None, None)
    assert (done.timing.queued, done.timing.connect) == (None, None)


@pytest.mark.parametrize(
    ("failure", "state", "error"),
    [
        (None, "complete", None),
        (Failure(1.0, "ApiError", "no"), "failed", "no"),
        (Failure(1.0, "KeyboardInterrupt", None), "abandoned", None),
        (Failure(1.0, None, None), "abandoned", None),
    ],
)
def test_a_call_is_complete_or_failed_or_abandoned(
    failure: Failure | None, state: str, error: str | None
) -> None:
    ended = call(_ended=1.0, _failure=failure)

    assert (ended.state, ended.error) == (state, error)
    assert ended.error_type == (failure.type if failure else None)


def test_secret_in_a_value_of_the_server_is_hidden() -> None:
    told = call(_headers=Headers([("X-Echo", f"you sent {SECRET}"), ("server", "v")]))
    told._describe(SimpleNamespace(model=f"m-{SECRET}", id=SECRET, usage=None))

    assert told.headers == {"x-echo": "you sent ***", "server": "v"}
    assert (told.model, told.response_id) == ("m-***", "***")
    assert SECRET not in repr(told)
    assert SECRET not in repr(vars(told)["_secrets"])


def test_a_record_can_be_pickled_without_secrets_and_observers() -> None:
    told = call(_headers=Headers([("X-Echo", SECRET)]), _watch=object(), _request_id="1")
    pickled = pickle.dumps(told)
    again = pickle.loads(pickled)

    assert SECRET.encode() not in pickled
    assert (again.headers, again.attempts) == (told.headers, told.attempts)
    assert again._watch is None


@attrs.frozen(repr=False)
class _Said(Answer):
    model: str = ""
    stop_reason: str | None = None


def test_metadata_of_an_answer_is_stored_when_its_call_is_read() -> None:
    answer, record = _Said("other", "end_turn"), call()
    Recorded.__dict__["_call"].__set__(answer, record)

    assert record.model == "m"
    assert answer.call is record
    assert (record.model, record.finish_reasons) == ("other", ("end_turn",))


def test_call_is_ignored_by_equality_json_and_pickles() -> None:
    answer = _Said("m")
    Recorded.__dict__["_call"].__set__(answer, call())
    again = pickle.loads(pickle.dumps(answer))

    assert answer == _Said("m") == again
    assert answer.to_dict() == {"model": "m"}
    assert "call" not in repr(answer).lower()
    with pytest.raises(AttributeError, match="this _Said has no call: it is part of an answer"):
        again.call  # noqa: B018
