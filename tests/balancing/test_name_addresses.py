"""The servers of a host name after each lookup, on a virtual clock."""

import pytest

from vllm_client.balancing.name_addresses import (
    FIRST_RETRY_SECONDS,
    LOOK_UP_SECONDS,
    Changes,
    NameAddresses,
)

NONE_IN_FLIGHT = {"pods@1": 0, "pods@2": 0}


@pytest.fixture
def pods() -> NameAddresses:
    """A name with the addresses 1 and 2, looked up at time 0."""
    pods = NameAddresses("pods")
    pods.found(["1", "2"], {"pods": 0}, 0.0)
    return pods


def test_first_lookup_is_due_at_once() -> None:
    pods = NameAddresses("pods")
    assert not pods.was_looked_up
    assert pods.next_look_up < 0.0


def test_the_addresses_replace_the_server_of_the_name() -> None:
    changes = NameAddresses("pods").found(["1", "2"], {"pods": 0}, 5.0)
    assert changes == Changes(add={"pods@1": "1", "pods@2": "2"}, remove=["pods"])


def test_requests_at_the_server_of_the_name_finish_before_it_is_removed() -> None:
    changes = NameAddresses("pods").found(["1"], {"pods": 3}, 5.0)
    assert changes == Changes(add={"pods@1": "1"}, drain=["pods"])


def test_next_lookup_is_half_a_minute_later(pods: NameAddresses) -> None:
    assert pods.was_looked_up
    assert pods.next_look_up == LOOK_UP_SECONDS
    pods.failed(31.0)
    assert pods.next_look_up == 31.0 + LOOK_UP_SECONDS


def test_next_lookup_is_soon_while_none_has_succeeded() -> None:
    pods = NameAddresses("pods")
    pods.failed(5.0)
    assert pods.was_looked_up
    assert pods.next_look_up == 5.0 + FIRST_RETRY_SECONDS


def test_the_same_addresses_change_nothing(pods: NameAddresses) -> None:
    assert pods.found(["2", "1"], NONE_IN_FLIGHT, 30.0) == Changes()


def test_failed_lookup_keeps_the_addresses(pods: NameAddresses) -> None:
    pods.failed(30.0)
    assert pods.found(["1", "2"], NONE_IN_FLIGHT, 60.0) == Changes()


def test_new_address_is_added_and_missing_idle_address_is_removed(pods: NameAddresses) -> None:
    changes = pods.found(["2", "3"], NONE_IN_FLIGHT, 30.0)
    assert changes == Changes(add={"pods@3": "3"}, remove=["pods@1"])


def test_missing_busy_address_drains_until_it_is_idle(pods: NameAddresses) -> None:
    busy = {"pods@1": 1, "pods@2": 1}
    assert pods.found(["2"], busy, 30.0) == Changes(drain=["pods@1"])
    assert pods.found(["2"], busy, 60.0) == Changes()
    idle = {"pods@1": 0, "pods@2": 1}
    assert pods.found(["2"], idle, 90.0) == Changes(remove=["pods@1"])
    assert pods.found(["2"], {"pods@2": 1}, 120.0) == Changes()


def test_a_draining_address_that_is_back_is_used_again(pods: NameAddresses) -> None:
    busy = {"pods@1": 1, "pods@2": 1}
    pods.found(["2"], busy, 30.0)
    assert pods.found(["1", "2"], busy, 60.0) == Changes(resume=["pods@1"])
    assert pods.found(["1", "2"], busy, 90.0) == Changes()


def test_an_address_that_was_removed_and_is_back_is_added(pods: NameAddresses) -> None:
    pods.found(["2"], NONE_IN_FLIGHT, 30.0)
    changes = pods.found(["1", "2"], {"pods@2": 0}, 60.0)
    assert changes == Changes(add={"pods@1": "1"})


def test_server_removed_by_the_caller_is_not_added_while_its_address_is_found(
    pods: NameAddresses,
) -> None:
    left = {"pods@2": 0}
    assert pods.found(["1", "2"], left, 30.0) == Changes()
    pods.found(["2"], left, 60.0)
    assert pods.found(["1", "2"], left, 90.0).add == {"pods@1": "1"}


def test_existing_server_is_not_replaced() -> None:
    in_flight = {"pods": 0, "pods@1": 2}
    assert NameAddresses("pods").found(["1", "2"], in_flight, 0.0).add == {"pods@2": "2"}
