"""Text completions, and their chunks in a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from .._models import BaseModel
from .completion_choice import CompletionChoice
from .completion_usage import CompletionUsage


class Completion(BaseModel):
    """The answer of POST /v1/completions, or a chunk of its stream."""

    id: str
    choices: list[CompletionChoice]
    created: int
    model: str
    object: Literal["text_completion"]
    system_fingerprint: str | None = None
    usage: CompletionUsage | None = None

    if TYPE_CHECKING:
        service_tier: str | None
        kv_transfer_params: dict[str, Any] | None
