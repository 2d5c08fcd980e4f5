"""GET /metrics: the metrics that the simulation has, in vLLM 0.32's format."""

from collections.abc import Iterator

from attrs import frozen

from .activity import Activity
from .engine.core import EngineCore, EngineStats


@frozen
class _Metric:
    """One metric. `values`: its values by their labels, without the labels of the engine."""

    name: str
    type: str
    help: str
    values: dict[str, float]

    def lines(self, model: str) -> Iterator[str]:
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.type}"
        for label, value in self.values.items():
            yield f'{self.name}{{engine="0",{label}model_name="{model}"}} {float(value)}'


def metrics_page(
    model: str, activity: Activity, engine: EngineCore | None, started_at: float
) -> str:
    """Return the page. Without an engine model all requests run at once, uncached."""
    metrics = [*_gauges(activity, engine), _success(activity)]
    if engine is not None:
        metrics += _counters(engine)
    lines = [_START_TIME, f"process_start_time_seconds {started_at}"]
    lines += [line for metric in metrics for line in metric.lines(model)]
    return "\n".join(lines) + "\n"


_START_TIME = """\
# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
# TYPE process_start_time_seconds gauge"""


def _gauges(activity: Activity, engine: EngineCore | None) -> Iterator[_Metric]:
    stats = EngineStats(running=activity.running) if engine is None else engine.stats
    for name, help, value in (
        (
            "num_requests_running",
            "Number of requests in model execution batches.",
            stats.running,
        ),
        ("num_requests_waiting", "Number of requests waiting to be processed.", stats.waiting),
        (
            "kv_cache_usage_perc",
            "KV-cache usage. 1 means 100 percent usage.",
            stats.kv_cache_usage,
        ),
    ):
        yield _Metric(f"vllm:{name}", "gauge", help, {"": value})


def _success(activity: Activity) -> _Metric:
    return _Metric(
        "vllm:request_success_total",
        "counter",
        "Count of successfully processed requests.",
        {
            'finished_reason="stop",': activity.finished,
            'finished_reason="abort",': activity.disconnects,
        },
    )


def _counters(engine: EngineCore) -> Iterator[_Metric]:
    for name, help, value in (
        (
            "prefix_cache_queries",
            "Prefix cache queries, in terms of number of queried tokens.",
            engine.prefix_queries,
        ),
        (
            "prefix_cache_hits",
            "Prefix cache hits, in terms of number of cached tokens.",
            engine.prefix_hits,
        ),
        (
            "num_preemptions",
            "Cumulative number of preemption from the engine.",
            engine.preemptions,
        ),
        ("prompt_tokens", "Number of prefill tokens processed.", engine.prompt_tokens),
        ("generation_tokens", "Number of generation tokens processed.", engine.generated_tokens),
    ):
        yield _Metric(f"vllm:{name}_total", "counter", help, {"": value})
