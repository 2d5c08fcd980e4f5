"""The base of all events of a streamed response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._models import BaseModel


class ResponseEvent(BaseModel):
    """An event. Its `sequence_number` counts from 0 on."""

    if TYPE_CHECKING:
        sequence_number: int
