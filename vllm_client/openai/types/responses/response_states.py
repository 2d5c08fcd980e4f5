"""Events about the state of a response."""

from __future__ import annotations

from typing import Literal

from .response import Response
from .response_event import ResponseEvent


class ResponseCreatedEvent(ResponseEvent):
    """The response was created."""

    response: Response
    type: Literal["response.created"]


class ResponseInProgressEvent(ResponseEvent):
    """The response is being generated."""

    response: Response
    type: Literal["response.in_progress"]


class ResponseQueuedEvent(ResponseEvent):
    """The response is queued."""

    response: Response
    type: Literal["response.queued"]


class ResponseCompletedEvent(ResponseEvent):
    """The response is complete."""

    response: Response
    type: Literal["response.completed"]


class ResponseIncompleteEvent(ResponseEvent):
    """The response ended early; `response.incomplete_details` has the reason."""

    response: Response
    type: Literal["response.incomplete"]


class ResponseFailedEvent(ResponseEvent):
    """The response failed; `response.error` has the reason."""

    response: Response
    type: Literal["response.failed"]


class ResponseErrorEvent(ResponseEvent):
    """The server reported an error."""

    code: str | None = None
    message: str
    param: str | None = None
    type: Literal["error"]
