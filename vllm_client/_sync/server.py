# Generated from vllm_client/_async/server.py by `python tests/tools/generate_sync.py`.
"""The calls that ask about the server itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from typing_extensions import Unpack

from .._io.threads.waiting import now, sleep
from ..api.common.options import CallOptions
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


class SyncServerCalls:
    """Is it there, is it ready, what is it at, what does it offer?"""

    _caller: SyncCallRunner

    def health(self, **call: Unpack[CallOptions]) -> bool:
        """Whether the server is healthy; False if it answers 503, as with a dead engine. Of several
        servers, whether one is.

        Raises:
            IoError: Nobody answers.
            ApiError: The server answers with another status of 400 or more.
        """
        return self._caller.ask_any(status.HEALTH, call)

    def version(self, **call: Unpack[CallOptions]) -> str:
        """The server's version, such as "0.32.0". Raises VllmError."""
        return self._caller.ask(status.VERSION, call)

    def ping(self, **call: Unpack[CallOptions]) -> bool:
        """The same as `health`, by the name that SageMaker has for it."""
        return self._caller.ask_any(status.PING, call)

    def load(self, **call: Unpack[CallOptions]) -> int:
        """How many requests the server is at, as GET /load counts them. Raises VllmError.

        Always 0 unless it was started with --enable-server-load-tracking;
        `metrics().value("vllm:num_requests_running")` tells it of every server.
        """
        return self._caller.ask(status.LOAD, call)

    def metrics(self, **call: Unpack[CallOptions]) -> Metrics:
        """What the server counts and measures: tokens, queues, caches, times. Raises VllmError.

        client.metrics().value("vllm:num_requests_running")
        """
        return self._caller.ask(status.METRICS, call)

    def server_info(
        self, *, config_format: Literal["text", "json"] | None = None, **call: Unpack[CallOptions]
    ) -> ServerInfo:
        """How a server in dev mode was set up. Raises VllmError.

        config_format: "json" has `vllm_config` as an object. Default: "text".
        """
        return self._caller.ask(status.SERVER_INFO, {"config_format": config_format, **call})

    def capabilities(self, **call: Unpack[CallOptions]) -> Capabilities:
        """What the server offers, by its own documents and answers; it is asked three times.

        Raises VllmError; what the server only does not tell is None instead.
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

    # what runs out is no error here, so asyncio.timeout would not do
    def wait_ready(self, timeout: float | timedelta = 60.0) -> Readiness:  # noqa: ASYNC109
        """Wait until the server is ready, or `timeout` seconds have passed; then how it is. Of
        several servers, until one is ready.

        What comes back is true only if it is ready, and tells an absent server from one that is
        not ready or paused. Raises only what is no matter of time, as a bad certificate.
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
            # a server that answers says more than one that is absent
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
