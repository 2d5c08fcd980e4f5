"""Why the server ended an answer."""

from typing import Literal, TypeAlias

FinishReason: TypeAlias = (
    Literal["stop", "length", "tool_calls", "abort", "error", "repetition"] | str
)
"""The reasons that vLLM gives, for editors to complete; other servers have others.

"stop" is the end of the text or a stop string, "length" the limit on tokens or the end of the
context, "abort" a request that was ended at the server.
"""
