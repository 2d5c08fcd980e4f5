"""A model of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .._models import BaseModel


class Model(BaseModel):
    """A model or LoRA adapter. `max_model_len` is the maximum context length in tokens."""

    id: str
    created: int
    object: Literal["model"]
    owned_by: str

    if TYPE_CHECKING:
        root: str | None
        parent: str | None
        max_model_len: int | None
        permission: list[dict[str, Any]]
