# Generated from vllm_client/_async/server.py by `python tests/tools/generate_sync.py`.
"""Query the state and the capabilities of the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from typing_extensions import Unpack

from .._io.threads.mix_ups import explains_missing_await
from .._io.threads.waiting import now, sleep
from ..api.common.options import CallOptions
from ..api.common.shown_keywords import shows_keywords
from ..call.option_checks import with_hidden_headers
from ..call.request import RequestSpec
from ..call.settings import ClientSettings
from ..errors import ApiError, VllmError
from ..http.timeouts import Timeout
from .call_runner import SyncCallRunner
from .lazy_module import LazyModule

if TYPE_CHECKING:
    from ..api.server import capabilities, models, status
    from ..api.server.capabilities import Capabilities
    from ..api.server.metrics import Metrics
    from ..api.server.status import (
        Readiness,
        ServerInfo,
    )
else:
    capabilities = LazyModule("api.server.capabilities")
    models = LazyModule("api.server.models")
    status = LazyModule("api.server.status")

T = TypeVar("T")


@explains_missing_await
@shows_keywords
class SyncServerCalls:
    """Status, metrics and capabilities of the server."""

    _caller: SyncCallRunner

    def health(self, **call: Unpack[CallOptions]) -> bool:
        """Return whether the server is healthy; with several servers, whether at least one is.

        Returns:
            False if the server answers 503, for example because its engine has died.

        Raises:
            IoError: The server cannot be reached.
            ApiError: The server answers with another status of 400 or above.
        """
        return self._caller.ask_any(status.HEALTH, call)

    def version(self, **call: Unpack[CallOptions]) -> str:
        """Return the version of the server, such as "0.32.0". Raises VllmError."""
        return self._caller.ask(status.VERSION, call)

    def ping(self, **call: Unpack[CallOptions]) -> bool:
        """Return whether the server is healthy, by SageMaker's route /ping; see `health`."""
        return self._caller.ask_any(status.PING, call)

    def load(self, **call: Unpack[CallOptions]) -> int:
        """Return the number of requests in progress, as GET /load counts them.

        It is always 0 unless the server was started with --enable-server-load-tracking;
        `metrics().value("vllm:num_requests_running")` works on every server. Raises VllmError.
        """
        return self._caller.ask(status.LOAD, call)

    def metrics(self, **call: Unpack[CallOptions]) -> Metrics:
        """Return the Prometheus metrics of the server: tokens, queues, caches, latencies.

            client.metrics().value("vllm:num_requests_running")

        Raises VllmError.
        """
        return self._caller.ask(status.METRICS, call)

    def server_info(
        self, *, config_format: Literal["text", "json"] | None = None, **call: Unpack[CallOptions]
    ) -> ServerInfo:
        """Return the configuration of a server in development mode. Raises VllmError.

        Args:
            config_format: "json" returns `vllm_config` as an object, "text" as a string.
                Default: "text".
        """
        return self._caller.ask(
            status.SERVER_INFO, {"config_format": config_format, **with_hidden_headers(call)}
        )

    def capabilities(self, **call: Unpack[CallOptions]) -> Capabilities:
        """Return what the server offers: its version, models and routes.

        Sends three requests. What the server does not report is None. Raises VllmError.
        """
        routes = self._told(capabilities.DOCUMENT, call)
        cards = self._told(models.LIST, call)
        version = self._told(status.VERSION, call)
        return capabilities.capabilities_of(version, cards, routes)

    def _told(
        self,
        build: Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[T]],
        call: Mapping[str, Any],
    ) -> T | None:
        try:
            return self._caller.ask(build, call)
        except ApiError as error:
            if not capabilities.is_hidden(error):
                raise
            return None

    # the end of the wait is no error here, so asyncio.timeout does not fit
    def wait_ready(self, timeout: float | timedelta = 60.0) -> Readiness:  # noqa: ASYNC109
        """Wait until the server is ready; with several servers, until one is.

        Args:
            timeout: Max seconds to wait, or a timedelta. Default: 60.

        Returns:
            The state at the end, which is true in a condition only if the server is ready. It
            distinguishes a server that is absent, not ready, paused, or ready.

        Raises:
            VllmError: Waiting cannot help, for example with an invalid certificate.
        """
        until = now() + (Timeout.of(timeout).total or 0.0)
        while True:
            readiness = self._look(until)
            left = until - now()
            if readiness or left <= 0:
                return readiness
            sleep(min(status.PAUSE_SECONDS, left))

    def _look(self, until: float) -> Readiness:
        readiness = status.Readiness.ABSENT
        for caller in self._caller.each():
            found = self._look_at(caller, until)
            if found:
                return found
            # prefer the state of a server that answers over ABSENT
            readiness = readiness if found is status.Readiness.ABSENT else found
        return readiness

    def _look_at(self, caller: SyncCallRunner, until: float) -> Readiness:
        try:
            caller.ask(status.LOOK, status.look_options(until - now()))
        except VllmError as error:
            return status.readiness_of(error)
        for question in status.QUESTIONS:
            try:
                if caller.ask(question, status.look_options(until - now())):
                    return status.Readiness.PAUSED
            except VllmError as error:
                if not status.is_no_answer(error):
                    return status.readiness_of(error)
        return status.readiness_of(None)
