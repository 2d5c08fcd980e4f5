"""The reasoning of a model, a field with two names in different versions of vLLM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._models import BaseModel

# vLLM names the field `reasoning` since 0.16, and `reasoning_content` before.
_OTHER_NAME = {"reasoning": "reasoning_content", "reasoning_content": "reasoning"}


class WithReasoning(BaseModel):
    """A value with `reasoning` and `reasoning_content`, two names of one field.

    Both attributes exist if the server sent the field under either name.
    """

    if TYPE_CHECKING:
        reasoning: str | None
        reasoning_content: str | None
    else:

        def __getattr__(self, name: str) -> Any:
            other = _OTHER_NAME.get(name)
            if other in self.__dict__:
                return self.__dict__[other]
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
