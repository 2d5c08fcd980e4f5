"""How many requests may be in flight with the descriptors that there are."""

from __future__ import annotations

import pytest

from vllm_client._io.descriptors import SPARE_DESCRIPTORS, max_in_flight

resource = pytest.importorskip("resource")


def _limit(monkeypatch: pytest.MonkeyPatch, soft: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, soft))


def test_as_many_as_there_are_descriptors_less_some_spare_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _limit(monkeypatch, 1024)

    assert max_in_flight(None) == 1024 - SPARE_DESCRIPTORS == 960


def test_max_connections_may_be_lower_less_one_for_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    _limit(monkeypatch, 1024)

    assert (max_in_flight(100), max_in_flight(5000)) == (99, 960)


def test_one_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    _limit(monkeypatch, 20)

    assert (max_in_flight(None), max_in_flight(1)) == (1, 1)


def test_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    _limit(monkeypatch, resource.RLIM_INFINITY)

    assert max_in_flight(None) > 1_000_000
