"""Write the log to the standard logger `vllm_client`, without secrets.

    DEBUG    each request that is sent, and the end of each call
    INFO     each retry, with its reason and wait; a server that is reachable again
    WARNING  a server that refuses connections, so that calls wait for it

Bodies are logged only if VLLM_CLIENT_LOG=bodies is set, or if the levels of both `vllm_client` and
`vllm_client.bodies` are set to DEBUG.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..call.request import Attempt, RequestSpec
from ..call.retry import certainly_not_sent
from ..errors import RequestError, VllmError, shortened
from ..record import Call, CallAttempt
from .observer import Observer

if TYPE_CHECKING:
    import logging

_NAME = "vllm_client"
_DEBUG = 10  # logging.DEBUG; importing logging takes milliseconds
_LEVELS = {"debug": "DEBUG", "info": "INFO", "warning": "WARNING", "bodies": "DEBUG"}


class LogObserver(Observer):
    """Write the log. There is one instance per process, as loggers are global too."""

    def __init__(self) -> None:
        self._away: set[str] = set()
        self._logger: logging.Logger | None = None

    def is_on(self) -> bool:
        """Return whether the logger is enabled for DEBUG; False while logging is not imported.

        As long as nothing has imported logging, no handler or level can have been set up.
        """
        if self._logger is not None:
            return self._logger.isEnabledFor(_DEBUG)
        if "logging" not in sys.modules:
            return False
        self._logger = _logger()
        return self.is_on()

    def shows_bodies(self) -> bool:
        """Return whether bodies are logged: only if the level is set on their own logger."""
        return _logger(f"{_NAME}.bodies").level == _DEBUG

    def attempt(self, call: Call, attempt: CallAttempt) -> None:
        """Log a request that is about to be sent."""
        number = f", attempt {len(call.attempts)}" if len(call.attempts) > 1 else ""
        model = f", model {call.model}" if call.model else ""
        _logger().debug(
            "%s %s to %s%s, request id %s%s",
            call.method, call.route, attempt.server, model, attempt.request_id, number,
        )  # fmt: skip

    def retrying(self, call: Call, error: VllmError, wait: float) -> None:
        """Log a retry: as INFO, or as WARNING the first time that a server refuses connections."""
        server, level, away = call.attempts[-1].server, "info", ""
        if certainly_not_sent(error) and server not in self._away:
            self._away.add(server)
            level, away = "warning", f"{server} is unreachable; "
        number = len(call.attempts)
        getattr(_logger(), level)(
            "%s%s %s: attempt %d follows in %.2f s, after %s: %s",
            away, call.method, call.route, number, wait, type(error).__name__, error.message,
            extra={"attempt": number, "wait": wait},
        )  # fmt: skip

    def ended(self, call: Call) -> None:
        """Log the end of a call, and whether its server is reachable again."""
        if call.status is not None and call.server in self._away:
            self._away.discard(call.server)
            _logger().info("%s is reachable again", call.server)
        if self.is_on():
            _logger().debug("%s %s: %s", call.method, call.route, describe(call))

    def log_request(self, attempt: Attempt[Any]) -> None:
        """Log the body of a request, if bodies are logged."""
        if attempt.spec.body and self.shows_bodies():
            _log_body("sent", attempt.spec, attempt.spec.body)

    def log_answer(self, spec: RequestSpec[Any], body: bytes) -> None:
        """Log the body of a response, or a part of it, if bodies are logged."""
        if body and self.shows_bodies():
            _log_body("received", spec, body)

    def logging_feed(
        self, spec: RequestSpec[Any], feed: Callable[[bytes], list[Any]]
    ) -> Callable[[bytes], list[Any]]:
        """Wrap `feed`, the parser of a stream's body, to log the body if bodies are logged."""
        if not self.shows_bodies():
            return feed

        def logging_feed(received: bytes) -> list[Any]:
            self.log_answer(spec, received)
            return feed(received)

        return logging_feed


LOG = LogObserver()


def describe(call: Call) -> str:
    """Describe the end of a call in one line."""
    timing = call.timing
    took = f"{timing.total or 0.0:.3f} s"
    if call.state == "failed":
        return f"failed after {took}: {call.error_type}: {call.error}"
    if call.state == "abandoned":
        why = f" by {call.error_type}" if call.error_type else ""
        return f"abandoned{why} after {took}{_tokens(call)}"
    first = "" if timing.first_token is None else f", first token after {timing.first_token:.3f} s"
    return f"{call.status} in {took}{first}{_tokens(call)}"


def _tokens(call: Call) -> str:
    if not call.output_tokens:
        return ""
    speed = call.timing.tokens_per_second
    return f", {call.output_tokens} tokens" + ("" if speed is None else f", {speed:.1f} tokens/s")


def switch_on(environment: Mapping[str, str]) -> None:
    """Set up the log as VLLM_CLIENT_LOG says: debug, info, warning or bodies.

    This sets the level, and adds a handler for stderr unless the program has set up handlers.

    Raises:
        RequestError: VLLM_CLIENT_LOG has another value.
    """
    asked = environment.get("VLLM_CLIENT_LOG", "").strip().lower()
    if not asked:
        return
    if asked not in _LEVELS:
        raise RequestError(
            f"VLLM_CLIENT_LOG: expected one of {', '.join(_LEVELS)}, got {asked!r:.80}"
        )
    import logging

    logger = _logger()
    logger.setLevel(_LEVELS[asked])
    if asked == "bodies":
        _logger(f"{_NAME}.bodies").setLevel(_DEBUG)
    if not logger.hasHandlers():
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        logger.addHandler(handler)


def _log_body(which: str, spec: RequestSpec[Any], body: bytes) -> None:
    text = shortened(spec.secrets.hide(body.decode("utf-8", "replace")))
    _logger(f"{_NAME}.bodies").debug("%s %s: %s %s", spec.method, spec.path, which, text)


def _logger(name: str = _NAME) -> logging.Logger:
    import logging

    return logging.getLogger(name)
