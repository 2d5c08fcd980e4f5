"""Spans and metrics of the real OpenTelemetry SDK, exported to memory."""

from __future__ import annotations

import json
import pickle
from typing import Any

import attrs
import pytest

from tests.facades.conftest import *  # noqa: F403  # the fixtures of both clients
from tests.facades.dialogue import QUESTION, ask, hear, http, stream
from tests.facades.drivers import SyncFacade
from tests.facades.raw_server import RawServer, Visit
from vllm_client import ApiError, IoError, RetryPolicy
from vllm_client.testing import Call, Cut, ErrorReply, InStreamError, Reply, SimulatedVllm

pytestmark = pytest.mark.telemetry

AT_ONCE = RetryPolicy(max_retries=3, first_wait=0.001)


@attrs.frozen
class Memory:
    """An observer with its recorded spans and metrics."""

    observer: Any
    tracer: Any
    exporter: Any
    reader: Any

    @property
    def spans(self) -> list[Any]:
        return list(self.exporter.get_finished_spans())

    def metrics(self) -> dict[str, list[Any]]:
        """Return the data points of each metric."""
        (resource,) = self.reader.get_metrics_data().resource_metrics
        (scope,) = resource.scope_metrics
        return {metric.name: list(metric.data.data_points) for metric in scope.metrics}


@pytest.fixture
def memory() -> Memory:
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from vllm_client.integrations import OpenTelemetryObserver

    exporter, reader, provider = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    observer = OpenTelemetryObserver(provider, MeterProvider([reader]))
    return Memory(observer, provider.get_tracer("test"), exporter, reader)


def test_the_constants_equal_those_of_the_conventions() -> None:
    from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
    from opentelemetry.semconv._incubating.metrics import gen_ai_metrics

    from vllm_client.integrations import opentelemetry as ours

    known = {value for value in vars(gen_ai_attributes).values() if isinstance(value, str)}
    own = {v for v in vars(ours).values() if isinstance(v, str) and v.startswith("gen_ai.")}
    assert own <= known
    metrics = {v for v in vars(gen_ai_metrics).values() if isinstance(v, str)}
    assert {
        "gen_ai.client.operation.duration",
        "gen_ai.client.token.usage",
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.client.operation.time_per_output_chunk",
    } <= metrics


def test_a_plain_answer_is_one_span(
    facade: SyncFacade, server: SimulatedVllm, memory: Memory
) -> None:
    server.reply("Hello!")
    answer = ask(facade.client(server.base_url, observers=[memory.observer]))

    (span,) = memory.spans
    assert (span.name, span.kind.name, span.status.status_code.name) == (
        "chat simulated", "CLIENT", "UNSET",
    )  # fmt: skip
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "vllm",
        "gen_ai.request.model": "simulated",
        "gen_ai.request.stream": False,
        "gen_ai.response.id": answer.id,
        "gen_ai.response.model": "simulated",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": answer.usage.prompt_tokens,
        "gen_ai.usage.output_tokens": answer.usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.reasoning.output_tokens": 0,
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": int(server.base_url.split(":")[2].split("/")[0]),
    }


def test_each_attempt_carries_the_trace(
    facade: SyncFacade, server: SimulatedVllm, memory: Memory
) -> None:
    server.reply(ErrorReply(503, "busy"), "Hello!")
    client = facade.client(server.base_url, observers=[memory.observer], retry=AT_ONCE)
    ask(client)

    (span,) = memory.spans
    expected = f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-"
    sent = [request.headers["traceparent"] for request in server.requests]
    assert [fields[: len(expected)] for fields in sent] == [expected] * 2
    (event,) = span.events
    assert (event.name, event.attributes["error.type"]) == ("vllm_client.retry", "503")
    assert span.attributes["http.request.resend_count"] == 1


def test_the_span_is_a_child_of_the_current_one(server: SimulatedVllm, memory: Memory) -> None:
    from vllm_client import SyncVllmClient

    with (
        SyncVllmClient(server.base_url, observers=[memory.observer]) as client,
        memory.tracer.start_as_current_span("outer") as outer,
    ):
        ask(client)

    assert memory.spans[0].parent.span_id == outer.get_span_context().span_id


def test_an_error_sets_the_status_of_the_span(
    facade: SyncFacade, server: SimulatedVllm, memory: Memory
) -> None:
    server.reply(ErrorReply(404, "no such model"))
    client = facade.client(server.base_url, observers=[memory.observer])
    with pytest.raises(ApiError):
        ask(client)
    refused = facade.client("http://127.0.0.1:9/v1", observers=[memory.observer], retry=None)
    with pytest.raises(IoError):
        ask(refused)

    told, lost = memory.spans
    assert (told.status.status_code.name, told.status.description) == ("ERROR", "no such model")
    assert told.attributes["error.type"] == "404"
    assert lost.attributes["error.type"] == "IoError"
    durations = memory.metrics()["gen_ai.client.operation.duration"]
    assert {point.attributes["error.type"] for point in durations} == {"404", "IoError"}


def test_an_error_inside_a_200_has_its_class_as_type(
    facade: SyncFacade, server: SimulatedVllm, memory: Memory
) -> None:
    server.reply(Reply("no", error=InStreamError("dead", code=500)))
    hear(facade.client(server.base_url, observers=[memory.observer], retry=None))

    (span,) = memory.spans
    assert (span.attributes["error.type"], span.attributes["http.response.status_code"]) == (
        "ApiError",
        200,
    )


def test_spans_of_streams_have_time_to_first_chunk_and_ending(
    facade: SyncFacade, server: SimulatedVllm, memory: Memory
) -> None:
    server.reply(
        Reply("one two three", pace=0.002),
        Reply("one two three four", pace=0.002),
        "one two three",
    )
    client = facade.client(server.base_url, observers=[memory.observer], retry=None)
    with stream(client) as reading:
        reading.response()
    with stream(client) as left:
        next(left)
    server.reply("one two three four", faults=[Cut(4, of="events")])
    hear(client)
    hear(client)

    whole, abandoned, *_ = memory.spans
    call = reading.call
    assert whole.attributes["gen_ai.request.stream"] is True
    assert whole.attributes["gen_ai.response.time_to_first_chunk"] == call.timing.first_token
    assert whole.attributes["gen_ai.usage.output_tokens"] == call.output_tokens
    assert abandoned.attributes.get("vllm_client.abandoned") in (True, None)
    assert abandoned.status.status_code.name == "UNSET"
    assert [s.attributes.get("error.type") for s in memory.spans].count("StreamError") == 1
    assert len(memory.spans) == 4


def test_the_four_metrics_have_the_buckets_of_the_conventions(
    facade: SyncFacade, server: SimulatedVllm, memory: Memory
) -> None:
    client = facade.client(server.base_url, observers=[memory.observer])
    ask(client)
    with stream(client) as reading:
        reading.response()
    points = memory.metrics()

    assert set(points) <= {
        "gen_ai.client.operation.duration",
        "gen_ai.client.token.usage",
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.client.operation.time_per_output_chunk",
    }
    seconds = (
        0.01,
        0.02,
        0.04,
        0.08,
        0.16,
        0.32,
        0.64,
        1.28,
        2.56,
        5.12,
        10.24,
        20.48,
        40.96,
        81.92,
    )
    tokens = (
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
    )  # fmt: skip
    (duration,) = points["gen_ai.client.operation.duration"]
    assert duration.explicit_bounds == pytest.approx(seconds)
    assert duration.count == 2
    assert dict(duration.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "vllm",
        "gen_ai.request.model": "simulated",
        "gen_ai.response.model": "simulated",
        "server.address": "127.0.0.1",
        "server.port": duration.attributes["server.port"],
    }
    usage = points["gen_ai.client.token.usage"]
    assert {point.attributes["gen_ai.token.type"] for point in usage} == {"input", "output"}
    assert all(point.explicit_bounds == tokens for point in usage)
    (first,) = points["gen_ai.client.operation.time_to_first_chunk"]
    assert (first.count, first.sum) == (1, reading.call.timing.first_token)
    chunks = points.get("gen_ai.client.operation.time_per_output_chunk", [])
    assert sum(point.count for point in chunks) == len(reading.call.token_gaps)


def test_spans_of_other_routes_are_named_after_the_route_and_have_no_metrics(
    facade: SyncFacade, server: SimulatedVllm, memory: Memory
) -> None:
    facade.client(server.base_url, observers=[memory.observer]).health()

    (span,) = memory.spans
    assert span.name == "GET /health"
    assert span.attributes["url.template"] == "/health"
    assert span.attributes["http.request.method"] == "GET"
    assert memory.reader.get_metrics_data() is None


def test_a_tool_conversation_has_a_span_for_each_step(
    facade: SyncFacade, server: SimulatedVllm, memory: Memory
) -> None:
    def weather(city: str) -> str:
        """The weather of a city."""
        return f"sunny in {city}"

    server.reply(Reply(tool_calls=[Call("weather", {"city": "Paris"})]), "It is sunny.")
    client = facade.client(server.base_url, observers=[memory.observer])
    client.chat.completions.run_tools(tools=[weather], messages=QUESTION["messages"])

    reasons = [span.attributes["gen_ai.response.finish_reasons"] for span in memory.spans]
    assert reasons == [("tool_calls",), ("stop",)]
    assert [span.name for span in memory.spans] == ["chat", "chat"]


def test_spans_show_no_secret(facade: SyncFacade, memory: Memory) -> None:
    key = "sk-4f9a1c7be2d84035b6a9e0d1c2f3a4b5"

    def repeat(visit: Visit) -> None:
        visit.read_request()
        error = {"message": f"not {key}", "type": key}
        visit.send(http(json.dumps({"error": error}).encode(), "401 No"))

    def answer(visit: Visit) -> None:
        visit.read_request()
        choice = {"index": 0, "message": {"content": key}, "finish_reason": "stop"}
        told = {"id": key, "model": key, "choices": [choice]}
        visit.send(http(json.dumps(told).encode()))

    with RawServer(repeat, answer) as server:
        url = server.base_url.replace("http://", f"http://user:{key}@")
        client = facade.client(url, observers=[memory.observer], retry=None)
        with pytest.raises(ApiError):
            ask(client)
        ask(client)

    assert len(memory.spans) == 2
    for span in memory.spans:
        assert key[:10] not in span.to_json()
    assert key[:10] not in repr(memory.metrics())


def test_only_observers_with_global_providers_can_be_pickled(memory: Memory) -> None:
    from vllm_client.integrations import OpenTelemetryObserver

    assert isinstance(pickle.loads(pickle.dumps(OpenTelemetryObserver())), OpenTelemetryObserver)
    with pytest.raises(TypeError, match="providers of its own"):
        pickle.dumps(memory.observer)
