"""The base of all events of a streamed response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._models import BaseModel


class ResponseEvent(BaseModel):
    """An event. The first event of a response has the `sequence_number` 0."""

    if TYPE_CHECKING:
        sequence_number: int
