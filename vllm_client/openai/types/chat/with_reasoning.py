"""The thoughts of a model: vLLM's field, which has had two names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._models import BaseModel

# vLLM says `reasoning` since 0.16, `reasoning_content` before.
_OTHER_NAME = {"reasoning": "reasoning_content", "reasoning_content": "reasoning"}


class WithReasoning(BaseModel):
    """`reasoning` and `reasoning_content` are the same, and there where the server sent either."""

    if TYPE_CHECKING:
        reasoning: str | None
        reasoning_content: str | None
    else:

        def __getattr__(self, name: str) -> Any:
            other = _OTHER_NAME.get(name)
            if other in self.__dict__:
                return self.__dict__[other]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
