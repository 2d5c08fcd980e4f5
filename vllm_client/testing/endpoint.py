"""Base class of the routes that the model answers, and what they share."""

from collections.abc import Callable
from typing import Any

from .replies import ReceivedRequest
from .request_checks import Refusal
from .server_state import ServerState
from .server_version import VersionBehavior
from .socket_steps import SocketResponse

Refuse = Callable[[Refusal, VersionBehavior], SocketResponse]


class Endpoint:
    """One route whose requests the model answers.

    Attributes:
        accepts: The types of replies that a script may have for this route.
        refuse: Function that encodes the route's errors.
    """

    accepts: tuple[type, ...]
    refuse: Refuse

    def chosen(
        self, request: ReceivedRequest, state: ServerState
    ) -> tuple["Endpoint", ReceivedRequest]:
        """Return the endpoint that handles the request, and the request in its format."""
        return self, request

    def read(self, request: ReceivedRequest, state: ServerState) -> Any:
        """Return the parsed request. Raise `Refusal` if vLLM would reject it."""
        raise NotImplementedError

    def asks_model(self, accepted: Any) -> bool:
        """Whether the model is asked, so that a script may supply the reply."""
        return True

    def answer(
        self, request: ReceivedRequest, accepted: Any, script: Any, state: ServerState
    ) -> SocketResponse:
        """Return the answer to a request from `read`; an empty script means a default reply."""
        raise NotImplementedError


def refuse(refusal: Refusal, dialect: VersionBehavior) -> SocketResponse:
    """Return an error in the format of most routes."""
    return dialect.error_answer(refusal.code, refusal.message, refusal.type, refusal.param)


EVENT_STREAM = {"content-type": "text/event-stream; charset=utf-8"}
