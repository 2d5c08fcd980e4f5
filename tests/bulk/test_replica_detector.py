"""Detection of several processes at one address by their start times."""

from collections.abc import Sequence

from vllm_client.bulk.replica_detector import POLLS_OF_ONE_PROCESS, ReplicaDetector


def after(start_times: Sequence[float | None]) -> ReplicaDetector:
    detector = ReplicaDetector()
    for start_time in start_times:
        detector.polled(start_time)
    return detector


def test_one_process_is_one_server() -> None:
    assert not after([100.0, 100.0]).found_several


def test_another_start_time_is_another_replica() -> None:
    assert after([100.0, 200.0]).found_several


def test_server_without_start_time_is_one_server() -> None:
    assert not after([None, 100.0, None, 100.0]).found_several


def test_poll_without_start_time_does_not_hide_a_change() -> None:
    assert after([100.0, None, 200.0]).found_several


def test_a_lost_connection_explains_another_start_time() -> None:
    detector = after([100.0])

    detector.expect_restart()
    detector.polled(200.0)

    assert not detector.found_several


def test_lost_connection_explains_only_one_change() -> None:
    detector = after([100.0])

    detector.expect_restart()
    detector.polled(200.0)
    detector.polled(100.0)

    assert detector.found_several


def test_one_process_is_trusted_again_after_many_polls() -> None:
    assert after([100.0] + [200.0] * (POLLS_OF_ONE_PROCESS - 1)).found_several
    assert not after([100.0] + [200.0] * POLLS_OF_ONE_PROCESS).found_several
