"""The routes that the model answers, and what their answers have in common."""

from collections.abc import Callable
from typing import Any

from .replies import ReceivedRequest
from .request_checks import Refusal
from .server_state import ServerState
from .server_version import VersionBehavior
from .socket_steps import SocketResponse

Refuse = Callable[[Refusal, VersionBehavior], SocketResponse]


class Endpoint:
    """Answers the requests of one route with what the model says.

    `accepts`: the kinds of replies that a script may have for it; `refuse` writes its errors.
    """

    accepts: tuple[type, ...]
    refuse: Refuse

    def chosen(
        self, request: ReceivedRequest, state: ServerState
    ) -> tuple["Endpoint", ReceivedRequest]:
        """The endpoint that answers, and the request as it reads it."""
        return self, request

    def read(self, request: ReceivedRequest, state: ServerState) -> Any:
        """The parsed request. Raises `Refusal` when vLLM would refuse it."""
        raise NotImplementedError

    def asks_model(self, accepted: Any) -> bool:
        """Whether the model is asked, so that a script may answer for it."""
        return True

    def answer(
        self, request: ReceivedRequest, accepted: Any, script: Any, state: ServerState
    ) -> SocketResponse:
        """The answer to what `read` gave; an empty script means a default reply."""
        raise NotImplementedError


def refuse(refusal: Refusal, dialect: VersionBehavior) -> SocketResponse:
    """The error as most routes write it."""
    return dialect.error_answer(refusal.code, refusal.message, refusal.type, refusal.param)


EVENT_STREAM = {"content-type": "text/event-stream; charset=utf-8"}
