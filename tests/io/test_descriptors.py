"""The limit on requests in flight that results from the available file descriptors."""

from __future__ import annotations

import pytest

from vllm_client._io.descriptors import SPARE_DESCRIPTORS, max_in_flight

resource = pytest.importorskip("resource")


def _limit(monkeypatch: pytest.MonkeyPatch, soft: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, soft))


def test_limit_is_the_number_of_descriptors_minus_a_reserve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _limit(monkeypatch, 1024)

    assert max_in_flight(None) == 1024 - SPARE_DESCRIPTORS == 960


def test_limit_is_max_connections_minus_one_for_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    _limit(monkeypatch, 1024)

    assert (max_in_flight(100), max_in_flight(5000)) == (99, 960)


def test_limit_is_at_least_one(monkeypatch: pytest.MonkeyPatch) -> None:
    _limit(monkeypatch, 20)

    assert (max_in_flight(None), max_in_flight(1)) == (1, 1)


def test_no_limit_on_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    _limit(monkeypatch, resource.RLIM_INFINITY)

    assert max_in_flight(None) > 1_000_000
