"""Counters of the simulated server, and waiting for them."""

from threading import Thread

import pytest

from vllm_client.testing import ReceivedRequest
from vllm_client.testing.activity import Activity

REQUEST = ReceivedRequest("POST", "/v1/completions", {}, {}, b"{}", connection=1)


def test_connections_are_numbered_and_counted() -> None:
    activity = Activity()

    assert [activity.connected(), activity.connected()] == [1, 2]
    activity.disconnected()
    assert activity.connected() == 3
    assert activity.connections == 2


@pytest.mark.parametrize(
    ("generates", "left", "counted"),
    [
        (True, False, (0, 1)),
        (True, True, (1, 0)),
        (False, True, (1, 0)),
        (False, False, (0, 0)),
    ],
)
def test_answer_is_finished_or_disconnected(
    generates: bool, left: bool, counted: tuple[int, int]
) -> None:
    activity = Activity()
    activity.began(REQUEST, generates=generates)
    assert (activity.requests, activity.running) == ([REQUEST], int(generates))

    activity.ended(generates=generates, left=left)

    assert activity.running == 0
    assert (activity.disconnects, activity.finished) == counted


def test_wait_ends_when_another_thread_makes_the_condition_true() -> None:
    activity = Activity()
    server = Thread(target=activity.connected)
    server.start()

    activity.wait_until(lambda: activity.connections == 1, timeout=20)

    server.join()
    assert activity.connections == 1


def test_timeout_error_has_the_counters() -> None:
    activity = Activity()
    activity.began(REQUEST, generates=True)

    with pytest.raises(TimeoutError, match=r"within 0 s: 1 running, 0 dis.*, 0 .*, 1 requests"):
        activity.wait_until(lambda: False, timeout=0)
