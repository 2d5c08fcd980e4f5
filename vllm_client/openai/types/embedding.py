"""An embedding."""

from __future__ import annotations

from typing import Literal

from .._models import BaseModel


class Embedding(BaseModel):
    """The vector of one input."""

    embedding: list[float]
    index: int
    object: Literal["embedding"]
