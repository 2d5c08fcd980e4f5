"""GET /metrics, compared with a real server."""

import re
from pathlib import Path

import pytest

from vllm_client.api.server.metrics import Metrics
from vllm_client.bulk.gauges import Gauges, read_gauges
from vllm_client.testing.activity import Activity
from vllm_client.testing.engine.core import EngineCore
from vllm_client.testing.engine.request import EngineRequest
from vllm_client.testing.engine.settings import Engine
from vllm_client.testing.metrics_page import metrics_page

RECORDED = Path(__file__).parents[1] / "recordings" / "chat" / "get_metrics.response.bin"


def engine_in_its_second_step() -> EngineCore:
    core = EngineCore(Engine(max_num_seqs=1, kv_cache_tokens=160, step_seconds=1.0))
    for _ in range(3):
        core.submit(EngineRequest(70, 5, prefix="abcd"))
    core.step(0.0)
    core.step(10.0)
    return core


@pytest.mark.parametrize("core", [None, engine_in_its_second_step()])
def test_names_types_and_labels_equal_vllms(core: EngineCore | None) -> None:
    page = Metrics.parse(metrics_page("tiny", Activity(), core, 1.5))
    recorded = Metrics.parse(RECORDED.read_text())

    for name, family in page.items():
        real = recorded[name]
        assert (family.type, family.help) == (real.type, real.help)
        labels = [sample.labels for sample in real.samples]
        assert all(sample.labels in labels for sample in family.samples)


def test_all_requests_run_without_an_engine() -> None:
    activity = Activity()
    activity.running = 3

    assert read_gauges(metrics_page("m", activity, None, 1.5)) == Gauges(3, 0, 0.0, 1.5)


def test_gauges_show_the_engine() -> None:
    text = metrics_page("m", Activity(), engine_in_its_second_step(), 1.5)

    assert read_gauges(text) == Gauges(1, 2, 0.5, 1.5)


def test_counters_show_the_engine() -> None:
    text = metrics_page("m", Activity(), engine_in_its_second_step(), 1.5)

    counted = dict(re.findall(r'^vllm:(\w+)_total\{engine="0",model_name="m"\} (\S+)$', text, re.M))
    assert counted == {
        "prefix_cache_queries": "70.0",
        "prefix_cache_hits": "0.0",
        "num_preemptions": "0.0",
        "prompt_tokens": "70.0",
        "generation_tokens": "2.0",
    }
