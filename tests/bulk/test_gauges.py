"""The load of a server, parsed from the text of /metrics."""

from pathlib import Path

import pytest

from vllm_client.bulk.gauges import Gauges, read_gauges

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"

TWO_ENGINES = """\
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.79529459605e+09
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 3.0
vllm:num_requests_running{engine="1",model_name="m"} 4.0
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="m"} 10.0
vllm:num_requests_waiting{engine="1",model_name="m"} 20.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} 10.0
vllm:num_requests_waiting_by_reason{engine="1",model_name="m",reason="deferred"} 20.0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.75
"""


def without(name: str) -> str:
    return "".join(f"{line}\n" for line in TWO_ENGINES.splitlines() if not line.startswith(name))


def test_requests_are_summed_over_engines_and_the_fullest_cache_counts() -> None:
    assert read_gauges(TWO_ENGINES) == Gauges(7, 30, 0.75, 1.79529459605e09)


def test_gauges_are_parsed_from_recorded_metrics() -> None:
    recorded = (RECORDINGS / "chat" / "get_metrics.response.bin").read_bytes()

    assert read_gauges(recorded.decode()) == Gauges(0, 0, 0.0, 1.79529459605e09)


@pytest.mark.parametrize(
    "name",
    ["vllm:num_requests_running", "vllm:num_requests_waiting{", "vllm:kv_cache_usage_perc"],
)
def test_a_missing_series_means_no_gauges(name: str) -> None:
    assert read_gauges(without(name)) is None


def test_the_start_time_may_be_missing() -> None:
    assert read_gauges(without("process_start")) == Gauges(7, 30, 0.75, None)


@pytest.mark.parametrize("value", ["NaN", "+Inf"])
def test_value_that_is_not_finite_counts_as_missing(value: str) -> None:
    text = TWO_ENGINES.replace("} 0.75", f"}} {value}")

    assert read_gauges(text) == Gauges(7, 30, 0.25, 1.79529459605e09)


@pytest.mark.parametrize("text", ["", "<html>busy</html>", "vllm:num_requests_running{"])
def test_text_that_is_not_metrics_means_no_gauges(text: str) -> None:
    assert read_gauges(text) is None
