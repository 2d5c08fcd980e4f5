"""Spans and metrics of OpenTelemetry for each call of a client.

    SyncVllmClient(observers=[OpenTelemetryObserver()])

Needs the extra `opentelemetry`, which installs opentelemetry-api alone; the program chooses an SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

# type checkers see it only where the extra is installed
from opentelemetry.metrics import (  # pyright: ignore[reportMissingImports]
    MeterProvider,
    get_meter,
)
from opentelemetry.propagate import inject  # pyright: ignore[reportMissingImports]
from opentelemetry.trace import (  # pyright: ignore[reportMissingImports]
    Span,
    SpanKind,
    Status,
    StatusCode,
    TracerProvider,
    get_tracer,
    set_span_in_context,
)

from .._version import __version__
from ..errors import VllmError
from ..record import Call, CallAttempt
from ..telemetry.observer import Observer
from ..vllm import routes

# Names of the semantic conventions for generative AI as of November 2026, status "development":
# those that opentelemetry-semantic-conventions 0.66b2 has. A later draft renames the metrics.
OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
RESPONSE_ID = "gen_ai.response.id"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
TOKEN_TYPE = "gen_ai.token.type"
# Stable conventions: errors, servers, HTTP.
ERROR_TYPE = "error.type"
SERVER_ADDRESS = "server.address"
SERVER_PORT = "server.port"
HTTP_METHOD = "http.request.method"
HTTP_RESENDS = "http.request.resend_count"
HTTP_STATUS = "http.response.status_code"
URL_TEMPLATE = "url.template"
# Our own.
RETRY_EVENT = "vllm_client.retry"
RETRY_WAIT = "vllm_client.retry.wait"
ABANDONED = "vllm_client.abandoned"

TOKEN_BUCKETS = [4**power for power in range(14)]
SECONDS_BUCKETS = [0.01 * 2**power for power in range(14)]

# Route -> the name of its operation: that of the conventions, or else ours. Spans of
# other routes are named after the method and the route, and have no metrics.
OPERATIONS: Mapping[str, str] = {
    str(route): operation
    for route, operation in {
        routes.CHAT_COMPLETIONS: "chat",
        routes.CHAT_COMPLETIONS_BATCH: "chat",
        routes.RESPONSES: "chat",
        routes.MESSAGES: "chat",
        routes.COMPLETIONS: "text_completion",
        routes.INFERENCE_GENERATE: "text_completion",
        routes.EMBEDDINGS: "embeddings",
        routes.EMBED_V2: "embeddings",
        routes.POOLING: "pooling",
        routes.CLASSIFY: "classify",
        routes.SCORE: "score",
        routes.SCORE_V1: "score",
        routes.RERANK: "rerank",
        routes.RERANK_V1: "rerank",
        routes.RERANK_V2: "rerank",
        routes.TRANSCRIPTIONS: "transcription",
        routes.TRANSLATIONS: "translation",
    }.items()
}

Attributes = dict[str, Any]


class OpenTelemetryObserver(Observer):
    """A span for each call, from its start to its end, and the client's four metrics.

    Every attempt sends the context of the span, by default in the header `traceparent`. So the
    spans of a vLLM with --otlp-traces-endpoint are part of the trace. Prompts and answers are never
    recorded.

    Args:
        tracer_provider: Default: the program's global one.
        meter_provider: Default: the program's global one.
    """

    wants_token_gaps = True

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._has_own_providers = (tracer_provider, meter_provider) != (None, None)
        self._tracer = get_tracer("vllm_client", __version__, tracer_provider)
        meter = get_meter("vllm_client", __version__, meter_provider)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="GenAI operation duration.",
            explicit_bucket_boundaries_advisory=SECONDS_BUCKETS,
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=TOKEN_BUCKETS,
        )
        self._first_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="Time to receive the first chunk of a stream.",
            explicit_bucket_boundaries_advisory=SECONDS_BUCKETS,
        )
        self._per_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_per_output_chunk",
            unit="s",
            description="Time from one chunk of a stream to the next.",
            explicit_bucket_boundaries_advisory=SECONDS_BUCKETS,
        )
        self._begun: dict[Call, tuple[Span, Attributes]] = {}

    def __reduce__(self) -> tuple[type[OpenTelemetryObserver], tuple[()]]:
        """Pickle an observer that uses the global providers; a copy uses those of its process.

        Raises:
            TypeError: The observer has providers of its own.
        """
        if self._has_own_providers:
            raise TypeError("an OpenTelemetryObserver with providers of its own cannot be pickled")
        return type(self), ()

    def started(self, call: Call) -> None:
        """Start the span as a child of the current one."""
        name = f"{call.method} {call.route}"
        operation = OPERATIONS.get(name)
        attributes = _of_request(call, operation)
        if operation is not None:
            name = f"{operation} {call.model}" if call.model else operation
        span = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=attributes)
        self._begun[call] = (span, attributes)

    def attempt(self, call: Call, attempt: CallAttempt) -> Mapping[str, str]:
        """Return the header fields that carry the context of the span."""
        fields: dict[str, str] = {}
        span, _ = self._begun[call]
        inject(fields, context=set_span_in_context(span))
        return fields

    def retrying(self, call: Call, error: VllmError, wait: float) -> None:
        """Add an event for the failed attempt to the span."""
        span, _ = self._begun[call]
        failed = call.attempts[-2]
        attributes: dict[str, str | float] = {
            ERROR_TYPE: _error_type(failed.error_type, failed.status),
            RETRY_WAIT: wait,
        }
        span.add_event(RETRY_EVENT, attributes)

    def ended(self, call: Call) -> None:
        """End the span, and record the metrics."""
        span, of_request = self._begun.pop(call)
        if span.is_recording():
            span.set_attributes(_of_answer(call))
            if call.state == "failed":
                span.set_status(Status(StatusCode.ERROR, call.error))
        span.end()
        if OPERATION in of_request:
            self._measure(call, of_request)

    def _measure(self, call: Call, of_request: Attributes) -> None:
        timing = call.timing
        common = {key: value for key, value in of_request.items() if key != REQUEST_STREAM}
        if call.model:
            common[RESPONSE_MODEL] = call.model
        failed = {ERROR_TYPE: _error_type(call.error_type, call.status)} if call.error else {}
        self._duration.record(timing.total or 0.0, {**common, **failed})
        for kind, tokens in (("input", call.input_tokens), ("output", call.output_tokens)):
            if tokens is not None:
                self._tokens.record(tokens, {**common, TOKEN_TYPE: kind})
        if timing.first_token is not None:
            self._first_chunk.record(timing.first_token, common)
        for seconds in call.token_gaps:
            self._per_chunk.record(seconds, common)


def _of_request(call: Call, operation: str | None) -> Attributes:
    """Return the attributes that are known when the span starts, so that a sampler can use them."""
    address, port = _address(call.server)
    attributes: Attributes = {SERVER_ADDRESS: address, SERVER_PORT: port}
    if operation is None:
        return {HTTP_METHOD: call.method, URL_TEMPLATE: call.route, **attributes}
    attributes |= {OPERATION: operation, PROVIDER: "vllm", REQUEST_STREAM: call.streamed}
    if call.model:
        attributes[REQUEST_MODEL] = call.model
    return attributes


def _of_answer(call: Call) -> Attributes:
    usage = call.usage
    found = {
        HTTP_STATUS: call.status,
        HTTP_RESENDS: len(call.attempts) - 1 if len(call.attempts) > 1 else None,
        RESPONSE_ID: call.response_id,
        RESPONSE_MODEL: call.model if call.state == "complete" else None,
        FINISH_REASONS: call.finish_reasons or None,
        TIME_TO_FIRST_CHUNK: call.timing.first_token,
        INPUT_TOKENS: call.input_tokens,
        OUTPUT_TOKENS: call.output_tokens,
        CACHED_TOKENS: _detail(usage, "prompt_tokens_details", "cached_tokens"),
        REASONING_TOKENS: _detail(usage, "completion_tokens_details", "reasoning_tokens"),
        ERROR_TYPE: _error_type(call.error_type, call.status) if call.error_type else None,
        ABANDONED: True if call.state == "abandoned" else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _error_type(error_type: str | None, status: int | None) -> str:
    """Return `error.type`: the HTTP status of an error response, else the name of the class."""
    return str(status) if status is not None and status >= 400 else str(error_type)


def _detail(usage: object, details: str, name: str) -> Any:
    return getattr(getattr(usage, details, None), name, None)


@cache
def _address(server: str) -> tuple[str, int]:
    url = urlsplit(server)
    return url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
