"""`ReasoningEffort`, at its module path in openai-python."""

from ..shared_params import ReasoningEffort

__all__ = ["ReasoningEffort"]
