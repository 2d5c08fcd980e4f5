# Generated from vllm_client/_async/server.py by `python tests/tools/generate_sync.py`.
"""The calls that ask about the server itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeVar

from typing_extensions import Unpack

from .._io.threads.waiting import now, sleep
from ..api.common.options import CallOptions
from ..call.request import RequestSpec
from ..errors import ApiError, VllmError
from ..http.timeouts import Timeout
from .call_runner import SyncCallRunner

if TYPE_CHECKING:
    from ..api.server.capabilities import Capabilities
    from ..api.server.metrics import Metrics
    from ..api.server.status import (
        Readiness,
        ServerInfo,
    )

T = TypeVar("T")


class SyncServerCalls:
    """Is it there, is it ready, what is it at, what does it offer?"""

    _caller: SyncCallRunner

    def health(self, **call: Unpack[CallOptions]) -> bool:
        """True for a healthy server. Raises ApiError (503) for a dead engine, IoError if nobody
        answers.
        """
        from ..api.server.status import build_health

        return self._caller.call(build_health(self._caller.settings, call))

    def version(self, **call: Unpack[CallOptions]) -> str:
        """The server's version, such as "0.32.0". Raises VllmError."""
        from ..api.server.status import build_version

        return self._caller.call(build_version(self._caller.settings, call))

    def ping(self, **call: Unpack[CallOptions]) -> bool:
        """The same as `health`, by the name that SageMaker has for it."""
        from ..api.server.status import build_ping

        return self._caller.call(build_ping(self._caller.settings, call))

    def load(self, **call: Unpack[CallOptions]) -> int:
        """How many requests the server is at, as GET /load counts them. Raises VllmError.

        Always 0 unless it was started with --enable-server-load-tracking;
        `metrics().value("vllm:num_requests_running")` tells it of every server.
        """
        from ..api.server.status import build_load

        return self._caller.call(build_load(self._caller.settings, call))

    def metrics(self, **call: Unpack[CallOptions]) -> Metrics:
        """What the server counts and measures: tokens, queues, caches, times. Raises VllmError.

        client.metrics().value("vllm:num_requests_running")
        """
        from ..api.server.status import build_metrics

        return self._caller.call(build_metrics(self._caller.settings, call))

    def server_info(
        self, *, config_format: Literal["text", "json"] | None = None, **call: Unpack[CallOptions]
    ) -> ServerInfo:
        """How a server in dev mode was set up. Raises VllmError.

        config_format: "json" has `vllm_config` as an object. Default: "text".
        """
        from ..api.server.status import build_server_info

        spec = build_server_info(self._caller.settings, config_format, call)
        return self._caller.call(spec)

    def capabilities(self, **call: Unpack[CallOptions]) -> Capabilities:
        """What the server offers, by its own documents and answers; it is asked three times.

        Raises VllmError; what the server only does not tell is None instead.
        """
        from ..api.server.capabilities import (
            build_routes,
            capabilities_of,
        )
        from ..api.server.models import build_models
        from ..api.server.status import build_version

        settings = self._caller.settings
        routes = self._told(build_routes(settings, call))
        models = self._told(build_models(settings, call))
        version = self._told(build_version(settings, call))
        return capabilities_of(version, models, routes)

    def _told(self, spec: RequestSpec[T]) -> T | None:
        from ..api.server.capabilities import is_hidden

        try:
            return self._caller.call(spec)
        except ApiError as error:
            if not is_hidden(error):
                raise
            return None

    # what runs out is no error here, so asyncio.timeout would not do
    def wait_ready(self, timeout: float | timedelta = 60.0) -> Readiness:  # noqa: ASYNC109
        """Wait until the server is ready, or `timeout` seconds have passed; then how it is.

        What comes back is true only if it is ready, and tells an absent server from one that is
        not ready or paused. Raises only what is no matter of time, as a bad certificate.
        """
        from ..api.server.status import PAUSE_SECONDS

        until = now() + (Timeout.of(timeout).total or 0.0)
        while True:
            readiness = self._look(until)
            left = until - now()
            if readiness or left <= 0:
                return readiness
            sleep(min(PAUSE_SECONDS, left))

    def _look(self, until: float) -> Readiness:
        from ..api.server.status import (
            QUESTIONS,
            Readiness,
            build_look,
            is_no_answer,
            look_options,
            readiness_of,
        )

        settings = self._caller.settings
        try:
            self._caller.call(build_look(settings, until - now()))
        except VllmError as error:
            return readiness_of(error)
        for question in QUESTIONS:
            try:
                if self._caller.call(question(settings, look_options(until - now()))):
                    return Readiness.PAUSED
            except VllmError as error:
                if not is_no_answer(error):
                    return readiness_of(error)
        return readiness_of(None)
