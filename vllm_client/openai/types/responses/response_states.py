"""Events that tell how far a response is."""

from __future__ import annotations

from typing import Literal

from .response import Response
from .response_event import ResponseEvent


class ResponseCreatedEvent(ResponseEvent):
    """The response has begun."""

    response: Response
    type: Literal["response.created"]


class ResponseInProgressEvent(ResponseEvent):
    """The response is being made."""

    response: Response
    type: Literal["response.in_progress"]


class ResponseQueuedEvent(ResponseEvent):
    """The response waits for its turn."""

    response: Response
    type: Literal["response.queued"]


class ResponseCompletedEvent(ResponseEvent):
    """The whole response."""

    response: Response
    type: Literal["response.completed"]


class ResponseIncompleteEvent(ResponseEvent):
    """The response, which was cut."""

    response: Response
    type: Literal["response.incomplete"]


class ResponseFailedEvent(ResponseEvent):
    """The response failed; `response.error` says why."""

    response: Response
    type: Literal["response.failed"]


class ResponseErrorEvent(ResponseEvent):
    """An error of the server."""

    code: str | None = None
    message: str
    param: str | None = None
    type: Literal["error"]
